package dev.groundwork.rag.benchmarks.passages;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Stretches of documents, in order and without overlap.
 *
 * @param all the stretches
 */
public record Spans(List<Span> all) {

    /**
     * A stretch of a document.
     *
     * @param document its id
     * @param start the first character
     * @param end behind the last character
     */
    public record Span(String document, int start, int end) {}

    /** Sorts, and joins those that overlap or touch. */
    public Spans {
        List<Span> sorted = new ArrayList<>(all);
        sorted.sort(Comparator.comparing(Span::document).thenComparingInt(Span::start));
        List<Span> joined = new ArrayList<>();
        for (Span span : sorted) {
            Span last = joined.isEmpty() ? null : joined.getLast();
            if (last != null && last.document().equals(span.document()) && span.start() <= last.end()) {
                joined.set(
                        joined.size() - 1, new Span(last.document(), last.start(), Math.max(last.end(), span.end())));
            } else if (span.end() > span.start()) {
                joined.add(span);
            }
        }
        all = List.copyOf(joined);
    }

    /** Returns how many characters there are. */
    public long length() {
        return all.stream().mapToLong(span -> span.end() - span.start()).sum();
    }

    /** Returns how many characters are in both. */
    public long common(Spans other) {
        long common = 0;
        for (Span mine : all) {
            for (Span theirs : other.all) {
                if (mine.document().equals(theirs.document())) {
                    common += Math.max(0, Math.min(mine.end(), theirs.end()) - Math.max(mine.start(), theirs.start()));
                }
            }
        }
        return common;
    }
}
