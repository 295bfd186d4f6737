package dev.groundwork.rag.llm.pool;

import java.time.Instant;

/**
 * Where a pool's time comes from: every wait, limit and rest is measured by it. The pool's own is the machine's
 * monotonic clock with one daemon thread; {@link VirtualClock} stands in where time is to pass by hand.
 *
 * <p>Must be thread-safe.
 */
public interface PoolClock {

    /** Returns the time in nanoseconds, with {@link System#nanoTime()}'s contract. */
    long nanoTime();

    /** Returns the time of day, which only dates in providers' headers are compared with. */
    Instant now();

    /**
     * Runs a task once, after a delay.
     *
     * @param nanos how long from now; not above zero means as soon as possible
     * @param task must return at once
     */
    Timer schedule(long nanos, Runnable task);

    /** A task that is to run. */
    @FunctionalInterface
    interface Timer {

        /** Lets the task not run, unless it has begun. */
        void cancel();
    }
}
