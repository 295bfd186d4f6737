package dev.groundwork.rag;

import java.util.List;

/**
 * Finds segments for a question: one leg of a search. Several retrievers run in parallel and their hits are fused.
 *
 * <p>Must be thread-safe. Called on a thread that is interrupted when the question is cancelled or its deadline passes.
 */
public interface Retriever {

    /** Returns the name of the leg in traces, scores and metrics; unique within one {@link Rag}, constant, short. */
    String name();

    /**
     * Finds the best segments.
     *
     * @param question what is asked; its {@link Question#filter()} must be applied
     * @param limit the most hits to return, at least 1
     * @param deadline what is left of the question's time
     * @return at most {@code limit} hits, best first, each id once; empty where nothing is found
     * @throws RagException or any other exception if the leg fails; the other legs then answer, and the answer says so
     * @throws InterruptedException if it was cancelled
     */
    List<Hit> retrieve(Question question, int limit, Deadline deadline) throws InterruptedException;
}
