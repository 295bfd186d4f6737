package dev.groundwork.rag;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.FutureTask;

/** All that runs for one question, so that it can be cancelled together. Thread-safe. */
final class QuestionScope {

    private final Set<FutureTask<?>> tasks = new HashSet<>();
    private boolean cancelled;

    /**
     * Adds a task that is about to run.
     *
     * @throws CancelledException if the scope was cancelled
     */
    synchronized void add(String hop, FutureTask<?> task) {
        if (cancelled) {
            throw new CancelledException(hop);
        }
        tasks.add(task);
    }

    synchronized void remove(FutureTask<?> task) {
        tasks.remove(task);
    }

    synchronized boolean cancelled() {
        return cancelled;
    }

    /** Interrupts all tasks and takes no more. */
    void cancel() {
        Set<FutureTask<?>> running;
        synchronized (this) {
            cancelled = true;
            running = Set.copyOf(tasks);
            tasks.clear();
        }
        running.forEach(task -> task.cancel(true));
    }
}
