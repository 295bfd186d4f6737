package dev.groundwork.rag;

/**
 * Receives an answer while it is written. Calls come one at a time, on a thread of the library's; exactly one of
 * {@link #onComplete} and {@link #onError} is the last. What it throws ends the question.
 */
public interface AnswerHandler {

    /** Receives the next piece of the text. Not called for an abstention. */
    void onPartial(String text);

    /**
     * Called when what was handed over so far must be thrown away, because the model that wrote it broke off and the
     * answer starts again from another origin.
     */
    default void onRestart() {}

    /** Receives the whole answer, with checked citations. */
    void onComplete(Answer answer);

    /** Receives the failure that ended the question: what {@link Rag#ask(Question)} would have thrown. */
    void onError(Throwable error);
}
