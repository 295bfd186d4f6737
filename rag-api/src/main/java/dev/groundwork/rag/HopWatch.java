package dev.groundwork.rag;

/**
 * Follows one hop; made by {@link QuestionWatch#hop}. Must be thread-safe. What it throws is logged once and never reaches
 * a question.
 */
public interface HopWatch {

    /** Follows nothing. */
    HopWatch NONE = new HopWatch() {};

    /**
     * Puts in place what the code that does the hop should find on its thread, such as a span or a diagnostic context.
     * Called on each thread that works on the hop. A hop that was given up may still be at work when {@link #end} is
     * called, and leaves its scope later.
     *
     * @return what takes it away again, closed on the same thread
     */
    default WatchScope enter() {
        return WatchScope.NONE;
    }

    /** The hop is over; called once. */
    default void end(RagEvent.HopCompleted event) {}
}
