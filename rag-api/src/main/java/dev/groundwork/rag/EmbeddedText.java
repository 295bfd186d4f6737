package dev.groundwork.rag;

import dev.langchain4j.data.segment.TextSegment;
import java.util.Objects;

/** What is embedded of a segment: its text below the headings it stands under, which say what the text is about. */
final class EmbeddedText {

    /** Part of every fingerprint: changes when the way in which a segment is embedded changes. */
    static final String VERSION = "/e1";

    /**
     * A longer context prefix would push the segment's own text out of the model's sight: a character can be a token, and
     * small models read 512.
     */
    private static final int MAX_PREFIX_CHARS = 120;

    private EmbeddedText() {}

    /** Returns the text with its context: what a citation shows, and what is handed to a language model, is without. */
    static String of(TextSegment segment) {
        String title = Objects.requireNonNullElse(segment.metadata().getString(SegmentKeys.TITLE), "");
        String headings = Objects.requireNonNullElse(segment.metadata().getString(SegmentKeys.HEADINGS), "");
        String prefix = title.isEmpty() || headings.startsWith(title)
                ? headings
                : headings.isEmpty() ? title : title + SegmentKeys.HEADING_SEPARATOR + headings;
        if (prefix.isEmpty()) {
            return segment.text();
        }
        return fitting(prefix) + "\n" + segment.text();
    }

    /** Leaves out the outermost headings where all of them are too long, as the innermost ones say most. */
    private static String fitting(String prefix) {
        String rest = prefix;
        while (rest.length() > MAX_PREFIX_CHARS) {
            int next = rest.indexOf(SegmentKeys.HEADING_SEPARATOR);
            if (next < 0) {
                int end = Character.isHighSurrogate(rest.charAt(MAX_PREFIX_CHARS - 1))
                        ? MAX_PREFIX_CHARS - 1
                        : MAX_PREFIX_CHARS;
                return rest.substring(0, end);
            }
            rest = rest.substring(next + SegmentKeys.HEADING_SEPARATOR.length());
        }
        return rest;
    }
}
