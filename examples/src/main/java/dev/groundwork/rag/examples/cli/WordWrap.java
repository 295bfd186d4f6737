package dev.groundwork.rag.examples.cli;

import java.io.PrintStream;

/**
 * Prints text piece by piece, and breaks lines between words where they would be wider than the terminal. Not
 * thread-safe.
 */
final class WordWrap {

    private final PrintStream out;
    private final int width;
    private final StringBuilder word = new StringBuilder();
    private int column;
    private int spaces;

    /**
     * Makes one that starts at the left margin.
     *
     * @param width columns of a line; 0 to break none
     */
    WordWrap(PrintStream out, int width) {
        this.out = out;
        this.width = width;
    }

    /** Prints the next piece; its last word waits until it is known to be whole. */
    void print(String text) {
        Display.safe(text).codePoints().forEach(this::take);
        if (width == 0) {
            endWord();
        }
        out.flush();
    }

    /** Prints what waits, and ends the line. */
    void end() {
        endWord();
        if (column > 0) {
            out.println();
        }
        column = 0;
        out.flush();
    }

    private void take(int c) {
        if (c == '\n') {
            endWord();
            out.println();
            column = 0;
            spaces = 0;
        } else if (c == ' ' || c == '\t') {
            endWord();
            spaces++;
        } else {
            word.appendCodePoint(c);
        }
    }

    private void endWord() {
        if (word.isEmpty()) {
            return;
        }
        int length = word.codePointCount(0, word.length());
        if (width > 0 && column > 0 && column + spaces + length > width) {
            out.println();
            column = 0;
        } else {
            out.print(" ".repeat(spaces));
            column += spaces;
        }
        out.print(word);
        column += length;
        spaces = 0;
        word.setLength(0);
    }
}
