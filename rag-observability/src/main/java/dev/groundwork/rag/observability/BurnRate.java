package dev.groundwork.rag.observability;

/** Counts good and bad in a ring of equal spans of time, and gives the burn rate of the last ones. Thread-safe. */
final class BurnRate {

    private final long spanNanos;
    private final long[] good;
    private final long[] bad;
    private long current;
    private boolean begun;

    BurnRate(long spanNanos, int spans) {
        this.spanNanos = spanNanos;
        this.good = new long[spans];
        this.bad = new long[spans];
    }

    synchronized void add(long nowNanos, boolean isGood) {
        advance(nowNanos);
        (isGood ? good : bad)[slot(current)]++;
    }

    /** Returns how many events the last spans hold, the one under way included. */
    synchronized long events(long nowNanos, int spans) {
        advance(nowNanos);
        long sum = 0;
        for (int i = 0; i < spans; i++) {
            sum += good[slot(current - i)] + bad[slot(current - i)];
        }
        return sum;
    }

    /** Returns how fast the last spans burn a budget; 0 where nothing happened. */
    synchronized double rate(long nowNanos, int spans, double budget) {
        advance(nowNanos);
        long all = 0;
        long wrong = 0;
        for (int i = 0; i < spans; i++) {
            int slot = slot(current - i);
            all += good[slot] + bad[slot];
            wrong += bad[slot];
        }
        return all == 0 ? 0 : (double) wrong / all / budget;
    }

    /** Empties the spans that have passed since the last call. */
    private void advance(long nowNanos) {
        long now = Math.floorDiv(nowNanos, spanNanos);
        if (!begun) {
            begun = true;
            current = now;
        }
        long passed = Math.min(now - current, good.length);
        for (long i = 1; i <= passed; i++) {
            good[slot(now - passed + i)] = 0;
            bad[slot(now - passed + i)] = 0;
        }
        current = Math.max(current, now);
    }

    private int slot(long span) {
        return Math.floorMod(span, good.length);
    }
}
