package dev.groundwork.rag.benchmarks.data;

import java.util.List;
import java.util.function.IntFunction;

/**
 * Passages with their vectors, and queries that are not among them.
 *
 * @param name how a table names it
 * @param key tells it from every other one, for what is kept of it between runs
 * @param vectors of length 1, a passage's number is its place
 * @param passages the passage of a number; may be made anew at each call
 * @param queries what is asked
 */
@SuppressWarnings("ArrayRecordComponent") // compared by no one
public record Corpus(String name, String key, float[][] vectors, IntFunction<Passage> passages, List<Query> queries) {

    /** Returns how many passages there are. */
    public int size() {
        return vectors.length;
    }

    /** Returns the length of the vectors. */
    public int dimension() {
        return vectors[0].length;
    }

    /** Returns a passage. */
    public Passage passage(int ordinal) {
        return passages.apply(ordinal);
    }
}
