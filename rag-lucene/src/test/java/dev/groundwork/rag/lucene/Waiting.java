package dev.groundwork.rag.lucene;

import java.util.concurrent.TimeUnit;

/** Waits for threads to be where a test wants them. */
final class Waiting {

    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);

    private Waiting() {}

    /** Returns once the thread waits for something itself. */
    static void until(Thread waits) {
        long start = System.nanoTime();
        while (waits.getState() != Thread.State.WAITING) {
            if (System.nanoTime() - start > PATIENCE) {
                throw new AssertionError(waits + " does not wait, but is " + waits.getState());
            }
            Thread.onSpinWait();
        }
    }

    /** Returns once no merge of Lucene's is under way. */
    static void forMerges() {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("Lucene Merge")) {
                try {
                    thread.join(TimeUnit.NANOSECONDS.toMillis(PATIENCE));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new AssertionError("interrupted", e);
                }
            }
        }
    }
}
