package dev.groundwork.rag.benchmarks.data;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Cuts texts into sentences and lines. */
final class Sentences {

    /** Shorter ones are headings and list marks. A Chinese character says what several letters do. */
    private static final int LEAST_CHARS = 20;

    private static final int LEAST_IDEOGRAPHS = 6;

    /** Longer ones are tables; what is beyond is cut off. */
    private static final int MOST_CHARS = 1_000;

    private static final Pattern END = Pattern.compile("(?<=[.!?])\\s+|(?<=[。！？])|\\R+");
    private static final Pattern SPACE = Pattern.compile("\\s+");

    private Sentences() {}

    /** Returns a text's sentences in their order. */
    static List<String> of(String text) {
        List<String> sentences = new ArrayList<>();
        for (String part : END.splitAsStream(text).toList()) {
            String sentence = SPACE.matcher(part).replaceAll(" ").strip();
            if (isOne(sentence)) {
                sentences.add(cut(sentence));
            }
        }
        return sentences;
    }

    /** Returns each run of so many sentences, one blank between them. */
    static List<String> windows(List<String> sentences, int length) {
        List<String> windows = new ArrayList<>();
        for (int end = length; end <= sentences.size(); end++) {
            windows.add(cut(String.join(" ", sentences.subList(end - length, end))));
        }
        return windows;
    }

    private static boolean isOne(String text) {
        return text.length() >= LEAST_CHARS
                || text.codePoints().filter(Character::isIdeographic).count() >= LEAST_IDEOGRAPHS;
    }

    private static String cut(String text) {
        if (text.length() <= MOST_CHARS) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(MOST_CHARS - 1)) ? MOST_CHARS - 1 : MOST_CHARS);
    }
}
