package dev.groundwork.rag.observability;

/**
 * What was recorded of one series, summed up. Quantiles are within 2 % of a value that was recorded; the other figures
 * are exact, up to rounding.
 *
 * @param count how many values; at least 1
 * @param sum of them all
 * @param min the smallest
 * @param max the largest
 * @param p50 the median
 * @param p95 95 % of the values are not above it
 * @param p99 99 % of the values are not above it
 */
public record Distribution(long count, double sum, double min, double max, double p50, double p95, double p99) {

    /** Returns the average. */
    public double mean() {
        return sum / count;
    }
}
