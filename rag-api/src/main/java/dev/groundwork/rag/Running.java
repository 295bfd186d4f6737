package dev.groundwork.rag;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A task that was started and is waited for. */
record Running<T>(QuestionScope scope, String hop, FutureTask<T> task) {

    /**
     * Waits for the result, no longer than the deadline. A task that is not done by then still runs: the caller notes
     * that it was left, and then calls {@link #leave()}, so that what it says when it is interrupted comes too late.
     *
     * @throws DeadlineExceededException if the deadline passed first
     * @throws CancelledException if the scope was cancelled, or the waiting thread interrupted, which cancels the scope
     * @throws Exception what the task threw
     */
    T await(Deadline deadline) throws Exception {
        try {
            return task.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new DeadlineExceededException(hop, deadline.timeout());
        } catch (CancellationException e) {
            throw new CancelledException(hop);
        } catch (InterruptedException e) {
            scope.cancel();
            Thread.currentThread().interrupt();
            throw new CancelledException(hop);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case InterruptedException interrupted -> throw new CancelledException(hop);
                case Exception exception -> throw exception;
                case Error error -> throw error;
                case null, default -> throw new IllegalStateException("hop " + hop + " failed", e);
            }
        }
    }

    /** Interrupts the task, unless it is done. */
    void leave() {
        task.cancel(true);
    }
}
