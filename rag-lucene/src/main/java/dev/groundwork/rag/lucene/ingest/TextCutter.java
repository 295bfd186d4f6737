package dev.groundwork.rag.lucene.ingest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Cuts a block that is too long to be kept whole, at the best place there is: prose at the ends of sentences, then of
 * lines; code and data at the ends of lines, then of sentences; then between words, and within a word as the last
 * resort. Time grows linearly with the length.
 */
final class TextCutter {

    private enum Level {
        SENTENCE,
        LINE,
        WORD,
        CHARACTER
    }

    private static final List<Level> PROSE = List.of(Level.SENTENCE, Level.LINE, Level.WORD, Level.CHARACTER);
    private static final List<Level> LINES = List.of(Level.LINE, Level.SENTENCE, Level.WORD, Level.CHARACTER);

    /** More characters a token than any text has: what is longer is too long without being counted. */
    private static final int MAX_CHARACTERS_PER_TOKEN = 64;

    /** How far a cut within a word moves to keep a character and its marks together. */
    private static final int MAX_CLUSTER = 16;

    private static final int ZERO_WIDTH_JOINER = 0x200d;

    private final String text;
    private final ToIntFunction<String> tokens;
    private final int target;
    private final int max;

    TextCutter(String text, ToIntFunction<String> tokens, int target, int max) {
        this.text = text;
        this.tokens = tokens;
        this.target = target;
        this.max = max;
    }

    /** Returns how many tokens a stretch has, or many more than the maximum where it is too long for counting. */
    int measure(int start, int end) {
        int from = Texts.trimStart(text, start, end);
        int to = Texts.trimEnd(text, from, end);
        if (to - from > (long) max * MAX_CHARACTERS_PER_TOKEN) {
            return Integer.MAX_VALUE / 2;
        }
        return to == from ? 0 : tokens.applyAsInt(text.substring(from, to));
    }

    /**
     * Cuts a stretch into pieces of about the target.
     *
     * @param firstMax the most that the first piece may have, at most the maximum
     */
    List<Piece> cut(int start, int end, Block.Kind kind, int firstMax) {
        List<Piece> pieces = new ArrayList<>();
        pack(start, end, kind == Block.Kind.LINES ? LINES : PROSE, 0, firstMax, pieces);
        return pieces;
    }

    private void pack(int start, int end, List<Level> levels, int depth, int firstMax, List<Piece> pieces) {
        Level level = levels.get(depth);
        if (level == Level.CHARACTER) {
            cutWord(start, end, firstMax, pieces);
            return;
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new IllegalStateException("interrupted");
        }
        int[] ends = ends(level, start, end);
        Run run = new Run(start, level, firstMax, pieces);
        int at = start;
        for (int unitEnd : ends) {
            int size = measure(at, unitEnd);
            if (size > run.limit()) {
                run.emit();
                pack(at, unitEnd, levels, depth + 1, firstMax, pieces);
                run.restart(unitEnd);
            } else {
                run.add(unitEnd, size);
            }
            at = unitEnd;
        }
        run.emit();
    }

    /** Units that are gathered until they reach the target. */
    private final class Run {

        private final Level level;
        private final int firstMax;
        private final List<Piece> pieces;
        private final List<Integer> ends = new ArrayList<>();
        private final List<Integer> sizes = new ArrayList<>();
        private int start;
        private int sum;

        Run(int start, Level level, int firstMax, List<Piece> pieces) {
            this.start = start;
            this.level = level;
            this.firstMax = firstMax;
            this.pieces = pieces;
        }

        int limit() {
            return pieces.isEmpty() ? firstMax : max;
        }

        void restart(int at) {
            start = at;
            ends.clear();
            sizes.clear();
            sum = 0;
        }

        void add(int unitEnd, int size) {
            if (size > 0 && sum > 0 && sum + size > Math.min(target, limit())) {
                int blank = level == Level.LINE ? lastBlank() : -1;
                if (blank >= 0) {
                    emitUntil(blank);
                } else {
                    emit();
                }
                if (size > limit() - sum) {
                    emit();
                }
            }
            ends.add(unitEnd);
            sizes.add(size);
            sum += size;
        }

        /** The last blank line in the second half of the run: a better place to cut code than any other line. */
        private int lastBlank() {
            int after = 0;
            for (int i = sizes.size() - 1; i > 0; i--) {
                after += sizes.get(i);
                if (sizes.get(i) == 0 && after > 0) {
                    return i;
                }
                if (after * 2 > sum) {
                    return -1;
                }
            }
            return -1;
        }

