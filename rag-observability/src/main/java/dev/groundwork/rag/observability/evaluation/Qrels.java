package dev.groundwork.rag.observability.evaluation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Judgements: for each topic the grades of the documents that were judged. A grade of 1 or more is relevant unless an
 * evaluation asks for more, 0 is not relevant, and one below 0 counts as not judged. Immutable.
 */
public final class Qrels {

    private static final Pattern SPACE = Pattern.compile("\\s+");
    private static final int TREC_COLUMNS = 4;
    private static final int BEIR_COLUMNS = 3;

    private final Map<String, Map<String, Integer>> grades;

    private Qrels(Map<String, Map<String, Integer>> grades) {
        this.grades = grades;
    }

    /**
     * Makes judgements.
     *
     * @param grades by topic and document
     */
    public static Qrels of(Map<String, ? extends Map<String, Integer>> grades) {
        Map<String, Map<String, Integer>> copy = new LinkedHashMap<>();
        grades.forEach((topic, judged) -> copy.put(topic, Map.copyOf(judged)));
        return new Qrels(Collections.unmodifiableMap(copy));
    }

    /**
     * Reads judgements in TREC's format (topic, iteration, document, grade, parted by white space) or in BEIR's (topic,
     * document, grade, parted by tabs, with a header). The file may be compressed by gzip. Where a document is judged
     * twice for a topic, the later line counts.
     *
     * @throws IllegalArgumentException if a line is neither; it names file and line
     * @throws IOException if the file can't be read
     */
    public static Qrels read(Path file) throws IOException {
        Map<String, Map<String, Integer>> grades = new LinkedHashMap<>();
        boolean[] first = {true};
        TextFiles.forEachLine(file, line -> {
            boolean header = first[0];
            first[0] = false;
            List<String> columns = columns(line);
            if (header && !isGrade(columns.getLast())) {
                return;
            }
            boolean trec = columns.size() == TREC_COLUMNS;
            String topic = columns.getFirst();
            String document = columns.get(trec ? 2 : 1);
            grades.computeIfAbsent(topic, t -> new LinkedHashMap<>()).put(document, grade(columns.getLast()));
        });
        return of(grades);
    }

    private static List<String> columns(String line) {
        List<String> tabs = List.of(line.split("\t"));
        // An identifier of BEIR may hold spaces, and TREC's files may be parted by tabs.
        List<String> columns = tabs.size() >= BEIR_COLUMNS ? tabs : List.of(SPACE.split(line.strip()));
        List<String> stripped = new ArrayList<>();
        columns.forEach(column -> stripped.add(column.strip()));
        if (stripped.size() != BEIR_COLUMNS && stripped.size() != TREC_COLUMNS) {
            throw new IllegalArgumentException("has " + stripped.size()
                    + " columns, must be 'topic iteration document grade' or, with tabs, 'topic document grade'");
        }
        return stripped;
    }

    private static boolean isGrade(String text) {
        try {
            grade(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static int grade(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            // Some collections write whole grades as 1.0.
            try {
                double number = Double.parseDouble(text);
                if (number == Math.rint(number) && Math.abs(number) <= Integer.MAX_VALUE) {
                    return (int) number;
                }
            } catch (NumberFormatException notANumber) {
                e.addSuppressed(notANumber);
            }
            throw new IllegalArgumentException("grade is '" + text + "', must be a whole number", e);
        }
    }

    /** Returns the topics in the order in which they were read. */
    public Set<String> topics() {
        return grades.keySet();
    }

    /** Returns the grades of a topic's judged documents; empty for a topic that is not judged. */
    public Map<String, Integer> grades(String topic) {
        return Objects.requireNonNullElse(grades.get(topic), Map.of());
    }

    @Override
    public String toString() {
        return "Qrels[" + grades.size() + " topics]";
    }
}
