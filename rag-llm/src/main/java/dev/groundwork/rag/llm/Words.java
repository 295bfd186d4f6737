package dev.groundwork.rag.llm;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Takes text apart into words that can be compared: folded in case, width and compatibility forms (NFKC), numbers in
 * one form, and scripts that don't separate words (Han, kana, Thai and their like) as pairs of characters.
 */
final class Words {

    /**
     * A word and where it stands.
     *
     * @param folded the word as it is compared
     * @param stem the word without its ending, for comparing forms of it
     * @param start where it begins in the text
     * @param end where it ends, exclusive
     * @param kind what it is
     */
    record Word(String folded, String stem, int start, int end, Kind kind) {

        /** Returns whether it carries meaning of its own. */
        boolean content() {
            return kind != Kind.STOP;
        }
    }

    /** What a word is. */
    enum Kind {
        /** A word of a sentence's frame, such as "the". */
        STOP,
        /** Any other word. */
        PLAIN,
        /** A number. */
        NUMBER,
        /** One or two characters of a script without spaces. */
        PAIR
    }

    private static final Map<String, String> NUMBER_WORDS = Map.ofEntries(
            Map.entry("zero", "0"),
            Map.entry("two", "2"),
            Map.entry("three", "3"),
            Map.entry("four", "4"),
            Map.entry("five", "5"),
            Map.entry("six", "6"),
            Map.entry("seven", "7"),
            Map.entry("eight", "8"),
            Map.entry("nine", "9"),
            Map.entry("ten", "10"),
            Map.entry("eleven", "11"),
            Map.entry("twelve", "12"),
            Map.entry("zwei", "2"),
            Map.entry("drei", "3"),
            Map.entry("vier", "4"),
            Map.entry("fünf", "5"),
            Map.entry("sechs", "6"),
            Map.entry("sieben", "7"),
            Map.entry("acht", "8"),
            Map.entry("neun", "9"),
            Map.entry("zehn", "10"),
            Map.entry("elf", "11"),
            Map.entry("zwölf", "12"));

    /** Endings of European languages, longest first; what is left has four characters or more. */
    private static final String[] ENDINGS = {
        "ations", "ation", "ments", "ment", "ings", "ions", "ies", "ing", "ion", "ers", "ern", "est", "ed", "es", "er",
        "en", "em", "ly", "or", "s", "e", "n", "y", "t"
    };

    /** Shorter beginnings and ends of words are chance, not parts of a compound. */
    private static final int SHORTEST_PART = 6;

    private Words() {}

    /** Returns the words of a text, in order. Characters of blanked markup are skipped. */
    static List<Word> of(String text) {
        return of(text, 0, text.length());
    }

    /** Returns the words of a part of a text, with their places in the whole text. */
    static List<Word> of(String text, int from, int to) {
        List<Word> words = new ArrayList<>((to - from) / 6 + 4);
        int i = from;
        while (i < to) {
            int c = text.codePointAt(i);
            if (!partOfWord(c)) {
                i += Character.charCount(c);
            } else if (withoutSpaces(c)) {
                i = pairs(text, i, to, words);
            } else {
                i = word(text, i, to, words);
            }
        }
        return words;
    }

    /** Returns whether two words are forms of the same, or one is the first or last part of the other, a compound. */
    static boolean alike(Word a, Word b) {
        if (a.stem.equals(b.stem)) {
            return true;
        }
        if (a.kind != Kind.PLAIN || b.kind != Kind.PLAIN) {
            return false;
        }
        String shorter = a.stem.length() < b.stem.length() ? a.stem : b.stem;
        String longer = shorter.equals(a.stem) ? b.stem : a.stem;
        boolean begins = longer.startsWith(shorter);
        boolean form = begins && shorter.length() >= 4 && longer.length() - shorter.length() <= 3;
        return form || (shorter.length() >= SHORTEST_PART && (begins || longer.endsWith(shorter)));
    }

