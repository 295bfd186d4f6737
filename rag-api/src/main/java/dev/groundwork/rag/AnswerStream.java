package dev.groundwork.rag;

/** A question that is being answered. Thread-safe. */
public interface AnswerStream {

    /**
     * Stops it: model calls under way are ended, the handler's {@code onError} gets a
     * {@link CancelledException}. Does nothing if it has ended.
     */
    void cancel();

    /** Returns whether the handler has received its last call. */
    boolean isDone();

    /**
     * Waits until the handler has received its last call.
     *
     * @throws InterruptedException if the waiting thread was interrupted; the question goes on
     */
    void await() throws InterruptedException;
}
