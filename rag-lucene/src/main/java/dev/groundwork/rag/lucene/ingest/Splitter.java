package dev.groundwork.rag.lucene.ingest;

import dev.groundwork.rag.SegmentKeys;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.segment.TextSegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Makes segments of blocks. Blocks are kept whole where they fit; small neighbours under the same heading are put
 * together up to the target, and so are small sections; a heading goes with what follows it, and a line that ends in a
 * colon with what it announces. A table that is cut has its head above each piece. No segment exceeds the maximum, none crosses a page, and none overlaps another.
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
        List<Group> groups = grouping.joined();
        List<TextSegment> segments = new ArrayList<>(groups.size());
        for (Group group : groups) {
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
            if (blockPage != page || (content && (heading || !block.section().equals(section)))) {
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
            if (block.headEnd() > block.start()) {
                List<Piece> rows = rows(block, firstMax);
                if (!rows.isEmpty()) {
                    return rows;
                }
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

        /** Cuts a table so that each piece can have the head above it; nothing where the head is too large for that. */
        private List<Piece> rows(Block table, int firstMax) {
            int start = Texts.trimStart(document.text(), table.start(), table.headEnd());
            int headTokens = cutter.measure(start, table.headEnd());
            if (headTokens == 0 || headTokens >= target / 2) {
                return List.of();
            }
            Piece head = new Piece(start, Texts.trimEnd(document.text(), start, table.headEnd()), headTokens);
            TextCutter below = new TextCutter(document.text(), tokens, target - headTokens - 1, max - headTokens - 1);
            int first = Math.min(firstMax, max - headTokens - 1);
            List<Piece> rows = new ArrayList<>();
            for (Piece row : below.cut(table.start(), table.end(), table.kind(), first)) {
                rows.add(row.start() < head.end() ? row : row.below(head));
            }
            return rows;
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

        /**
         * Joins what would be too small to be found by itself: sections of a few words with their neighbours below the
         * same heading, and all that stands on a page, or in a document without pages, where it fits one segment.
         */
        List<Group> joined() {
            List<Group> joined = new ArrayList<>();
            for (int from = 0; from < groups.size(); ) {
                int to = from + 1;
                while (to < groups.size()
                        && groups.get(to).page() == groups.get(from).page()) {
                    to++;
                }
                List<Group> ofPage = groups.subList(from, to);
                boolean all = ofPage.stream().mapToInt(Group::tokens).sum() + ofPage.size() - 1 <= target;
                for (Group group : ofPage) {
                    Group last = joined.isEmpty() ? null : joined.getLast();
                    Group both = last == null || last.page() != group.page() ? null : join(last, group, all);
                    if (both == null) {
                        joined.add(group);
                    } else {
                        joined.set(joined.size() - 1, both);
                    }
                }
                from = to;
            }
            return joined;
        }

        private @Nullable Group join(Group first, Group second, boolean always) {
            int common = 0;
            int shorter = Math.min(first.section().size(), second.section().size());
            while (common < shorter
                    && first.section().get(common).equals(second.section().get(common))) {
                common++;
            }
            boolean siblings =
                    common >= Math.max(first.section().size(), second.section().size()) - 1;
            boolean tiny = first.tokens() < small || second.tokens() < small;
            if (!always && !(siblings && tiny)) {
                return null;
            }
            List<Piece> pieces = new ArrayList<>(first.pieces());
            pieces.addAll(second.pieces());
            Group both = new Group(List.copyOf(pieces), first.section().subList(0, common), first.page());
            return both.tokens() <= target && fits(pieces) ? both : null;
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

    /**
     * The pieces as they stand in the text; what was left out between two of them leaves an empty line, and one that
     * continues a table has the table's head above it.
     */
    private static String text(String text, List<Piece> pieces) {
        StringBuilder out = new StringBuilder();
        Piece last = null;
        for (Piece piece : pieces) {
            if (last != null) {
                int gap = last.end();
                int gapEnd = piece.start();
                boolean blank = gap <= gapEnd && Texts.isBlank(text, gap, gapEnd);
                out.append(blank ? text.substring(gap, gapEnd) : "\n\n");
            }
            Piece head = piece.head();
            if (head != null && (last == null || last.start() < head.start())) {
                out.append(text, head.start(), head.end()).append('\n');
            }
            out.append(text, piece.start(), piece.end());
            last = piece;
        }
        return out.toString();
    }
}
