package dev.groundwork.rag.llm;

import java.util.Arrays;

/**
 * The pieces of a WordPiece model and their ids: those that begin a word and those that continue one, in two hash tables
 * over one array of characters. A lookup allocates nothing. Not thread-safe while it is filled, then immutable.
 */
final class WordPieceVocabulary {

    static final int NONE = -1;

    private static final int EXPECTED_PIECES = 1 << 15;

    private final Table initial = new Table();
    private final Table continuing = new Table();

    private char[] pool = new char[EXPECTED_PIECES * 8];
    private int poolSize;

    /** Adds a piece; one that is there already gets the new id. */
    void add(CharSequence piece, boolean continuesWord, int id) {
        if (pool.length - poolSize < piece.length()) {
            pool = Arrays.copyOf(pool, Math.max(pool.length * 2, poolSize + piece.length()));
        }
        int start = poolSize;
        for (int i = 0; i < piece.length(); i++) {
            pool[poolSize++] = piece.charAt(i);
        }
        (continuesWord ? continuing : initial).put(start, piece.length(), id);
    }

    /** Returns the id of a piece that begins a word, or {@link #NONE}. */
    int initialId(String piece) {
        return initial.find(piece.toCharArray(), 0, piece.length(), hash(piece.toCharArray(), 0, piece.length()));
    }

    int size() {
        return initial.size + continuing.size;
    }

    /**
     * Splits a word into pieces, each the longest that fits (Wu et al. 2016, as BERT does it).
     *
     * @param word holds the word in its first {@code length} characters
     * @param hashes room for {@code length + 1} numbers
     * @param ids receives the pieces' ids, with room for {@code length} of them
     * @return how many pieces, or {@link #NONE} where some part of the word is in no piece
     */
    int split(char[] word, int length, int[] hashes, int[] ids) {
        int count = 0;
        int from = 0;
        while (from < length) {
            Table table = from == 0 ? initial : continuing;
            int limit = Math.min(length, from + table.longest);
            int hash = 0;
            for (int to = from; to < limit; to++) {
                hash = hash * 31 + word[to];
                hashes[to + 1] = hash;
            }
            int to = limit;
            int id = NONE;
            while (to > from) {
                id = table.find(word, from, to - from, hashes[to]);
                if (id != NONE) {
                    break;
                }
                to--;
            }
            if (id == NONE) {
                return NONE;
            }
            ids[count++] = id;
            from = to;
        }
        return count;
    }

    private static int hash(char[] text, int from, int length) {
        int hash = 0;
        for (int i = from; i < from + length; i++) {
            hash = hash * 31 + text[i];
        }
        return hash;
    }

    /** Open addressing with linear probing; a slot's number is that of its entry plus one. */
    private final class Table {
        private int[] slots = new int[EXPECTED_PIECES * 2];
        private int[] starts = new int[EXPECTED_PIECES];
        private int[] lengths = new int[EXPECTED_PIECES];
        private int[] ids = new int[EXPECTED_PIECES];
        private int size;
        private int longest;

        void put(int start, int length, int id) {
            if (size == starts.length) {
                grow();
            }
            int slot = slotOf(pool, start, length, hash(pool, start, length));
            int entry = slots[slot] - 1;
            if (entry < 0) {
                entry = size++;
                slots[slot] = size;
                starts[entry] = start;
                lengths[entry] = length;
                longest = Math.max(longest, length);
            }
            ids[entry] = id;
        }

        int find(char[] text, int from, int length, int hash) {
            int entry = slots[slotOf(text, from, length, hash)] - 1;
            return entry < 0 ? NONE : ids[entry];
        }

        private int slotOf(char[] text, int from, int length, int hash) {
            int slot = spread(hash) & (slots.length - 1);
            while (slots[slot] != 0) {
                int entry = slots[slot] - 1;
                if (lengths[entry] == length
                        && Arrays.equals(text, from, from + length, pool, starts[entry], starts[entry] + length)) {
                    return slot;
                }
                slot = (slot + 1) & (slots.length - 1);
            }
            return slot;
        }

        private void grow() {
            int capacity = starts.length * 2;
            starts = Arrays.copyOf(starts, capacity);
            lengths = Arrays.copyOf(lengths, capacity);
            ids = Arrays.copyOf(ids, capacity);
            slots = new int[capacity * 2];
            for (int entry = 0; entry < size; entry++) {
                int slot = spread(hash(pool, starts[entry], lengths[entry])) & (slots.length - 1);
                while (slots[slot] != 0) {
                    slot = (slot + 1) & (slots.length - 1);
                }
                slots[slot] = entry + 1;
            }
        }

        private static int spread(int hash) {
            int mixed = hash * 0x9E3779B9;
            return mixed ^ (mixed >>> 15);
        }
    }
}
