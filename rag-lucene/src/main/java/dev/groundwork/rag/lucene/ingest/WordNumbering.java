package dev.groundwork.rag.lucene.ingest;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The marks of list items and numbered headings in a Word document, counted as they are come across. */
final class WordNumbering {

    private static final int LEVELS = 9;

    private final Map<String, Level[]> formats = new HashMap<>();
    private final Map<String, String> abstracts = new HashMap<>();
    private final Map<String, int[]> counts = new HashMap<>();

    private record Level(String format, String text, int start) {}

    private static final Level BULLET = new Level("bullet", "", 1);

    static WordNumbering read(OfficeParts parts, String part) throws UnreadableException {
        WordNumbering numbering = new WordNumbering();
        parts.xml(
                part,
                root -> root.children(name -> {
                    if (name.equals("abstractNum")) {
                        String id = root.attribute("abstractNumId");
                        Level[] levels = new Level[LEVELS];
                        root.children(inner -> level(root, inner, levels));
                        if (id != null) {
                            numbering.formats.put(id, levels);
                        }
                    } else if (name.equals("num")) {
                        String id = root.attribute("numId");
                        root.children(inner -> {
                            String value = root.attribute("val");
                            if (inner.equals("abstractNumId") && id != null && value != null) {
                                numbering.abstracts.put(id, value);
                            }
                        });
                    }
                }));
        return numbering;
    }

    private static void level(XmlCursor at, String element, Level[] levels) throws UnreadableException {
        int level = Texts.number(at.attribute("ilvl"), -1);
        if (!element.equals("lvl") || level < 0 || level >= LEVELS) {
            return;
        }
        String[] format = {"decimal", ""};
        int[] start = {1};
        at.children(name -> {
            String value = at.attribute("val");
            switch (name) {
                case "numFmt" -> format[0] = value == null ? "decimal" : value;
                case "lvlText" -> format[1] = value == null ? "" : value;
                case "start" -> start[0] = Texts.number(value, 1);
                default -> {}
            }
        });
        levels[level] = new Level(format[0], format[1], start[0]);
    }

    /** Counts an item and returns its mark, {@code -} for a bullet; empty where the list has none. */
    String next(String numberingId, int level) {
        if (numberingId.equals("0")) {
            return "";
        }
        String id = abstracts.getOrDefault(numberingId, "");
        Level[] levels = formats.get(id);
        if (levels == null) {
            return "-";
        }
        int[] count = counts.computeIfAbsent(id, key -> new int[LEVELS]);
        count[level]++;
        java.util.Arrays.fill(count, level + 1, LEVELS, 0);
        Level own = or(levels[level]);
        if (own.format().equals("bullet")) {
            return "-";
        }
        if (own.format().equals("none")) {
            return "";
        }
        String mark = own.text();
        for (int i = 0; i < LEVELS; i++) {
            Level of = or(levels[i]);
            int number = of.start() + Math.max(1, count[i]) - 1;
            mark = mark.replace("%" + (i + 1), number(of.format(), number));
        }
        return mark.strip();
    }

    private static Level or(@Nullable Level level) {
        return level == null ? BULLET : level;
    }

    private static String number(String format, int number) {
        return switch (format) {
            case "lowerLetter" -> letters(number);
            case "upperLetter" -> letters(number).toUpperCase(Locale.ROOT);
            case "lowerRoman" -> roman(number).toLowerCase(Locale.ROOT);
            case "upperRoman" -> roman(number);
            case "bullet", "none" -> "";
            default -> Integer.toString(number);
        };
    }

    /** a to z, then aa, bb and so on, as Word counts. */
    private static String letters(int number) {
        if (number < 1 || number > 26 * 20) {
            return Integer.toString(number);
        }
        return Character.toString('a' + (number - 1) % 26).repeat((number - 1) / 26 + 1);
    }

    private static String roman(int number) {
        if (number < 1 || number > 3999) {
            return Integer.toString(number);
        }
        int[] values = {1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1};
        String[] signs = {"M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"};
        StringBuilder roman = new StringBuilder();
        int rest = number;
        for (int i = 0; i < values.length; i++) {
            while (rest >= values[i]) {
                roman.append(signs[i]);
                rest -= values[i];
            }
        }
        return roman.toString();
    }
}
