package dev.groundwork.rag.llm;

import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Blanks out markup without moving anything: what is left stands where it stood, so that places in the blanked text are
 * places in the original. Knows the common parts of Markdown and inline HTML; it is for reading, not a parser.
 */
final class Markup {

    /** Stands for a character of markup; no text has it, and no word or sentence ends because of it. */
    static final char BLANK = '\uFFFF';

    /** Longer link targets and tags than this are taken as text, which bounds the search. */
    private static final String INSIDE = "{0,2000}?";

    private static final Pattern TAG =
            Pattern.compile("</?[A-Za-z][^<>\\n]" + INSIDE + ">|<!--.{0,4000}?-->", Pattern.DOTALL);
    private static final Pattern LINK_TARGET = Pattern.compile(
            "(?<=\\])\\([^()\\s]{0,2000}(?:\\([^()\\s]{0,500}\\)[^()\\s]{0,500})?(?:\\s+\"[^\"\\n]{0,300}\")?\\)");
    private static final Pattern LINK_BRACKETS =
            Pattern.compile("!?\\[([^\\[\\]\\n]{0,500}(?:\\n(?!\\n)[^\\[\\]\\n]{0,500}){0,4})\\](?=" + BLANK + ")");
    private static final Pattern EMPHASIS =
            Pattern.compile("\\*{1,3}|~~|`+|(?<![\\p{L}\\p{N}_])_{1,3}(?=\\S)|(?<=\\S)_{1,3}(?![\\p{L}\\p{N}_])");
    private static final Pattern CODE_SPAN = Pattern.compile("(?<!`)(`{1,3})(?!`)([^`\\n]{1,500})\\1(?!`)");
    private static final Pattern ESCAPE = Pattern.compile("\\\\(?=\\p{Punct})");
    private static final Pattern LINE_START =
            Pattern.compile("(?m)^[ \\t]{0,12}(?:>[ \\t]?)*(?:#{1,6}[ \\t]+|[-*+][ \\t]+|\\d{1,3}[.)][ \\t]+|\\|)?");
    private static final Pattern TABLE_RULE = Pattern.compile("(?m)^[ \\t|:-]*-{2,}[ \\t|:-]*$");

    private Markup() {}

    /** Returns the text, of the same length, with {@link #BLANK} for every character of markup. */
    static String blanked(String text) {
        if (!text.chars().anyMatch(c -> "<[*~`_\\>#-+|0123456789".indexOf(c) >= 0)) {
            return text;
        }
        StringBuilder blanked = new StringBuilder(text);
        blank(TAG, blanked, true);
        blank(LINK_TARGET, blanked, true);
        brackets(blanked);
        blank(TABLE_RULE, blanked, true);
        lineStarts(blanked);
        blank(ESCAPE, blanked, false);
        emphasis(text, blanked);
        return blanked.toString();
    }

    /** Returns blanked text as it reads: without markup, with single spaces. */
    static String readable(String blanked) {
        StringBuilder out = new StringBuilder(blanked.length());
        boolean space = false;
        boolean blank = false;
        for (int i = 0; i < blanked.length(); i++) {
            char c = blanked.charAt(i);
            if (c == BLANK) {
                blank = true;
                continue;
            }
            if (Character.isWhitespace(c)) {
                space = !out.isEmpty();
            } else {
                // A marker that was taken out before a full stop leaves its space.
                boolean left = blank && ".,;:!?。，；：！？".indexOf(c) >= 0;
                if (space && !left) {
                    out.append(' ');
                }
                space = false;
                blank = false;
                out.append(c);
            }
        }
        return out.toString();
    }

    private static void blank(Pattern pattern, StringBuilder text, boolean always) {
        Matcher matcher = pattern.matcher(text.toString());
        while (matcher.find()) {
            if (always || matcher.end() > matcher.start()) {
                fill(text, matcher.start(), matcher.end());
            }
        }
    }

    private static void brackets(StringBuilder text) {
        Matcher matcher = LINK_BRACKETS.matcher(text.toString());
        while (matcher.find()) {
            fill(text, matcher.start(), matcher.start(1));
            fill(text, matcher.end(1), matcher.end());
        }
    }

    private static void lineStarts(StringBuilder text) {
        Matcher matcher = LINE_START.matcher(text.toString());
        while (matcher.find()) {
            for (int i = matcher.start(); i < matcher.end(); i++) {
                if (!Character.isWhitespace(text.charAt(i))) {
                    text.setCharAt(i, BLANK);
                }
            }
        }
    }

    /** An escaped star or underscore is none; nor is one between spaces, or one within code, where all stands for itself. */
    private static void emphasis(String original, StringBuilder text) {
        BitSet code = new BitSet();
        Matcher span = CODE_SPAN.matcher(text);
        while (span.find()) {
            code.set(span.start(2), span.end(2));
        }
        Matcher matcher = EMPHASIS.matcher(text.toString());
        while (matcher.find()) {
            boolean escaped = matcher.start() > 0 && original.charAt(matcher.start() - 1) == '\\';
            boolean before = matcher.start() > 0 && Character.isWhitespace(text.charAt(matcher.start() - 1));
            boolean after = matcher.end() < text.length() && Character.isWhitespace(text.charAt(matcher.end()));
            if (!escaped && !(before && after) && !code.get(matcher.start())) {
                fill(text, matcher.start(), matcher.end());
            }
        }
    }

    private static void fill(StringBuilder text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text.charAt(i) != '\n') {
                text.setCharAt(i, BLANK);
            }
        }
    }
}
