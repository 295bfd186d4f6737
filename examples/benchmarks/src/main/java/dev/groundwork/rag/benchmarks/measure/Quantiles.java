package dev.groundwork.rag.benchmarks.measure;

import java.util.Arrays;

/** Medians and percentiles. */
public final class Quantiles {

    private Quantiles() {}

    /** Returns the median; of an even number, the mean of the two in the middle. */
    public static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /**
     * Returns the smallest value that at least so many of a hundred don't exceed (nearest rank).
     *
     * @param percent more than 0, at most 100
     */
    public static long percentile(long[] values, double percent) {
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        int rank = (int) Math.ceil(percent / 100 * sorted.length);
        return sorted[Math.max(0, rank - 1)];
    }

    /** Returns the largest. */
    public static double max(double... values) {
        return Arrays.stream(values).max().orElseThrow();
    }
}
