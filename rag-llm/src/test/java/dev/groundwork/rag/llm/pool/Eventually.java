package dev.groundwork.rag.llm.pool;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what other threads bring about. */
final class Eventually {

    private static final Duration LONGEST = Duration.ofSeconds(10);

    private Eventually() {}

    /** Returns as soon as the condition holds; fails if it does not within ten seconds. */
    static void holds(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + LONGEST.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within " + LONGEST + ": " + what);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}
