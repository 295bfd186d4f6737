package dev.groundwork.rag.lucene.ingest;

import dev.groundwork.rag.SegmentKeys;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.segment.TextSegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Makes segments of blocks. Blocks are kept whole where they fit; small neighbours under the same heading are put
 * together up to the target; a heading goes with what follows it, and a line that ends in a colon with what it
 * announces. No segment exceeds the maximum, none crosses a page, and none overlaps another.
 */
final class Splitter {

    private final ToIntFunction<String> tokens;
    private final int target;
    private final int max;

    Splitter(ToIntFunction<String> tokens, int target, int max) {
        this.tokens = tokens;
        this.target = target;
        this.max = max;
    }

    /** Splits a document; its segments name {@code source} as theirs. */
    List<TextSegment> split(DocumentText document, String source) {
        Grouping grouping = new Grouping(document);
        document.blocks().forEach(grouping::take);
        grouping.endSection();
        List<TextSegment> segments = new ArrayList<>(grouping.groups.size());
        for (Group group : grouping.groups) {
            segments.add(segment(document, source, group, segments.size()));
        }
        return segments;
    }

    /** What becomes a segment. */
    private record Group(List<Piece> pieces, List<String> section, int page) {

        int tokens() {
            // A separator between two pieces may count too.
            return pieces.stream().mapToInt(Piece::tokens).sum() + pieces.size() - 1;
        }
    }

    private final class Grouping {

        final List<Group> groups = new ArrayList<>();

        private final DocumentText document;
        private final TextCutter cutter;
        private final int small = target / 4;
        private final List<Piece> current = new ArrayList<>();
        private int headings;
        private int sum;
        private List<String> section = List.of();
        private int page = 1;

        Grouping(DocumentText document) {
            this.document = document;
            this.cutter = new TextCutter(document.text(), tokens, target, max);
        }

        void take(Block block) {
            int blockPage = document.pages() == null ? 1 : document.pages().at(block.start());
            boolean heading = block.kind() == Block.Kind.HEADING;
            boolean content = current.size() > headings;
            if (content && (heading || blockPage != page || !block.section().equals(section))) {
                endSection();
            }
            section = block.section();
            page = blockPage;
            if (heading) {
                int size = cutter.measure(block.start(), block.end());
                if (sum + size > max / 2) {
                    flush();
                }
                if (size <= max / 2) {
                    add(whole(block, size));
                    headings++;
                    return;
                }
            }
            for (Piece piece : pieces(block, max - sumOfHeadings())) {
                place(piece);
            }
        }

        private int sumOfHeadings() {
            return current.size() == headings && headings > 0 ? sum + 1 : 0;
        }

        private Piece whole(Block block, int size) {
            int start = Texts.trimStart(document.text(), block.start(), block.end());
            return new Piece(start, Texts.trimEnd(document.text(), start, block.end()), size);
        }

        private List<Piece> pieces(Block block, int firstMax) {
            int size = cutter.measure(block.start(), block.end());
            if (size == 0) {
                return List.of();
            }
            if (size <= firstMax) {
                return List.of(whole(block, size));
            }
            if (block.parts().isEmpty()) {
                return cutter.cut(block.start(), block.end(), block.kind(), firstMax);
            }
            List<Piece> pieces = new ArrayList<>();
            for (Block part : block.parts()) {
                pieces.addAll(pieces(part, pieces.isEmpty() ? firstMax : max));
            }
            return pieces;
        }

        private void place(Piece piece) {
            int together = sum + piece.tokens() + 1;
            boolean announced = !current.isEmpty() && announces(current.getLast());
            boolean content = current.size() > headings;
            if (!content || together <= target) {
                add(piece);
            } else if (together <= max && (sum < small || announced)) {
                add(piece);
            } else if (together <= target + small && piece.tokens() < small) {
                add(piece);
            } else if (announced
                    && current.size() > headings + 1
                    && current.getLast().tokens() + piece.tokens() + 1 <= max) {
                Piece last = current.removeLast();
                flush();
                add(last);
                add(piece);
            } else {
                flush();
                add(piece);
            }
        }

        private boolean announces(Piece piece) {
            char last = document.text().charAt(piece.end() - 1);
            return last == ':' || last == '：';
        }

        private void add(Piece piece) {
            sum += piece.tokens() + (current.isEmpty() ? 0 : 1);
            current.add(piece);
        }

        private void flush() {
            if (!current.isEmpty()) {
                addGroup(List.copyOf(current));
            }
            current.clear();
            headings = 0;
            sum = 0;
        }

        /** Adds what was put together by the sum of its parts, in halves where the whole turns out to be too much. */
        private void addGroup(List<Piece> pieces) {
            if (pieces.size() == 1 || fits(pieces)) {
                groups.add(new Group(pieces, section, page));
                return;
            }
            int half = pieces.size() / 2;
            addGroup(pieces.subList(0, half));
            addGroup(pieces.subList(half, pieces.size()));
        }

        private boolean fits(List<Piece> pieces) {
            return tokens.applyAsInt(text(document.text(), pieces)) <= max;
        }

        /** A small rest of a section joins the segment before it. */
        void endSection() {
            boolean onlyHeadings = headings > 0 && current.size() == headings;
            if (!current.isEmpty() && !groups.isEmpty() && (sum < small || onlyHeadings)) {
                Group last = groups.getLast();
                boolean near = last.page() == page
                        && (onlyHeadings || (headings == 0 && last.section().equals(section)));
                List<Piece> joined = new ArrayList<>(last.pieces());
                joined.addAll(current);
                if (near && last.tokens() + sum + 1 <= max && fits(joined)) {
                    groups.set(groups.size() - 1, new Group(List.copyOf(joined), last.section(), last.page()));
                    current.clear();
                }
            }
            flush();
        }
    }

    private TextSegment segment(DocumentText document, String source, Group group, int ordinal) {
        Piece first = group.pieces().getFirst();
        Piece last = group.pieces().getLast();
        int word = Texts.skipSpace(document.text(), first.start(), first.end());
        Metadata metadata = new Metadata()
                .put(SegmentKeys.SOURCE, source)
                .put(SegmentKeys.START_LINE, document.lines().at(word))
                .put(SegmentKeys.END_LINE, document.lines().at(last.end() - 1))
                .put(SegmentKeys.ORDINAL, ordinal);
        String title = document.title();
        if (title != null) {
            metadata.put(SegmentKeys.TITLE, title);
        }
        List<String> section = group.section();
        if (!section.isEmpty() && section.getFirst().equals(title)) {
            section = section.subList(1, section.size());
        }
        if (!section.isEmpty()) {
            metadata.put(SegmentKeys.HEADINGS, String.join(SegmentKeys.HEADING_SEPARATOR, section));
        }
        if (document.pages() != null) {
            metadata.put(SegmentKeys.PAGE, group.page());
        }
        return TextSegment.from(text(document.text(), group.pieces()), metadata);
    }

    /** The pieces as they stand in the text; what was left out between two of them leaves an empty line. */
    private static String text(String text, List<Piece> pieces) {
        StringBuilder out = new StringBuilder();
        int done = -1;
        for (Piece piece : pieces) {
            if (done >= 0) {
                boolean blank = done <= piece.start() && Texts.isBlank(text, done, piece.start());
                out.append(blank ? text.substring(done, piece.start()) : "\n\n");
            }
            out.append(text, piece.start(), piece.end());
            done = piece.end();
        }
        return out.toString();
    }
}
