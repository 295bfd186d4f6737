package dev.groundwork.rag.llm.pool;

import java.util.Arrays;

/** The last latencies of a member: a moving average, and the 95th percentile of a hundred. Not thread-safe. */
final class LatencyWindow {

    static final int SIZE = 100;
    /** Fewer tell nothing about one in twenty. */
    static final int ENOUGH = 20;

    private static final double NEW = 0.2;
    private static final int REFRESH = 10;

    private final long[] last = new long[SIZE];
    private int count;
    private double average = Double.NaN;
    private long p95;
    private int p95At = -1;

    void add(long nanos) {
        last[count % SIZE] = nanos;
        count++;
        average = Double.isNaN(average) ? nanos : average + NEW * (nanos - average);
    }

    /** Returns the moving average in nanoseconds; NaN where there is none. */
    double average() {
        return average;
    }

    /** Returns the 95th percentile in nanoseconds; -1 where too little is known. */
    long p95() {
        if (count < ENOUGH) {
            return -1;
        }
        if (p95At < 0 || count - p95At >= REFRESH) {
            long[] sorted = Arrays.copyOf(last, Math.min(count, SIZE));
            Arrays.sort(sorted);
            p95 = sorted[(int) Math.ceil(0.95 * sorted.length) - 1];
            p95At = count;
        }
        return p95;
    }
}
