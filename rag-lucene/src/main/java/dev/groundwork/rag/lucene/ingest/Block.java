package dev.groundwork.rag.lucene.ingest;

import java.util.List;

/**
 * A stretch of a document's text that belongs together: a paragraph, a list, a table.
 *
 * @param start where it starts in the text
 * @param end where it ends, exclusive
 * @param kind how it is cut where it is too long to be kept whole
 * @param section the headings that it stands under, outermost first; a heading's own is included
 * @param parts smaller blocks, in order and without overlap, that it is cut into first; may be empty
 */
record Block(int start, int end, Kind kind, List<String> section, List<Block> parts) {

    enum Kind {
        /** Goes with what follows. */
        HEADING,
        /** Cut at the ends of sentences. */
        PROSE,
        /** Code, tables, data: cut at the ends of lines. */
        LINES
    }

    Block {
        section = List.copyOf(section);
        parts = List.copyOf(parts);
    }

    Block(int start, int end, Kind kind, List<String> section) {
        this(start, end, kind, section, List.of());
    }
}
