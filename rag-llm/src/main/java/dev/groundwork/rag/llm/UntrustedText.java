package dev.groundwork.rag.llm;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Makes retrieved text safe to stand between delimiters: characters that a reader does not see are taken out, since
 * instructions hide in them, and what looks like a delimiter loses its bracket.
 */
final class UntrustedText {

    private static final Pattern DELIMITER =
            Pattern.compile("[<＜﹤‹〈《]([\\s\\p{Punct}]{0,5}source)", Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);

    private UntrustedText() {}

    /**
     * Returns a text that can't close its delimiters.
     *
     * @param nonce what this prompt's delimiters are marked with; the text can't know it, and does not keep it
     */
    static String body(String text, String nonce) {
        String visible = visible(text);
        if (visible.toLowerCase(Locale.ROOT).contains(nonce)) {
            // Replaced, not removed: what stands around it must not become it.
            visible = visible.replaceAll("(?i)" + Pattern.quote(nonce), "-");
        }
        return DELIMITER.matcher(visible).replaceAll("($1");
    }

    /** Returns metadata as one line of at most so many characters that can't leave its quotes; its end is kept. */
    static String line(String text, String nonce, int longest) {
        String line = body(text, nonce)
                .replaceAll("[\\s\\u0085\\u2028\\u2029]+", " ")
                .replaceAll("[\"<>\\[\\]`]", "'")
                .strip();
        if (line.length() <= longest) {
            return line;
        }
        int from = line.length() - longest + 1;
        return "…" + line.substring(Character.isLowSurrogate(line.charAt(from)) ? from + 1 : from);
    }

    /** Returns the text without what can't be seen, save spaces and line ends. */
    static String visible(String text) {
        StringBuilder out = new StringBuilder(text.length());
        int previous = ' ';
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            int next = i + Character.charCount(c);
            if (c == '\r') {
                if (next >= text.length() || text.charAt(next) != '\n') {
                    out.append('\n');
                }
            } else if (c == 0x200C || c == 0x200D) {
                if (joins(previous) && next < text.length() && joins(text.codePointAt(next))) {
                    out.appendCodePoint(c);
                }
            } else if (!hidden(c)) {
                out.appendCodePoint(c);
            }
            previous = c;
            i = next;
        }
        return out.toString();
    }

    private static boolean hidden(int c) {
        if (c == '\n' || c == '\t') {
            return false;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.UNASSIGNED -> true;
            default ->
                // Variation selectors, fillers that show nothing.
                (c >= 0xFE00 && c <= 0xFE0F)
                        || (c >= 0xE0100 && c <= 0xE01EF)
                        || c == 0x034F
                        || c == 0x115F
                        || c == 0x1160
                        || c == 0x3164
                        || c == 0xFFA0
                        || c == 0x17B4
                        || c == 0x17B5
                        || (c >= 0x180B && c <= 0x180F);
        };
    }

    /** Joiners belong to the spelling of Persian, Hindi and their like. */
    private static boolean joins(int c) {
        return switch (Character.UnicodeScript.of(c)) {
            case ARABIC,
                    SYRIAC,
                    DEVANAGARI,
                    BENGALI,
                    GURMUKHI,
                    GUJARATI,
                    ORIYA,
                    TAMIL,
                    TELUGU,
                    KANNADA,
                    MALAYALAM,
                    SINHALA,
                    MONGOLIAN -> true;
            default -> false;
        };
    }
}
