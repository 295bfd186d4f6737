package dev.groundwork.rag.lucene.ingest;

import java.util.ArrayList;
import java.util.List;

/**
 * A stretch of a document's text that belongs together: a paragraph, a list, a table.
 *
 * @param start where it starts in the text
 * @param end where it ends, exclusive
 * @param kind how it is cut where it is too long to be kept whole
 * @param section the headings that it stands under, outermost first; a heading's own is included
 * @param parts smaller blocks, in order and without overlap, that it is cut into first; may be empty
 * @param headEnd where the head of a table ends, which is repeated with each of its pieces; {@code start} where it has
 *     none
 */
record Block(int start, int end, Kind kind, List<String> section, List<Block> parts, int headEnd) {

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

    Block(int start, int end, Kind kind, List<String> section, List<Block> parts) {
        this(start, end, kind, section, parts, start);
    }

    /** Returns this block as it is in a text that has its own further down, under more headings. */
    Block within(int shift, List<String> outer) {
        List<String> path = new ArrayList<>(outer);
        path.addAll(section);
        return new Block(
                start + shift,
                end + shift,
                kind,
                path,
                parts.stream().map(part -> part.within(shift, outer)).toList(),
                headEnd + shift);
    }
}
