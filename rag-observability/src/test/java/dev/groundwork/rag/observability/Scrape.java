package dev.groundwork.rag.observability;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A scrape in Prometheus's text format, read by a parser of its own.
 *
 * @param types the type of each name that the scrape declares
 * @param labels the label keys of each series' name
 * @param series how many sets of labels each series' name has, {@code le} not counted
 * @param values the value of each line
 */
record Scrape(
        Map<String, String> types,
        Map<String, Set<String>> labels,
        Map<String, Set<String>> series,
        Map<String, Double> values) {

    private static final Pattern LINE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\"(?:,|$)");

    static Scrape parse(String text) {
        Scrape scrape = new Scrape(new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new LinkedHashMap<>());
        for (String line : text.lines().toList()) {
            if (line.startsWith("# TYPE ")) {
                String[] words = line.split(" ", 4);
                scrape.types.put(words[2], words[3]);
            } else if (!line.startsWith("#") && !line.isBlank()) {
                scrape.add(line);
            }
        }
        return scrape;
    }

    private void add(String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            throw new AssertionError("no series: " + line);
        }
        String name = Objects.requireNonNull(matcher.group(1));
        String inBraces = Objects.requireNonNullElse(matcher.group(2), "");
        Map<String, String> pairs = new TreeMap<>();
        Matcher label = LABEL.matcher(inBraces);
        int end = 0;
        while (label.find() && label.start() == end) {
            pairs.put(label.group(1), label.group(2));
            end = label.end();
        }
        if (end != inBraces.length()) {
            throw new AssertionError("no labels: " + inBraces);
        }
        labels.computeIfAbsent(name, n -> new TreeSet<>()).addAll(pairs.keySet());
        pairs.remove("le");
        series.computeIfAbsent(name, n -> new TreeSet<>()).add(pairs.toString());
        values.put(line.substring(0, line.lastIndexOf(' ')), Double.valueOf(matcher.group(3)));
    }

    /** Returns the most sets of labels that a name has. */
    int mostSeries() {
        return series.values().stream().mapToInt(Set::size).max().orElse(0);
    }
}
