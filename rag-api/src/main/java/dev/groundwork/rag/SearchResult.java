package dev.groundwork.rag;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What retrieval alone found.
 *
 * @param hits best first, each with the score of every hop that saw it
 * @param trace how it came about
 * @param answerability how likely it is that the collection answers the question; {@code null} where no leg gave cosines
 */
public record SearchResult(
        List<Hit> hits, Trace trace, @Nullable Answerability answerability) {

    /** Checks and copies. */
    public SearchResult {
        hits = List.copyOf(hits);
        Objects.requireNonNull(trace, "trace");
    }

    /** Makes a result that says nothing of whether the question is answered. */
    public SearchResult(List<Hit> hits, Trace trace) {
        this(hits, trace, null);
    }

    /** Returns whether a leg or the reranker was missing; the trace says which. */
    public boolean degraded() {
        return !trace.degradations().isEmpty();
    }
}
