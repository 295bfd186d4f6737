package dev.groundwork.rag.benchmarks.engines;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for what an index still does once everything was put in, which its threads' names tell. */
final class Background {

    private static final Duration LOOK_EVERY = Duration.ofMillis(5);

    private Background() {}

    /** Returns when no merge is under way. */
    static void awaitMerges() {
        while (isAlive("Lucene Merge Thread")) {
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
    }

    private static boolean isAlive(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().contains(name));
    }
}
