package dev.groundwork.rag;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What retrieval alone found.
 *
 * @param hits best first, each with the score of every hop that saw it
 * @param trace how it came about
 */
public record SearchResult(List<Hit> hits, Trace trace) {

    /** Checks and copies. */
    public SearchResult {
        hits = List.copyOf(hits);
        Objects.requireNonNull(trace, "trace");
    }

    /** Returns how likely it is that the collection answers the question; empty where no leg gave cosines. */
    public Optional<Answerability> answerability() {
        return trace.answerability();
    }

    /** Returns whether a leg or the reranker was missing; the trace says which. */
    public boolean degraded() {
        return !trace.degradations().isEmpty();
    }
}
