package dev.groundwork.rag;

/**
 * Sees what happens. Called on the thread on which it happened, so it must return soon; must be thread-safe. What it
 * throws is logged and never reaches a question.
 */
@FunctionalInterface
public interface RagListener {

    /** Sees an event. */
    void onEvent(RagEvent event);
}
