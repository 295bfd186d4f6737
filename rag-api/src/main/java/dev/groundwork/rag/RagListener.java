package dev.groundwork.rag;

/**
 * Sees what happens. Called on the thread on which it happened, so it must return soon; must be thread-safe. What it
 * throws is logged and never reaches a question.
 */
@FunctionalInterface
public interface RagListener {

    /** Sees an event. */
    void onEvent(RagEvent event);

    /**
     * Begins to follow one question, hop by hop, with what is bound to threads. Called on the thread that called the
     * {@link Rag}, after {@link #onEvent} has seen the same event; a listener that only wants events leaves it as it is.
     */
    default QuestionWatch watch(RagEvent.QuestionStarted started) {
        return QuestionWatch.NONE;
    }
}
