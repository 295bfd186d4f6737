package dev.groundwork.rag.observability.evaluation;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Whether one system is better than another on the same topics, by more than chance: the paired sign-flip permutation test,
 * two-sided, on the mean difference. See Smucker, Allan and Carterette, "A Comparison of Statistical Significance Tests for
 * Information Retrieval Evaluation", CIKM 2007, section 3.4.
 *
 * @param topics how many topics both have
 * @param difference the mean difference, positive where the first is better
 * @param p how often a difference at least as large comes about by chance alone; from above 0 to 1
 * @param exact whether all sign flips were counted, else a sample was drawn
 */
public record PairedComparison(int topics, double difference, double p, boolean exact) {

    /** Up to so many topics all 2^n sign flips are counted. */
    public static final int EXACT_TOPICS = 20;

    /** How many sign flips are drawn beyond that. */
    public static final int DRAWS = 20_000;

    private static final long SEED = 20_071_106;

    /** Sums of differences that are equal but for rounding count as equal. */
    private static final double ROUNDING = 1e-12;

    /**
     * Compares.
     *
     * @param first a metric by topic
     * @param second the same metric of the other system; topics that only one of them has are left out
     */
    public static PairedComparison of(Map<String, Double> first, Map<String, Double> second) {
        double[] differences = first.entrySet().stream()
                .filter(e -> second.containsKey(e.getKey()))
                .mapToDouble(e -> e.getValue() - second.getOrDefault(e.getKey(), 0.0))
                .toArray();
        return ofDifferences(differences);
    }

    /**
     * Tests paired differences. The same ones always give the same p: the draws have a fixed seed.
     *
     * @param differences finite
     */
    public static PairedComparison ofDifferences(double... differences) {
        for (double difference : differences) {
            if (!Double.isFinite(difference)) {
                throw new IllegalArgumentException("a difference is " + difference + ", must be finite");
            }
        }
        double sum = Arrays.stream(differences).sum();
        double size = Arrays.stream(differences).map(Math::abs).sum();
        double threshold = Math.abs(sum) - ROUNDING * size;
        // Topics without a difference have no sign to flip.
        double[] flipped = Arrays.stream(differences).filter(d -> d != 0).toArray();
        boolean exact = flipped.length <= EXACT_TOPICS;
        double p = exact ? counted(flipped, threshold) : drawn(flipped, threshold);
        return new PairedComparison(
                differences.length, differences.length == 0 ? 0 : sum / differences.length, p, exact);
    }

    private static double counted(double[] differences, double threshold) {
        int all = 1 << differences.length;
        int atLeast = 0;
        for (int signs = 0; signs < all; signs++) {
            double sum = 0;
            for (int i = 0; i < differences.length; i++) {
                sum += (signs >>> i & 1) == 1 ? -differences[i] : differences[i];
            }
            atLeast += Math.abs(sum) >= threshold ? 1 : 0;
        }
        return (double) atLeast / all;
    }

    private static double drawn(double[] differences, double threshold) {
        SplittableRandom random = new SplittableRandom(SEED);
        int atLeast = 0;
        for (int draw = 0; draw < DRAWS; draw++) {
            double sum = 0;
            long signs = 0;
            for (int i = 0; i < differences.length; i++) {
                signs = i % Long.SIZE == 0 ? random.nextLong() : signs >>> 1;
                sum += (signs & 1) == 1 ? -differences[i] : differences[i];
            }
            atLeast += Math.abs(sum) >= threshold ? 1 : 0;
        }
        return (atLeast + 1.0) / (DRAWS + 1.0);
    }

    /**
     * Adjusts several p values by Holm's step-down procedure, so that the chance of any false finding among them stays below
     * the level that each is compared with.
     *
     * @return the adjusted values in the order given, at most 1
     */
    public static List<Double> holm(List<Double> p) {
        List<Integer> order = IntStream.range(0, p.size())
                .boxed()
                .sorted(Comparator.comparing(p::get))
                .toList();
        Double[] adjusted = new Double[p.size()];
        double last = 0;
        for (int i = 0; i < order.size(); i++) {
            last = Math.max(last, Math.min(1, p.get(order.get(i)) * (p.size() - i)));
            adjusted[order.get(i)] = last;
        }
        return List.of(adjusted);
    }
}
