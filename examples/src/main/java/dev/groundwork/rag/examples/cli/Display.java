package dev.groundwork.rag.examples.cli;

import java.text.BreakIterator;
import java.util.Locale;

/** Makes text of documents and models fit for a terminal. */
final class Display {

    private Display() {}

    /**
     * Returns the text without characters that steer a terminal or turn the direction of writing: what a document holds
     * must not act on the reader's screen. Line breaks and tabs stay.
     */
    static String safe(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (c == '\n' || c == '\t' || !steers(c)) {
                safe.appendCodePoint(c);
            } else if (c != '\r') {
                safe.append('\uFFFD');
            }
        });
        return safe.toString();
    }

    /** Returns the text as a single line of at most so many characters, cut at a word where it is longer. */
    static String line(String text, int most) {
        String line = safe(text).replaceAll("\\s+", " ").strip();
        if (line.length() <= most) {
            return line;
        }
        BreakIterator words = BreakIterator.getWordInstance(Locale.ROOT);
        words.setText(line);
        int end = words.preceding(most);
        // A single long word is cut within; never between the halves of a surrogate pair.
        if (end < most / 2) {
            end = Character.isHighSurrogate(line.charAt(most - 2)) ? most - 2 : most - 1;
        }
        return line.substring(0, end).stripTrailing() + "…";
    }

    private static boolean steers(int c) {
        return Character.isISOControl(c) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    }
}
