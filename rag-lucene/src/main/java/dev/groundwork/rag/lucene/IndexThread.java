package dev.groundwork.rag.lucene;

import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A thread of the index's own: the one that opens files, writes and commits, or the one of what takes long. Java closes a file channel under a thread that is interrupted, and
 * with it Lucene's lock and files; so no thread of a caller, who may be interrupted at any time, ever touches one.
 *
 * <p>Callers wait, whatever happens: their number bounds the queue. One that is interrupted waits on, and has its flag
 * set again when the work is done.
 */
final class IndexThread implements AutoCloseable {

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final ScheduledThreadPoolExecutor executor;

    /**
     * Makes one; the thread itself is started by the first work.
     *
     * @param purpose part of the thread's name
     */
    IndexThread(String purpose) {
        String name = "groundwork-" + purpose + "-" + COUNT.incrementAndGet();
        executor = new ScheduledThreadPoolExecutor(
                1, work -> Thread.ofPlatform().name(name).daemon().unstarted(work));
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /**
     * Runs work soon; it must not throw.
     *
     * @throws IllegalStateException if the thread was closed
     */
    void submit(Runnable work) {
        try {
            executor.execute(work);
        } catch (RejectedExecutionException e) {
            throw new IllegalStateException("index is closed", e);
        }
    }

    /** Runs work after a delay, unless the thread is closed before; it must not throw. */
    @SuppressWarnings("FutureReturnValueIgnored") // there is nothing to wait for
    void schedule(Runnable work, long nanos) {
        try {
            executor.schedule(work, nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // closed: closing does what is left to do
        }
    }

    /**
     * Runs work and waits for it, also while interrupted.
     *
     * @throws IllegalStateException if the thread was closed
     */
    <T> T call(Callable<T> work) throws Exception {
        Future<T> future;
        try {
            future = executor.submit(work);
        } catch (RejectedExecutionException e) {
            throw new IllegalStateException("index is closed", e);
        }
        return await(future);
    }

    /** Waits for work, also while interrupted; then the flag is set again. */
    @SuppressWarnings("Interruption") // waits on, and restores the flag
    static <T> T await(Future<T> future) throws Exception {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (CancellationException e) {
                    throw new IllegalStateException("index is closed", e);
                } catch (ExecutionException e) {
                    throw unwrap(e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Returns the work's own exception; throws its own error. */
    private static Exception unwrap(ExecutionException e) {
        Throwable cause = e.getCause();
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof Exception exception ? exception : e;
    }

    /** Lets work under way end; work that waits is dropped, later calls throw. */
    @Override
    public void close() {
        executor.shutdown();
    }

    /** Closes, and waits for work under way, also while interrupted; then the flag is set again. */
    @SuppressWarnings("Interruption") // waits on, and restores the flag
    void closeAndWait() {
        close();
        boolean interrupted = false;
        while (!executor.isTerminated()) {
            try {
                boolean ended = executor.awaitTermination(1, TimeUnit.MINUTES);
                if (ended) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
