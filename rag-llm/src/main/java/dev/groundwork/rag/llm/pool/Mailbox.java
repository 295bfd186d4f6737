package dev.groundwork.rag.llm.pool;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs what is posted to it one at a time and in order, on the thread of whoever posts while nobody else does. So what it
 * guards needs no lock, and nobody waits for it.
 */
abstract class Mailbox {

    private final Queue<Runnable> posted = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();

    /** A task threw, which none should. */
    abstract void failed(Throwable thrown);

    /** Runs it now, or lets the thread run it that is at it. */
    final void post(Runnable task) {
        posted.add(task);
        if (count.getAndIncrement() != 0) {
            return;
        }
        do {
            Runnable next = posted.poll();
            if (next != null) {
                run(next);
            }
        } while (count.decrementAndGet() != 0);
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            failed(e);
        }
    }
}
