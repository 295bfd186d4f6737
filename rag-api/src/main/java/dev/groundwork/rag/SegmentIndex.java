package dev.groundwork.rag;

import dev.langchain4j.store.embedding.filter.Filter;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps segments with their vectors and finds them again, by vector and by words. What stands behind the default
 * retrievers.
 *
 * <p>Each search reads the newest state; {@link #snapshot()} pins one for several.
 *
 * <p>Thread-safe. Whoever opens an index closes it; {@link #close()} may be called twice, every other call after it
 * throws {@link IllegalStateException}. An interrupt of a calling thread never damages the index.
 */
public interface SegmentIndex extends SegmentReader, AutoCloseable {

    /**
     * Says which embedding model this index is used with. An index that holds no segment takes any model, and remembers
     * it from the first segment on; else it must be the one that the index was made with.
     *
     * @throws IndexMismatchException if the index was made with another one; it says what differs
     */
    void bind(EmbeddingSpec embedding);

    /** Returns the embedding model that the index was made with; empty while no one has said. */
    Optional<EmbeddingSpec> embedding();

    /**
     * Applies changes in order, as a whole or not at all. When it returns they are as durable as the index was opened to
     * make them, and every search that starts later sees them, or sees them within the time that the index was opened
     * to allow.
     *
     * @throws IllegalArgumentException if a vector has another dimension than the index, a value that is not finite, or
     *     length zero, or a filter can't be translated; nothing is changed then
     * @throws IndexException if the index can't be written
     */
    void apply(List<IndexChange> changes);

    /**
     * Returns a view that holds nothing but the segments whose metadata match, for instance a tenant's, or those that a
     * user may read. Every search, look-up, count and scan of the view is bound by the filter; a filter given with a
     * call narrows it further and can't widen it. The view reads the newest state, is as thread-safe as the index, and
     * is not closed: it ends with the index.
     *
     * @param mandatory what every segment of the view matches
     * @throws IllegalArgumentException if the filter can't be translated
     */
    SegmentReader restrictedTo(Filter mandatory);

    /**
     * Returns what the index holds of a source.
     *
     * @param source a {@link DocumentSource#name()}
     * @return the fingerprint of each document by its id; empty where the source is unknown
     */
    Map<String, String> ledger(String source);

    /** Returns the index's size as of now. */
    IndexStats stats();

    /** Returns whether the index can be searched and written. */
    Health health();

    /** Closes the index. Searches under way end normally. */
    @Override
    void close();
}
