package dev.groundwork.rag.lucene.ingest;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the text of a document that has none of its own, such as a slide or a sheet, block by block. */
final class BlockWriter {

    /** What stands between two cells of a row. */
    static final String CELL_SEPARATOR = " | ";

    private final ReadLimits limits;
    private final StringBuilder text = new StringBuilder();
    private final List<Block> blocks = new ArrayList<>();
    private final List<Block> parts = new ArrayList<>();
    private final LineMap lines = new LineMap();
    private final LineMap pages = new LineMap();
    private SectionPath path = new SectionPath();
    private boolean numbered;
    private boolean paged;
    private int blockStart;
    private int headEnd;

    BlockWriter(ReadLimits limits) {
        this.limits = limits;
    }

    /** From here on, text stands on this page, slide or sheet. */
    void page(int number) {
        paged = true;
        pages.note(text.length(), number);
    }

    /** Headings up to here end. */
    void endSections() {
        path = new SectionPath();
    }

    /** Starts a section; a heading without words ends those of its level and below. */
    void heading(int level, String words) throws UnreadableException {
        String collapsed = Texts.collapse(words);
        path.enter(level, collapsed);
        add(Block.Kind.HEADING, collapsed);
    }

    /** Adds a paragraph, with its line ends. */
    void paragraph(String words) throws UnreadableException {
        add(Block.Kind.PROSE, words);
    }

    /** Adds a list, an item a line at least. */
    void list(List<String> items) throws UnreadableException {
        for (String item : items) {
            int start = text.length();
            line(item);
            parts.add(new Block(start, text.length(), Block.Kind.PROSE, path.current()));
        }
        endBlock(Block.Kind.LINES);
    }

    /** Adds a table; the first rows, as many as {@code headRows}, are repeated where it is cut. */
    void table(List<List<String>> rows, int headRows) throws UnreadableException {
        for (int i = 0; i < rows.size(); i++) {
            row(rows.get(i));
            if (i + 1 == headRows) {
                endHead();
            }
        }
        endBlock(Block.Kind.LINES);
    }

    /** Adds a row to the table that is being written; one without words is left out. */
    void row(List<String> cells) throws UnreadableException {
        StringBuilder row = new StringBuilder();
        boolean words = false;
        for (int i = 0; i < cells.size(); i++) {
            String cell = Texts.collapse(cells.get(i));
            words |= !cell.isEmpty();
            row.append(i == 0 ? "" : CELL_SEPARATOR).append(cell);
        }
        if (words) {
            line(row.substring(0, Texts.trimEnd(row, 0, row.length())));
        }
    }

    /** What was written of this block so far is its head. */
    void endHead() {
        headEnd = text.length();
    }

    /** What is written next stands on this line of the file, or in this row. */
    void lineNumber(int number) {
        numbered = true;
        // The line's separator comes first.
        lines.note(text.length() > blockStart ? text.length() + 1 : text.length(), number);
    }

    /** Adds a line to the block that is being written. */
    void line(String words) throws UnreadableException {
        if (text.length() > blockStart) {
            text.append('\n');
        }
        text.append(words);
        limits.check(text);
    }

    /** Adds to the last line. */
    void more(String words) throws UnreadableException {
        text.append(words);
        limits.check(text);
    }

    /** Ends the block that is being written, if there is any text in it. */
    void endBlock(Block.Kind kind) throws UnreadableException {
        if (Texts.isBlank(text, blockStart, text.length())) {
            text.setLength(blockStart);
        } else {
            int head = headEnd > blockStart && headEnd < text.length() ? headEnd : blockStart;
            blocks.add(new Block(blockStart, text.length(), kind, path.current(), parts, head));
            text.append("\n\n");
            if (blocks.size() > ReadLimits.MAX_PARTS) {
                throw new UnreadableException("too many parts: more than " + ReadLimits.MAX_PARTS);
            }
        }
        parts.clear();
        blockStart = text.length();
        headEnd = blockStart;
    }

    private void add(Block.Kind kind, String words) throws UnreadableException {
        line(words);
        endBlock(kind);
    }

    /** Adds what another reader made, under the headings that hold here. */
    void append(DocumentText part) throws UnreadableException {
        int shift = text.length();
        List<String> outer = path.current();
        int end = part.blocks().isEmpty() ? 0 : part.blocks().getLast().end();
        if (end == 0) {
            return;
        }
        text.append(part.text(), 0, end);
        limits.check(text);
        for (Block block : part.blocks()) {
            blocks.add(block.within(shift, outer));
        }
        text.append("\n\n");
        blockStart = text.length();
        headEnd = blockStart;
    }

    /** Returns all that was written; lines are those of the written text, unless they were numbered. */
    DocumentText toText(@Nullable String title) {
        String all = text.toString();
        return new DocumentText(title, all, numbered ? lines : LineMap.ofLines(all), paged ? pages : null, blocks);
    }
}