    /** Folds case, width and compatibility forms. */
    static String fold(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        for (int i = 0; i < lower.length(); i++) {
            if (lower.charAt(i) >= 0x80) {
                return Normalizer.normalize(lower, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
            }
        }
        return lower;
    }

    private static int word(String text, int start, int to, List<Word> words) {
        int i = start;
        boolean digits = true;
        while (i < to) {
            int c = text.codePointAt(i);
            boolean digit = Character.isDigit(c);
            if (partOfWord(c) && !withoutSpaces(c)) {
                digits &= digit || Character.getType(c) == Character.OTHER_NUMBER;
                i += Character.charCount(c);
            } else if (digits && i > start && i + 1 < to && separates(c) && Character.isDigit(text.charAt(i + 1))) {
                i++;
            } else if ((c == '\'' || c == '’') && i + 1 < to && Character.isLetter(text.charAt(i + 1)) && !digits) {
                i++;
            } else {
                break;
            }
        }
        add(text, start, i, digits, words);
        return i;
    }

    private static void add(String text, int start, int end, boolean digits, List<Word> words) {
        String folded = fold(text.substring(start, end)).replace('’', '\'');
        if (digits) {
            String number = number(folded);
            words.add(new Word(number, number, start, end, Kind.NUMBER));
            return;
        }
        if (folded.endsWith("'s")) {
            folded = folded.substring(0, folded.length() - 2);
        }
        String number = NUMBER_WORDS.get(folded);
        if (number != null) {
            words.add(new Word(number, number, start, end, Kind.NUMBER));
        } else if (StopWords.contains(folded)) {
            words.add(new Word(folded, folded, start, end, Kind.STOP));
        } else {
            words.add(new Word(folded, stem(folded), start, end, Kind.PLAIN));
        }
    }

    private static int pairs(String text, int start, int to, List<Word> words) {
        int i = start;
        int previous = -1;
        while (i < to) {
            int c = text.codePointAt(i);
            if (!partOfWord(c) || !withoutSpaces(c)) {
                break;
            }
            int next = i + Character.charCount(c);
            if (previous >= 0) {
                pair(text, previous, next, words);
            }
            previous = i;
            i = next;
        }
        if (words.isEmpty() || words.getLast().end() != i || words.getLast().start() < start) {
            pair(text, start, i, words);
        }
        return i;
    }

    private static void pair(String text, int start, int end, List<Word> words) {
        String folded = fold(text.substring(start, end));
        boolean frame = folded.codePoints().allMatch(StopWords::framesChinese);
        words.add(new Word(folded, folded, start, end, frame ? Kind.STOP : Kind.PAIR));
    }

    /** Brings 1,000 and 1.000 to 1000, 3,5 to 3.5; leaves what has more parts, such as 1.2.3. */
    static String number(String digits) {
        String bare = digits.replaceAll("['’  ]", "");
        if (bare.matches("\\d{1,3}([.,]\\d{3})+")) {
            return bare.replaceAll("[.,]", "");
        }
        if (bare.matches("\\d{1,3}(,\\d{3})+\\.\\d+")) {
            return bare.replace(",", "");
        }
        if (bare.matches("\\d{1,3}(\\.\\d{3})+,\\d+")) {
            return bare.replace(".", "").replace(',', '.');
        }
        return bare.matches("\\d+,\\d+") ? bare.replace(',', '.') : bare;
    }

    static String stem(String word) {
        if (word.length() < 4) {
            return word;
        }
        String stem = word;
        for (String ending : ENDINGS) {
            int left = word.length() - ending.length();
            if (left >= (ending.length() == 1 ? 3 : 4) && word.endsWith(ending) && !word.endsWith("ss")) {
                stem = word.substring(0, left);
                break;
            }
        }
        if (stem.length() > 4
                && (stem.endsWith("e") || stem.charAt(stem.length() - 1) == stem.charAt(stem.length() - 2))) {
            stem = stem.substring(0, stem.length() - 1);
        }
        return stem;
    }

    private static boolean separates(int c) {
        return c == '.' || c == ',' || c == '\'' || c == '’';
    }

    private static boolean partOfWord(int c) {
        return c != Markup.BLANK
                && (Character.isLetterOrDigit(c)
                        || Character.getType(c) == Character.NON_SPACING_MARK
                        || Character.getType(c) == Character.COMBINING_SPACING_MARK
                        || Character.getType(c) == Character.OTHER_NUMBER);
    }

    /** Returns whether a character belongs to a script that puts no spaces between words. */
    static boolean withoutSpaces(int c) {
        if (c < 0x0E00) {
            return false;
        }
        return switch (Character.UnicodeScript.of(c)) {
            case HAN, HIRAGANA, KATAKANA, THAI, LAO, KHMER, MYANMAR -> true;
            default -> false;
        };
    }
}
