package dev.groundwork.rag.lucene.ingest;

import java.text.BreakIterator;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/**
 * The ends of sentences, as {@link BreakIterator} finds them for no language in particular, without those after an
 * abbreviation, a single letter or a short number, which German and English write with a full stop too.
 */
final class Sentences {

    private static final Set<String> ABBREVIATIONS = Set.of(
            "abb", "abs", "al", "approx", "art", "bd", "bspw", "bzw", "ca", "cf", "ch", "co", "corp", "d.h", "dept",
            "dr", "e.g", "eg", "engl", "eq", "etc", "evtl", "fig", "gen", "ggf", "hr", "hrsg", "i.e", "ie", "inc",
            "inkl", "insb", "jr", "lt", "ltd", "max", "min", "mio", "mr", "mrd", "mrs", "ms", "mt", "no", "nr", "p.m",
            "pp", "prof", "ref", "resp", "s.a", "sec", "sog", "sr", "st", "str", "tab", "tel", "u.a", "u.s", "usw",
            "vgl", "vol", "vs", "z.b", "zb", "zit", "zzgl");

    private static final int LONGEST = 8;

    private Sentences() {}

    /** Returns the end of each sentence in a stretch of a text, the last one {@code end} itself. */
    static int[] ends(String text, int start, int end) {
        BreakIterator iterator = BreakIterator.getSentenceInstance(Locale.ROOT);
        String stretch = text.substring(start, end);
        iterator.setText(stretch);
        int[] ends = new int[16];
        int size = 0;
        for (int at = iterator.next(); at != BreakIterator.DONE; at = iterator.next()) {
            if (at < stretch.length() && isAbbreviation(stretch, at)) {
                continue;
            }
            if (size == ends.length) {
                ends = Arrays.copyOf(ends, size * 2);
            }
            ends[size++] = start + at;
        }
        if (size == 0 || ends[size - 1] != end) {
            ends = Arrays.copyOf(ends, size + 1);
            ends[size++] = end;
        }
        return Arrays.copyOf(ends, size);
    }

    private static boolean isAbbreviation(String text, int boundary) {
        int stop = Texts.trimEnd(text, 0, boundary) - 1;
        if (stop < 0 || text.charAt(stop) != '.') {
            return false;
        }
        int start = stop;
        while (start > 0 && stop - start <= LONGEST && isWordPart(text.charAt(start - 1))) {
            start--;
        }
        int length = stop - start;
        if (length == 0 || length > LONGEST) {
            return false;
        }
        String word = text.substring(start, stop).toLowerCase(Locale.ROOT);
        boolean number = word.chars().allMatch(c -> c >= '0' && c <= '9');
        return length == 1 || (number && length <= 2) || ABBREVIATIONS.contains(word);
    }

    private static boolean isWordPart(char c) {
        return c == '.' || Character.isLetterOrDigit(c);
    }
}
