package dev.groundwork.rag.lucene.ingest;

import java.util.Arrays;

/**
 * Numbers that hold from an offset of a text until the next one: the line of its source that a character stands on, or
 * its page. Offsets grow; the last of several numbers noted at one offset holds.
 */
final class LineMap {

    private int[] offsets = new int[64];
    private int[] numbers = new int[64];
    private int size;

    /** Returns the lines, from 1, of a text that is its own source. */
    static LineMap ofLines(CharSequence text) {
        LineMap map = new LineMap();
        int line = 1;
        map.note(0, line);
        for (int at = 0; at < text.length(); at++) {
            if (text.charAt(at) == '\n') {
                map.note(at + 1, ++line);
            }
        }
        return map;
    }

    /** From {@code offset} on, {@code number} holds. */
    void note(int offset, int number) {
        if (size > 0 && offsets[size - 1] == offset) {
            numbers[size - 1] = number;
            return;
        }
        if (size > 0 && numbers[size - 1] == number) {
            return;
        }
        if (size == offsets.length) {
            offsets = Arrays.copyOf(offsets, size * 2);
            numbers = Arrays.copyOf(numbers, size * 2);
        }
        offsets[size] = offset;
        numbers[size] = number;
        size++;
    }

    /** Returns what holds at {@code offset}, or 1 before the first note. */
    int at(int offset) {
        int found = Arrays.binarySearch(offsets, 0, size, offset);
        int index = found >= 0 ? found : -found - 2;
        return index < 0 ? 1 : numbers[index];
    }

    /** Returns the offset from which the {@code index}-th number holds; for a map of lines, where that line starts. */
    int offset(int index) {
        return offsets[index];
    }

    int size() {
        return size;
    }
}