        private void emitUntil(int index) {
            List<Integer> restEnds = List.copyOf(ends.subList(index + 1, ends.size()));
            List<Integer> restSizes = List.copyOf(sizes.subList(index + 1, sizes.size()));
            ends.subList(index + 1, ends.size()).clear();
            sizes.subList(index + 1, sizes.size()).clear();
            emit();
            ends.addAll(restEnds);
            sizes.addAll(restSizes);
            sum = restSizes.stream().mapToInt(Integer::intValue).sum();
        }

        void emit() {
            if (ends.isEmpty()) {
                return;
            }
            int end = ends.getLast();
            int size = measure(start, end);
            if (size <= limit()) {
                piece(start, end, size);
            } else {
                // An estimator for which the whole is more than its parts.
                int from = start;
                for (int i = 0; i < ends.size(); i++) {
                    piece(from, ends.get(i), sizes.get(i));
                    from = ends.get(i);
                }
            }
            restart(end);
        }

        private void piece(int from, int to, int size) {
            addPiece(from, to, size, pieces);
        }
    }

    private void addPiece(int from, int to, int size, List<Piece> pieces) {
        int first = Texts.trimStart(text, from, to);
        int last = Texts.trimEnd(text, first, to);
        if (last > first) {
            pieces.add(new Piece(first, last, size));
        }
    }

    private int[] ends(Level level, int start, int end) {
        if (level == Level.SENTENCE) {
            return Sentences.ends(text, start, end);
        }
        int[] ends = new int[16];
        int size = 0;
        for (int at = start; at < end; ) {
            at = level == Level.LINE ? lineEnd(at, end) : wordEnd(at, end);
            if (size == ends.length) {
                ends = Arrays.copyOf(ends, size * 2);
            }
            ends[size++] = at;
        }
        return Arrays.copyOf(ends, size);
    }

    private int lineEnd(int start, int end) {
        int at = start;
        while (at < end && text.charAt(at) != '\n') {
            at++;
        }
        return Math.min(end, at + 1);
    }

    /** A word and the white space after it, so that each unit but the first starts with a word. */
    private int wordEnd(int start, int end) {
        int at = Texts.skipSpace(text, start, end);
        while (at < end && !Texts.isSpace(text.charAt(at))) {
            at++;
        }
        return Texts.skipSpace(text, at, end);
    }

    private void cutWord(int start, int end, int firstMax, List<Piece> pieces) {
        int at = start;
        while (at < end) {
            if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("interrupted");
            }
            int limit = Math.min(target, pieces.isEmpty() ? firstMax : max);
            int length = Math.min(end - at, limit);
            int size = measure(at, at + length);
            while (size <= limit / 2 && at + length < end) {
                length = Math.min(end - at, length * 2);
                size = measure(at, at + length);
            }
            int stop = boundary(at, at + length, end);
            size = measure(at, stop);
            while (size > limit && length > 1) {
                length = Math.max(1, length * 3 / 4);
                stop = boundary(at, at + length, end);
                size = measure(at, stop);
            }
            addPiece(at, stop, size, pieces);
            at = stop;
        }
    }

    /**
     * Returns {@code at} moved back, or forward where there is no other way, so that no surrogate pair is cut, nor a
     * letter from its marks, nor joined emoji from each other.
     */
    private int boundary(int start, int at, int end) {
        if (at >= end) {
            return end;
        }
        int best = at;
        for (int moved = 0; moved < MAX_CLUSTER && best > start; moved++) {
            if (!isWithinCluster(best)) {
                return best;
            }
            best--;
        }
        int plain = Character.isLowSurrogate(text.charAt(at)) && Character.isHighSurrogate(text.charAt(at - 1))
                ? at - 1
                : at;
        return plain > start ? plain : Math.min(end, start + Character.charCount(text.codePointAt(start)));
    }

    private boolean isWithinCluster(int at) {
        char next = text.charAt(at);
        char last = text.charAt(at - 1);
        if (Character.isLowSurrogate(next) && Character.isHighSurrogate(last)) {
            return true;
        }
        int point = text.codePointAt(at);
        int type = Character.getType(point);
        return last == ZERO_WIDTH_JOINER
                || point == ZERO_WIDTH_JOINER
                || type == Character.NON_SPACING_MARK
                || type == Character.ENCLOSING_MARK
                || type == Character.COMBINING_SPACING_MARK
                || (point >= 0x1f3fb && point <= 0x1f3ff);
    }
}
