package dev.groundwork.rag.llm;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Cuts the tokens of a text that is too long for a model into overlapping windows, between two words where it can. */
final class TextWindows {

    /** What two windows have in common is this part of one: context for the words at the cut. */
    private static final int OVERLAP_DIVISOR = 8;

    /** A boundary of words is looked for in the second half of a window only, so that one word can't make windows short. */
    private static final int SHORTEST_DIVISOR = 2;

    /** Tokens {@code from} to {@code to} of a text, {@code to} excluded. */
    record Window(int from, int to) {
        int length() {
            return to - from;
        }

        /** Returns the middle of what this window and the next have in common, where the one leaves off and the other goes on. */
        int meets(Window next) {
            return (to + next.from) >>> 1;
        }
    }

    private TextWindows() {}

    /** Returns how many tokens of a text can be read in so many windows at most. */
    static long tokens(int room, int maxWindows) {
        return (long) maxWindows * (room - room / OVERLAP_DIVISOR) + room / OVERLAP_DIVISOR;
    }

    /**
     * Returns windows that cover a text from its beginning, of like length.
     *
     * @param count how many tokens the text has, 1 or more
     * @param wordStarts the tokens that begin a word
     * @param room the most tokens of a window, 1 or more
     * @param maxWindows after which the rest is left out
     */
    static List<Window> of(int count, BitSet wordStarts, int room, int maxWindows) {
        int overlap = room / OVERLAP_DIVISOR;
        List<Window> windows = new ArrayList<>();
        int from = 0;
        while (windows.size() < maxWindows) {
            int rest = count - from;
            if (rest <= room) {
                windows.add(new Window(from, count));
                break;
            }
            int needed = Math.ceilDiv(rest - overlap, room - overlap);
            int length = Math.ceilDiv(rest + (needed - 1) * overlap, needed);
            int to = wordStarts.previousSetBit(from + length);
            if (to <= from + length / SHORTEST_DIVISOR) {
                to = from + length;
            }
            windows.add(new Window(from, to));
            int next = wordStarts.nextSetBit(to - overlap);
            from = next < 0 || next > to ? to : next;
        }
        return windows;
    }
}
