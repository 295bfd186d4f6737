package dev.groundwork.rag.observability;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Tells in what script a question is written: the part of its language that needs no guess. */
final class Scripts {

    /** A question's script shows early; what is looked at is bounded. */
    private static final int MAX_CHARS = 2_000;

    private Scripts() {}

    /** Returns the script that most letters are of, such as {@code latin} or {@code han}; {@code none} without letters. */
    static String of(String text) {
        Map<Character.UnicodeScript, Integer> counts = new EnumMap<>(Character.UnicodeScript.class);
        int end = Math.min(text.length(), MAX_CHARS);
        for (int i = 0; i < end; ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            if (Character.isLetter(c)) {
                counts.merge(Character.UnicodeScript.of(c), 1, Integer::sum);
            }
        }
        return counts.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(most -> most.getKey().name().toLowerCase(Locale.ROOT))
                .orElse("none");
    }
}
