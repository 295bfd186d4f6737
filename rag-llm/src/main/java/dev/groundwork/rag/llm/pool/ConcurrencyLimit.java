package dev.groundwork.rag.llm.pool;

/**
 * How many calls may be under way at once: a number, or one that follows the latencies. The latter is Netflix's
 * Gradient2 (concurrency-limits): the limit shrinks by the ratio of the long-term to the present latency where that is
 * above {@link #TOLERANCE}, and grows by the square root of itself otherwise. As there, it moves once a window and not with
 * each call; else the long-term latency would soon be that of an overloaded member, and the limit would only grow. A
 * member that is overloaded from its first call on is taken for a slow one: its most is to be set with that in mind. Not
 * thread-safe.
 */
final class ConcurrencyLimit {

    static final double TOLERANCE = 1.5;
    static final double SMOOTHING = 0.2;
    static final int START = 20;
    /** The shortest window, and the fewest calls in it. */
    static final long WINDOW_NANOS = 1_000_000_000;

    static final int WINDOW_CALLS = 10;
    /** The long-term latency is an average over about so many windows. */
    private static final int LONG_TERM = 600;

    private static final double AFTER_DROP = 0.9;

    private final int least;
    private final int most;
    private double limit;
    private double longTerm;
    private int windows;
    private long lastDrop;
    private boolean dropped;

    // The present window.
    private long begin;
    private long sum;
    private int calls;
    private int mostInFlight;

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
    void served(long now, long nanos, int inFlight) {
        if (least == most) {
            return;
        }
        if (calls == 0) {
            begin = now;
        }
        calls++;
        sum += nanos;
        mostInFlight = Math.max(mostInFlight, inFlight);
        if (calls >= WINDOW_CALLS && now - begin >= WINDOW_NANOS) {
            window(Math.max(1, (double) sum / calls));
            calls = 0;
            sum = 0;
            mostInFlight = 0;
        }
    }

    private void window(double latency) {
        windows = Math.min(LONG_TERM, windows + 1);
        boolean overloaded = windows > 1 && latency > TOLERANCE * longTerm;
        longTerm += (latency - longTerm) / (overloaded ? LONG_TERM : windows);
        if (longTerm / latency > 2) {
            longTerm *= 0.95; // Faster for good: forgets the slow past sooner.
        }
        if (mostInFlight < limit / 2) {
            return; // Not what holds anybody up.
        }
        double gradient = Math.clamp(TOLERANCE * longTerm / latency, 0.5, 1.0);
        double next = limit * gradient + Math.sqrt(limit);
        limit = Math.clamp(limit * (1 - SMOOTHING) + next * SMOOTHING, least, most);
    }

    /**
     * A call was refused or did not end in time. Of those that were under way together the first one counts.
     *
     * @param sent when it was sent
     */
    void dropped(long now, long sent) {
        if (least != most && (!dropped || sent - lastDrop >= 0)) {
            dropped = true;
            lastDrop = now;
            limit = Math.clamp(limit * AFTER_DROP, least, most);
        }
    }
}
