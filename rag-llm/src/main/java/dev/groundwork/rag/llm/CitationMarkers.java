package dev.groundwork.rag.llm;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the markers of citations in an answer: {@code [1]}, {@code [2][3]}, {@code [1, 2]}, {@code [1-3]},
 * {@code [Source 2]} and the wide brackets {@code 【1】}. Not taken for one: what stands in code, link texts such as
 * {@code [1](url)}, targets {@code [1]: url}, the second half of {@code [text][1]}, footnotes {@code [^1]}, and
 * {@code name[0]}.
 */
final class CitationMarkers {

    /**
     * A marker and where it stands.
     *
     * @param start where it begins in the answer
     * @param end where it ends, exclusive
     * @param numbers what it names
     */
    record Marker(int start, int end, List<Integer> numbers) {}

    /** A range that names more is taken as its two ends. */
    static final int LONGEST_RANGE = 50;

    private static final String NUMBER = "\\d{1,15}";
    private static final Pattern MARKER = Pattern.compile(
            "[\\[【［]\\s?(?:(?:sources?|quellen?|fuentes?|来源|來源)\\s?:?\\s?#?)?(" + NUMBER
                    + "(?:\\s?(?:[,;，、&–—-]|and|und)\\s?" + NUMBER + "){0,50})\\s?(?:†[^】\\n]{0,100})?[\\]】］]",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern PART = Pattern.compile("(" + NUMBER + ")(?:\\s?[–—-]\\s?(" + NUMBER + "))?");
    /** Code, and the targets of links. */
    private static final Pattern CODE =
            Pattern.compile("(?m)^[ \\t]*(```|~~~)[\\s\\S]*?(?:^[ \\t]*\\1[ \\t]*$|\\z)|(?<!`)(`++)[^`]+\\2(?!`)"
                    + "|(?<=\\])\\([^()\\s]{1,2000}\\)");

    private static final Pattern LINK_TARGET = Pattern.compile("\\([^()\\s]{1,2000}\\)");

    private CitationMarkers() {}

    static List<Marker> in(String answer) {
        String text = withoutCode(answer);
        List<Marker> markers = new ArrayList<>();
        Matcher matcher = MARKER.matcher(text);
        while (matcher.find()) {
            int end = markers.isEmpty() ? -1 : markers.getLast().end();
            if (!otherwiseMeant(answer, text, matcher.start(), matcher.end(), end)) {
                List<Integer> numbers = numbers(matcher.group(1));
                boolean index = numbers.equals(List.of(0))
                        && matcher.start() > 0
                        && Character.isLetterOrDigit(text.charAt(matcher.start() - 1));
                if (!index) {
                    markers.add(new Marker(matcher.start(), matcher.end(), numbers));
                }
            }
        }
        return markers;
    }

    private static String withoutCode(String answer) {
        StringBuilder text = new StringBuilder(answer);
        Matcher code = CODE.matcher(answer);
        while (code.find()) {
            // The bracket of a link's target stays: it tells that [1] before it is a link's text.
            for (int i = code.start() + 1; i < code.end(); i++) {
                text.setCharAt(i, ' ');
            }
        }
        return text.toString();
    }

    private static boolean otherwiseMeant(String answer, String text, int start, int end, int previousEnd) {
        char next = end < text.length() ? text.charAt(end) : ' ';
        if (next == '('
                && LINK_TARGET.matcher(answer).region(end, answer.length()).lookingAt()) {
            return true;
        }
        boolean lineStart = text.substring(text.lastIndexOf('\n', Math.max(0, start - 1)) + 1, start)
                .isBlank();
        if (next == ':' && lineStart && text.substring(end).matches("(?s):\\s*<?(?:https?:|www\\.|/|\\S+\\.\\w+).*")) {
            return true;
        }
        return start > 0 && answer.charAt(start - 1) == ']' && previousEnd != start;
    }

    private static List<Integer> numbers(String list) {
        List<Integer> numbers = new ArrayList<>();
        Matcher part = PART.matcher(list);
        while (part.find()) {
            int from = number(part.group(1));
            int to = part.group(2) == null ? from : number(part.group(2));
            if (to > from && to - (long) from < LONGEST_RANGE) {
                for (int n = from; n <= to; n++) {
                    add(numbers, n);
                }
            } else {
                add(numbers, from);
                add(numbers, to);
            }
        }
        return List.copyOf(numbers);
    }

    private static void add(List<Integer> numbers, int n) {
        if (!numbers.contains(n)) {
            numbers.add(n);
        }
    }

    private static int number(String digits) {
        return (int) Math.min(Integer.MAX_VALUE, Long.parseLong(digits));
    }
}
