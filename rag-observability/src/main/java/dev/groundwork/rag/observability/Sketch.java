package dev.groundwork.rag.observability;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A distribution in bounded memory: values share a bucket where they differ by 4 % at most, so that a quantile is at
 * most 2 % off. After Masson, Rim, Lee: "DDSketch: A fast and fully-mergeable quantile sketch with relative-error
 * guarantees", VLDB 2019. Magnitudes from 1e-9 to 1e12 have buckets of their own (about 1,200 for each sign); smaller
 * ones count as zero, larger ones as 1e12. Thread-safe.
 */
final class Sketch {

    private static final double ACCURACY = 0.02;
    private static final double GAMMA = (1 + ACCURACY) / (1 - ACCURACY);
    private static final double LOG_GAMMA = Math.log(GAMMA);
    private static final double SMALLEST = 1e-9;
    private static final double LARGEST = 1e12;
    /** Makes every index of a positive value positive, so that the sign is free for the value's sign. */
    private static final int OFFSET = 1 - index(SMALLEST);

    private final TreeMap<Integer, Long> buckets = new TreeMap<>();
    private long count;
    private double sum;
    private double min = Double.POSITIVE_INFINITY;
    private double max = Double.NEGATIVE_INFINITY;

    synchronized void add(double value) {
        buckets.merge(bucket(value), 1L, Long::sum);
        count++;
        sum += value;
        min = Math.min(min, value);
        max = Math.max(max, value);
    }

    /** Returns the sum-up, or {@code null} where nothing was recorded. */
    synchronized @Nullable Distribution summary() {
        if (count == 0) {
            return null;
        }
        return new Distribution(count, sum, min, max, quantile(0.50), quantile(0.95), quantile(0.99));
    }

    private double quantile(double q) {
        long rank = (long) Math.ceil(q * count);
        long seen = 0;
        for (Map.Entry<Integer, Long> bucket : buckets.entrySet()) {
            seen += bucket.getValue();
            if (seen >= rank) {
                return Math.clamp(value(bucket.getKey()), min, max);
            }
        }
        return max;
    }

    private static int bucket(double value) {
        double magnitude = Math.abs(value);
        if (magnitude < SMALLEST) {
            return 0;
        }
        int index = index(Math.min(magnitude, LARGEST)) + OFFSET;
        return value < 0 ? -index : index;
    }

    private static int index(double magnitude) {
        return (int) Math.ceil(Math.log(magnitude) / LOG_GAMMA);
    }

    private static double value(int bucket) {
        if (bucket == 0) {
            return 0;
        }
        double magnitude = 2 * Math.pow(GAMMA, Math.abs(bucket) - OFFSET) / (GAMMA + 1);
        return bucket < 0 ? -magnitude : magnitude;
    }
}
