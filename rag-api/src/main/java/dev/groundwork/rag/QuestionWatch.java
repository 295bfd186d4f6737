package dev.groundwork.rag;

/**
 * Follows one question from its start to its end; made by {@link RagListener#watch}. Must be thread-safe: hops that run
 * side by side begin and end on several threads. What it throws is logged once and never reaches a question.
 */
public interface QuestionWatch {

    /** Follows nothing. */
    QuestionWatch NONE = new QuestionWatch() {};

    /**
     * A hop begins. Called on the thread that begins it, before anything of it is done.
     *
     * @param sequence the number that {@link RagEvent.HopCompleted#sequence()} will have
     * @param name the name that {@link Hop#name()} will have
     */
    default HopWatch hop(int sequence, String name) {
        return HopWatch.NONE;
    }

    /**
     * Puts in place what the caller's own {@link AnswerHandler} should find on the thread that calls it.
     *
     * @return what takes it away again, closed on the same thread
     */
    default WatchScope enter() {
        return WatchScope.NONE;
    }

    /**
     * The question is over; called once, after the last hop. A hop that ends on another thread at the very moment when the
     * question is given up may be told of a little later.
     *
     * @param event a {@link RagEvent.AskCompleted}, {@link RagEvent.SearchCompleted} or {@link RagEvent.QuestionFailed}
     */
    default void end(RagEvent event) {}
}
