package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;

/**
 * A part of a search that runs on another thread while the caller does the rest, if a thread is free; else the caller runs
 * it when the result is asked for. So a busy machine does no more than without it.
 *
 * @param <T> what it finds
 */
final class Beside<T> {

    private final FutureTask<T> work;

    private Beside(Callable<T> work) {
        this.work = new FutureTask<>(work);
    }

    static <T> Beside<T> start(Executor helper, Callable<T> work) {
        Beside<T> beside = new Beside<>(work);
        try {
            helper.execute(beside.work);
        } catch (RejectedExecutionException e) {
            // all threads are busy: result() runs it
        }
        return beside;
    }

    /** Returns what was found; waits also while interrupted, for it is a millisecond's work and the snapshot is held for it. */
    T result() throws IOException {
        work.run(); // nothing, if it has been started
        try {
            return IndexThread.await(work);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Sees to it that nothing runs any more, because of a failure that is to be told instead of the result. */
    void end(Throwable failure) {
        work.run();
        try {
            IndexThread.await(work);
        } catch (Exception e) {
            failure.addSuppressed(e);
        }
    }
}
