package dev.groundwork.rag.lucene.ingest;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** White space, as the splitter sees it. */
final class Texts {

    private Texts() {}

    static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u200b' || c == '\ufeff';
    }

    static boolean isBlank(CharSequence text, int start, int end) {
        return skipSpace(text, start, end) == end;
    }

    /** Returns the first offset from {@code start} on that is not white space, or {@code end}. */
    static int skipSpace(CharSequence text, int start, int end) {
        int at = start;
        while (at < end && isSpace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    /** Returns {@code end} moved back over white space, to {@code start} at most. */
    static int trimEnd(CharSequence text, int start, int end) {
        int at = end;
        while (at > start && isSpace(text.charAt(at - 1))) {
            at--;
        }
        return at;
    }

    /**
     * Returns {@code start} moved forward over blank lines, and over the spaces before a word where it is in the midst
     * of a line. The indent of a first line is kept: it has a meaning in code and in lists.
     */
    static int trimStart(CharSequence text, int start, int end) {
        int word = skipSpace(text, start, end);
        int at = word;
        while (at > start && text.charAt(at - 1) != '\n') {
            at--;
        }
        boolean lineStart = at == 0 || text.charAt(at - 1) == '\n';
        return lineStart ? at : word;
    }

    /** Returns a whole number, or another where it is none. */
    static int number(@Nullable String digits, int otherwise) {
        if (digits == null) {
            return otherwise;
        }
        try {
            return Integer.parseInt(digits.strip());
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    /** Returns the start of a text, so long at most, without half a character at its end. */
    static String cut(String text, int maxLength) {
        if (text.length() <= maxLength) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(maxLength - 1)) ? maxLength - 1 : maxLength);
    }

    /** Returns a reference with its escapes of the form {@code %20} resolved; as it is where they are wrong. */
    static String percentDecoded(String reference) {
        try {
            return URLDecoder.decode(reference.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return reference;
        }
    }

    /** Collapses runs of white space to a space each, and strips. */
    static String collapse(String text) {
        StringBuilder out = new StringBuilder(text.length());
        boolean space = false;
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (isSpace(c)) {
                space = true;
            } else {
                if (space && out.length() > 0) {
                    out.append(' ');
                }
                space = false;
                out.append(c);
            }
        }
        return out.toString();
    }
}
