package dev.groundwork.rag;

import dev.langchain4j.data.embedding.Embedding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The query that {@link RelevanceFeedback} makes of a question and the first hits. */
final class SecondQuery {

    /** So many of the other hits say which words are nothing special here. */
    private static final int BACKGROUND = 50;

    /** Text beyond is not read for words. */
    private static final int MAX_CHARS = 4_000;

    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{M}\\p{N}]{2,30}");

    private SecondQuery() {}

    /**
     * Returns the question's vector, moved towards the mean of those of the sources; empty where the index tells none of them.
     *
     * @param share what the mean counts
     */
    static Optional<Embedding> vector(Embedding question, List<Hit> sources, SegmentReader index, double share) {
        double[] mean = new double[question.dimension()];
        int found = 0;
        for (Hit source : sources) {
            Optional<float[]> vector = vectorOf(source.id(), index);
            if (vector.isPresent() && vector.get().length == mean.length) {
                add(mean, vector.get(), 1);
                found++;
            }
        }
        if (found == 0 || share == 0) {
            return Optional.empty();
        }
        double[] moved = new double[mean.length];
        add(moved, question.vector(), 1 - share);
        float[] vector = new float[moved.length];
        double squares = 0;
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) (moved[i] + share * mean[i] / found);
            squares += (double) vector[i] * vector[i];
        }
        return squares > 0 && Double.isFinite(squares) ? Optional.of(Embedding.from(vector)) : Optional.empty();
    }

    /** Adds a vector, brought to length one. */
    private static void add(double[] sum, float[] vector, double weight) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        double scale = squares > 0 ? weight / Math.sqrt(squares) : 0;
        for (int i = 0; i < sum.length; i++) {
            sum[i] += scale * vector[i];
        }
    }

    private static Optional<float[]> vectorOf(String id, SegmentReader index) {
        return index.scan(before(id), 1, null).stream()
                .filter(segment -> segment.id().equals(id))
                .findFirst()
                .map(segment -> segment.embedding().vector());
    }

    /** Returns what stands right before an id, in the order in which an index lists them. */
    private static String before(String id) {
        String first = id.substring(0, id.length() - 1);
        char last = id.charAt(id.length() - 1);
        return last == 0 ? first : first + (char) (last - 1) + Character.MAX_VALUE;
    }

    /**
     * Returns the words of the sources that tell most, best first: often there, seldom in the other hits, not in the question.
     *
     * @param others the hits behind the sources
     */
    static List<String> terms(String question, List<Hit> sources, List<Hit> others, int most) {
        Set<String> asked = new HashSet<>(words(question));
        Map<String, Double> weights = new HashMap<>();
        Map<String, Integer> having = new HashMap<>();
        for (Hit source : sources) {
            List<String> words = words(source.segment().text());
            words.forEach(word -> weights.merge(word, 1.0 / words.size(), Double::sum));
            new HashSet<>(words).forEach(word -> having.merge(word, 1, Integer::sum));
        }
        List<Hit> background = others.subList(0, Math.min(BACKGROUND, others.size()));
        for (Hit other : background) {
            new HashSet<>(words(other.segment().text()))
                    .forEach(word -> having.computeIfPresent(word, (w, n) -> n + 1));
        }
        double all = sources.size() + background.size();
        Map<String, Double> telling = new HashMap<>();
        weights.forEach((word, weight) -> {
            if (!asked.contains(word)) {
                telling.put(word, weight * Math.log((all + 1) / having.getOrDefault(word, 0)));
            }
        });
        return telling.entrySet().stream()
                .sorted(Comparator.comparingDouble((Map.Entry<String, Double> term) -> -term.getValue())
                        .thenComparing(Map.Entry::getKey))
                .limit(most)
                .map(Map.Entry::getKey)
                .toList();
    }

    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(text.substring(0, Math.min(MAX_CHARS, text.length())));
        while (matcher.find()) {
            words.add(matcher.group().toLowerCase(Locale.ROOT));
        }
        return words;
    }
}
