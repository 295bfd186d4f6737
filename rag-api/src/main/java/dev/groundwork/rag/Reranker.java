package dev.groundwork.rag;

import java.util.List;

/**
 * Orders hits anew with a closer look at question and text.
 *
 * <p>Must be thread-safe. Called on a thread that is interrupted when the question is cancelled or its deadline passes.
 * A reranker that fails or takes too long is skipped, and the answer says so.
 */
public interface Reranker {

    /** Returns its name in traces, scores and metrics; constant, short. */
    String name();

    /**
     * Orders the hits.
     *
     * @param hits the candidates, best first so far
     * @param limit the most hits to return, at least 1
     * @param deadline what is left for this hop
     * @return at most {@code limit} of the given hits, best first, each with a score of this reranker added
     * @throws InterruptedException if it was cancelled
     */
    List<Hit> rerank(Question question, List<Hit> hits, int limit, Deadline deadline) throws InterruptedException;
}
