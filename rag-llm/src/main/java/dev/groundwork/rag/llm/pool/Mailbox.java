package dev.groundwork.rag.llm.pool;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Runs what is posted to it one at a time and in order, on the thread of whoever posts while nobody else does. So what it
 * guards needs no lock, and nobody waits for it.
 */
abstract class Mailbox {

    private final Queue<Runnable> posted = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();

    // Used by whoever runs what is posted.
    private @Nullable Runnable afterwards;

    /** A task threw, which none should. */
    abstract void failed(Throwable thrown);

    /** Runs it now, or lets the thread run it that is at it. */
    final void post(Runnable task) {
        posted.add(task);
        if (count.getAndIncrement() != 0) {
            return;
        }
        Runnable after = null;
        do {
            Runnable next = posted.poll();
            if (next != null) {
                run(next);
            }
            Runnable added = afterwards;
            if (added != null) {
                afterwards = null;
                after = after == null ? added : both(after, added);
            }
        } while (count.decrementAndGet() != 0);
        if (after != null) {
            after.run();
        }
    }

    private static Runnable both(Runnable first, Runnable second) {
        return () -> {
            first.run();
            second.run();
        };
    }

    /**
     * From within a task: lets something be done by this thread as soon as it has left the mailbox. What makes other
     * threads post belongs here; else this one may have to run what they post, for as long as they do.
     */
    final void afterwards(Runnable task) {
        Runnable before = afterwards;
        afterwards = before == null ? task : both(before, task);
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            failed(e);
        }
    }
}
