package dev.groundwork.rag.observability.evaluation;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a system found: for each topic documents with scores. Immutable.
 *
 * <p>The order is trec_eval's: by score as a {@code float}, the highest first, and among equal scores by document id in
 * the order of its UTF-8 bytes, the last first. The ranks in a file play no part.
 */
public final class Run {

    private static final Pattern SPACE = Pattern.compile("\\s+");
    private static final Pattern VISIBLE = Pattern.compile("\\S+");
    private static final int COLUMNS = 6;
    private static final int RANK = 3;
    private static final int SCORE = 4;

    private static final Comparator<Scored> TREC_ORDER = Comparator.<Scored>comparingDouble(s -> -(float) s.score())
            .thenComparing(s -> s.document().getBytes(StandardCharsets.UTF_8), (a, b) -> Arrays.compareUnsigned(b, a));

    private final Map<String, List<Scored>> rankings;

    /**
     * A document with its score.
     *
     * @param document its id
     * @param score finite; higher is better
     */
    public record Scored(String document, double score) {
        /** Checks. */
        public Scored {
            Objects.requireNonNull(document, "document");
            if (!Double.isFinite(score)) {
                throw new IllegalArgumentException("score of " + document + " is " + score + ", must be finite");
            }
        }
    }

    private Run(Map<String, List<Scored>> rankings) {
        this.rankings = rankings;
    }

    /**
     * Makes a run.
     *
     * @param found by topic; in any order, each document once
     * @throws IllegalArgumentException if a topic has a document twice
     */
    public static Run of(Map<String, List<Scored>> found) {
        Map<String, List<Scored>> rankings = new LinkedHashMap<>();
        found.forEach((topic, scored) -> {
            Set<String> seen = new HashSet<>();
            for (Scored one : scored) {
                if (!seen.add(one.document())) {
                    throw new IllegalArgumentException("topic " + topic + " has document " + one.document() + " twice");
                }
            }
            rankings.put(topic, scored.stream().sorted(TREC_ORDER).toList());
        });
        return new Run(Collections.unmodifiableMap(rankings));
    }

    /**
     * Makes a run of rankings without scores of their own.
     *
     * @param rankings by topic document ids, the best first
     */
    public static Run ofRankings(Map<String, List<String>> rankings) {
        Map<String, List<Scored>> found = new LinkedHashMap<>();
        rankings.forEach((topic, documents) -> {
            List<Scored> scored = new ArrayList<>();
            for (String document : documents) {
                scored.add(new Scored(document, documents.size() - scored.size()));
            }
            found.put(topic, scored);
        });
        return of(found);
    }

    /**
     * Reads a run in TREC's format: topic, {@code Q0}, document, rank, score, name, parted by white space; what follows is
     * passed over. The file may be compressed by gzip.
     *
     * @throws IllegalArgumentException if a line is not of this format, or a topic has a document twice
     * @throws IOException if the file can't be read
     */
    public static Run read(Path file) throws IOException {
        Map<String, List<Scored>> found = new LinkedHashMap<>();
        TextFiles.forEachLine(file, line -> {
            List<String> columns = SPACE.splitAsStream(line.strip()).toList();
            if (columns.size() < COLUMNS - 1) {
                throw new IllegalArgumentException(
                        "has " + columns.size() + " columns, must be 'topic Q0 document rank score name'");
            }
            double score;
            try {
                score = Double.parseDouble(columns.get(SCORE));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("score is '" + columns.get(SCORE) + "', must be a number", e);
            }
            found.computeIfAbsent(columns.getFirst(), topic -> new ArrayList<>())
                    .add(new Scored(columns.get(RANK - 1), score));
        });
        try {
            return of(found);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Writes the run in TREC's format. Scores are written such that any tool that sorts by them gives this very order.
     *
     * @param name the system's name, without white space
     * @throws IllegalArgumentException if a name or an id is empty or has white space, which the format can't hold
     * @throws IOException if the file can't be written
     */
    public void write(Path file, String name) throws IOException {
        requireVisible("name", name);
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (Map.Entry<String, List<Scored>> topic : rankings.entrySet()) {
                requireVisible("topic", topic.getKey());
                int rank = 0;
                for (Scored scored : topic.getValue()) {
                    requireVisible("document", scored.document());
                    out.write(topic.getKey() + " Q0 " + scored.document() + ' ' + ++rank + ' '
                            + Double.toString(scored.score()) + ' ' + name + '\n');
                }
            }
        }
    }

    private static void requireVisible(String what, String value) {
        if (!VISIBLE.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    what + " is '" + value + "', must have no white space: TREC's run format parts columns by it");
        }
    }

    /** Returns the topics in the order in which they came. */
    public Set<String> topics() {
        return rankings.keySet();
    }

    /** Returns a topic's documents, best first; empty where it has none. */
    public List<Scored> ranking(String topic) {
        return Objects.requireNonNullElse(rankings.get(topic), List.of());
    }

    /** Returns the ids of a topic's documents, best first. */
    public List<String> documents(String topic) {
        return ranking(topic).stream().map(Scored::document).toList();
    }

    @Override
    public String toString() {
        return "Run[" + rankings.size() + " topics]";
    }
}
