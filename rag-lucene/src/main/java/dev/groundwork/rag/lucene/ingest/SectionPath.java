package dev.groundwork.rag.lucene.ingest;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The headings that hold at a place of a document, kept while reading it from the top. */
final class SectionPath {

    /** Each segment carries its headings: a longer one is no heading, and would be carried a thousand times. */
    static final int MAX_LENGTH = 200;

    private record Heading(int level, String text) {}

    private final Deque<Heading> open = new ArrayDeque<>();

    /** A heading starts: those of its level and below end. */
    void enter(int level, String text) {
        while (!open.isEmpty() && open.getLast().level() >= level) {
            open.removeLast();
        }
        open.addLast(new Heading(level, Texts.cut(text, MAX_LENGTH)));
    }

    /** Returns the headings, outermost first, without empty ones. */
    List<String> current() {
        List<String> texts = new ArrayList<>(open.size());
        for (Heading heading : open) {
            if (!heading.text().isEmpty()) {
                texts.add(heading.text());
            }
        }
        return texts;
    }
}
