package dev.groundwork.rag.benchmarks.engines;

import dev.groundwork.rag.benchmarks.data.Query;

/**
 * A search that is measured.
 *
 * @param <R> what it returns
 */
public interface Search<R> {

    /** Searches. This is what is timed. */
    R search(Query query);

    /** Returns the numbers of the passages that a search returned; not timed. */
    int[] ordinals(R result);

    /** Searches and returns the passages' numbers. */
    default int[] find(Query query) {
        return ordinals(search(query));
    }
}
