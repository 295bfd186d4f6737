package dev.groundwork.rag.llm.pool;

import java.time.Duration;

/**
 * How much was used in the last so and so long: never more than the limit in any stretch of that length, wherever it
 * starts, which a bucket that refills can't promise. Time is cut into slots, so its size does not grow with what is
 * counted; a use is forgotten one slot late, never early. The window is kept a little longer than asked
 * ({@link #MARGIN}), because two requests may reach a provider nearer to each other than they were sent.
 *
 * <p>Not thread-safe.
 */
final class SlidingWindow {

    /** The part by which a window is longer than asked. */
    static final double MARGIN = 0.003;
    /** Slots to a window: what a slot costs is one in so many of the throughput. */
    static final int SLOTS = 1_200;

    static final long NEVER = Long.MAX_VALUE;

    private final long limit;
    private final long slotNanos;
    private final long[] amounts = new long[SLOTS + 1];
    private long origin;
    private long current;
    private long used;
    private boolean begun;

    SlidingWindow(long limit, Duration window) {
        this.limit = limit;
        this.slotNanos = (long) Math.ceil(window.toNanos() * (1 + MARGIN) / SLOTS);
    }

    long limit() {
        return limit;
    }

    /** Returns what may still be used now, not below zero. */
    long left(long now) {
        moveTo(now);
        return Math.max(0, limit - used);
    }

    boolean fits(long now, long amount) {
        moveTo(now);
        return used + amount <= limit;
    }

    /** Returns how long until so much fits: 0 now, {@link #NEVER} where it is more than the limit. */
    long nanosUntilFits(long now, long amount) {
        moveTo(now);
        if (amount > limit) {
            return NEVER;
        }
        long over = used + amount - limit;
        for (long slot = Math.max(0, current - SLOTS); over > 0; slot++) {
            long freed = amounts[index(slot)];
            over -= freed;
            if (over <= 0) {
                return Math.max(1, (slot + SLOTS + 1) * slotNanos - (now - origin));
            }
            if (slot >= current) {
                return slotNanos * SLOTS; // Can't be: what is used stands in some slot.
            }
        }
        return 0;
    }

    /** Uses so much, whether or not it fits; returns where, for {@link #adjust}. */
    long use(long now, long amount) {
        moveTo(now);
        amounts[index(current)] += amount;
        used += amount;
        return current;
    }

    /** Corrects a use, upward or downward. One that is forgotten by now stays so. */
    void adjust(long now, long slot, long by) {
        moveTo(now);
        if (slot >= current - SLOTS) {
            long before = amounts[index(slot)];
            long after = Math.max(0, before + by);
            amounts[index(slot)] = after;
            used += after - before;
        }
    }

    private void moveTo(long now) {
        if (!begun) {
            begun = true;
            origin = now;
        }
        long slot = Math.max(current, (now - origin) / slotNanos);
        if (slot - current > SLOTS) {
            java.util.Arrays.fill(amounts, 0);
            used = 0;
        } else {
            for (long i = current + 1; i <= slot; i++) {
                used -= amounts[index(i)];
                amounts[index(i)] = 0;
            }
        }
        current = slot;
    }

    private int index(long slot) {
        return (int) (slot % (SLOTS + 1));
    }
}
