package dev.groundwork.rag.llm;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Finds the sentences of a text, Markdown included: a sentence ends at its full stop in any script, and at the end of a
 * paragraph, list item, heading or table row. Written for this because {@link java.text.BreakIterator} ends sentences at
 * abbreviations and knows nothing of lines.
 */
final class Sentences {

    /**
     * A sentence's place.
     *
     * @param start where it begins in the text
     * @param end where it ends, exclusive
     * @param kind what it is part of
     * @param block which paragraph, item or row it is part of, counted from 0
     */
    record Sentence(int start, int end, Kind kind, int block) {}

    /** What a sentence is part of. */
    enum Kind {
        /** Running text. */
        PROSE,
        /** An item of a list. */
        ITEM,
        /** A row of a table. */
        ROW,
        /** A heading. */
        HEADING,
        /** A block of code. */
        CODE,
        /** The keys and values before a document. */
        HEADER
    }

    private static final Pattern FENCE = Pattern.compile("[ \\t]*(```|~~~).*");
    private static final Pattern HEADING = Pattern.compile("[ \\t]{0,3}#{1,6}[ \\t].*");
    private static final Pattern ITEM = Pattern.compile("[ \\t]*(?:>[ \\t]?)*(?:[-*+•·▪◦‣]|\\d{1,3}[.)])[ \\t]+.*");
    private static final Pattern ROW = Pattern.compile("[ \\t]*\\|.*|.*[^\\\\]\\|.*\\|.*");
    private static final Pattern RULE = Pattern.compile("[ \\t]*(?:-{3,}|={3,}|\\*{3,}|_{3,})[ \\t]*");
    private static final Pattern INDENTED = Pattern.compile("(?: {4}|\\t).*");

    private static final String ENDS = ".!?…。！？｡؟۔।॥";
    private static final String WIDE_ENDS = "。！？｡";
    private static final String CLOSERS = "\"'”’»)]}）」』】*_`" + Markup.BLANK;

    private static final Set<String> ABBREVIATIONS = Set.of(
            "e.g", "i.e", "etc", "vs", "cf", "al", "approx", "mr", "mrs", "ms", "dr", "prof", "st", "jr", "sr", "inc",
            "ltd", "co", "corp", "no", "nos", "fig", "figs", "eq", "sec", "ch", "vol", "pp", "ed", "gen", "col", "lt",
            "sgt", "rev", "hon", "gov", "sen", "rep", "u.s", "u.k", "a.m", "p.m", "z.b", "d.h", "u.a", "bzw", "usw",
            "ca", "vgl", "nr", "str", "abb", "s.o", "o.ä", "z", "b", "d", "h", "p.ex", "p.ej", "sra", "mme", "mt", "ft",
            "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec");

    private Sentences() {}

    /** Returns the sentences of a text, in order, without the spaces around them. */
    static List<Sentence> of(String text) {
        List<Sentence> sentences = new ArrayList<>();
        boolean fenced = false;
        boolean header = false;
        int block = 0;
        int blockStart = -1;
        Kind kind = Kind.PROSE;
        int line = 0;
        while (line <= text.length()) {
            int end = text.indexOf('\n', line);
            if (end < 0) {
                end = text.length();
            }
            String content = text.substring(line, end);
            boolean blank = content.isBlank();
            Kind own = null;
            if (line == 0 && content.strip().equals("---")) {
                header = true;
                own = Kind.HEADER;
            } else if (header) {
                own = Kind.HEADER;
                header = !content.strip().equals("---");
            } else if (FENCE.matcher(content).matches()) {
                own = Kind.CODE;
                fenced = !fenced;
            } else if (fenced) {
                own = Kind.CODE;
            } else if (HEADING.matcher(content).matches()) {
                own = Kind.HEADING;
            } else if (ITEM.matcher(content).matches()) {
                own = Kind.ITEM;
            } else if (ROW.matcher(content).matches()) {
                own = Kind.ROW;
            } else if (RULE.matcher(content).matches()) {
                own = Kind.HEADING;
            } else if (blockStart < 0 && INDENTED.matcher(content).matches() && kind != Kind.ITEM) {
                own = Kind.CODE;
            }
            if (blockStart >= 0 && (blank || own != null)) {
                split(text, blockStart, line, kind, block++, sentences);
                blockStart = -1;
            }
            if (own == Kind.ITEM) {
                blockStart = line;
                kind = Kind.ITEM;
            } else if (own != null && !blank) {
                whole(text, line, end, own, block++, sentences);
                kind = own;
            } else if (!blank && blockStart < 0) {
                blockStart = line;
                kind = Kind.PROSE;
            }
            line = end + 1;
        }
        if (blockStart >= 0) {
            split(text, blockStart, text.length(), kind, block, sentences);
        }
        return sentences;
    }

    private static void split(String text, int from, int to, Kind kind, int block, List<Sentence> sentences) {
        int start = from;
        int i = from;
        while (i < to) {
            if (ENDS.indexOf(text.charAt(i)) >= 0) {
                int end = i + 1;
                while (end < to && (ENDS.indexOf(text.charAt(end)) >= 0 || CLOSERS.indexOf(text.charAt(end)) >= 0)) {
                    end++;
                }
                if (ends(text, start, i, end, to)) {
                    whole(text, start, end, kind, block, sentences);
                    start = end;
                }
                i = end;
            } else {
                i++;
            }
        }
        whole(text, start, to, kind, block, sentences);
    }

    private static boolean ends(String text, int start, int stop, int end, int to) {
        if (end >= to || WIDE_ENDS.indexOf(text.charAt(stop)) >= 0) {
            return true;
        }
        if (!Character.isWhitespace(text.charAt(end))) {
            return false;
        }
        int next = end;
        while (next < to && (Character.isWhitespace(text.charAt(next)) || CLOSERS.indexOf(text.charAt(next)) >= 0)) {
            next++;
        }
        if (next >= to) {
            return true;
        }
        if (text.charAt(stop) != '.') {
            return !Character.isLowerCase(text.charAt(next));
        }
        return !Character.isLowerCase(text.charAt(next)) && !abbreviation(text, start, stop);
    }

    private static boolean abbreviation(String text, int start, int stop) {
        int from = stop;
        while (from > start
                && !Character.isWhitespace(text.charAt(from - 1))
                && "([{\"“„".indexOf(text.charAt(from - 1)) < 0) {
            from--;
        }
        String word = text.substring(from, stop);
        boolean initial = word.length() == 1 && Character.isUpperCase(word.charAt(0));
        boolean ordinal =
                word.length() <= 2 && !word.isEmpty() && word.chars().allMatch(Character::isDigit) && from == start;
        return initial || ordinal || ABBREVIATIONS.contains(word.toLowerCase(Locale.ROOT));
    }

    private static void whole(String text, int from, int to, Kind kind, int block, List<Sentence> sentences) {
        int start = from;
        int end = to;
        while (start < end && skipped(text.charAt(start))) {
            start++;
        }
        while (end > start && skipped(text.charAt(end - 1))) {
            end--;
        }
        if (end > start) {
            sentences.add(new Sentence(start, end, kind, block));
        }
    }

    private static boolean skipped(char c) {
        return Character.isWhitespace(c) || c == Markup.BLANK;
    }
}
