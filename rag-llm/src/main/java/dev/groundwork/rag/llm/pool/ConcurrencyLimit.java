package dev.groundwork.rag.llm.pool;

/**
 * How many calls may be under way at once: a number, or one that follows the latencies. The latter is Netflix's
 * Gradient2 (concurrency-limits): the limit shrinks by the ratio of the long-term to the present latency where that is
 * above {@link #TOLERANCE}, and grows by the square root of itself otherwise. Not thread-safe.
 */
final class ConcurrencyLimit {

    static final double TOLERANCE = 1.5;
    static final double SMOOTHING = 0.2;
    static final int START = 20;
    /** The long-term latency is an average over about so many calls. */
    private static final int LONG_TERM = 600;

    private static final double AFTER_DROP = 0.9;

    private final int least;
    private final int most;
    private double limit;
    private double longTerm;
    private int samples;

    private ConcurrencyLimit(int least, int most, double start) {
        this.least = least;
        this.most = most;
        this.limit = start;
    }

    static ConcurrencyLimit fixed(int limit) {
        return new ConcurrencyLimit(limit, limit, limit);
    }

    static ConcurrencyLimit adaptive(int least, int most) {
        return new ConcurrencyLimit(least, most, Math.clamp(START, least, most));
    }

    int limit() {
        return (int) limit;
    }

    /** Takes in the latency of a call that was served, and how many were under way with it. */
    void served(long nanos, int inFlight) {
        if (least == most) {
            return;
        }
        double latency = Math.max(1, nanos);
        samples = Math.min(LONG_TERM, samples + 1);
        longTerm += (latency - longTerm) / samples;
        if (longTerm / latency > 2) {
            longTerm *= 0.95; // Faster for good: forgets the slow past sooner.
        }
        if (inFlight < limit / 2) {
            return; // Not what holds anybody up.
        }
        double gradient = Math.clamp(TOLERANCE * longTerm / latency, 0.5, 1.0);
        double next = limit * gradient + Math.sqrt(limit);
        limit = Math.clamp(limit * (1 - SMOOTHING) + next * SMOOTHING, least, most);
    }

    /** A call was refused or did not end in time. */
    void dropped() {
        if (least != most) {
            limit = Math.clamp(limit * AFTER_DROP, least, most);
        }
    }
}
