package dev.groundwork.rag;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.filter.Filter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps segments with their vectors and finds them again, by vector and by words. What stands behind the default
 * retrievers.
 *
 * <p>Thread-safe. Whoever opens an index closes it; {@link #close()} may be called twice, every other call after it
 * throws {@link IllegalStateException}. An interrupt of a calling thread never damages the index.
 */
public interface SegmentIndex extends AutoCloseable {

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
     * Applies changes in order, as a whole or not at all. When it returns they are durable (where the index is kept on
     * disk) and every search that starts later sees them.
     *
     * @throws IllegalArgumentException if a vector has another dimension than the index, a value that is not finite, or
     *     length zero, or a filter can't be translated; nothing is changed then
     * @throws IndexException if the index can't be written
     */
    void apply(List<IndexChange> changes);

    /**
     * Finds the segments whose vectors are nearest by cosine.
     *
     * @param query a vector of the index's dimension
     * @param limit the most hits, from 1 to {@link Question#MAX_LIMIT}
     * @param filter restricts the search to segments whose metadata match; {@code null} for all
     * @return hits with a {@link Score.Kind#COSINE} of hop {@code vector}, best first
     * @throws IllegalArgumentException if the vector or the filter can't be used
     */
    List<Hit> searchVector(Embedding query, int limit, @Nullable Filter filter);

    /**
     * Finds the segments that share the most telling words with a text. The text is taken as it is: no character in it
     * is an operator.
     *
     * @param text any text
     * @param limit the most hits, from 1 to {@link Question#MAX_LIMIT}
     * @param filter restricts the search to segments whose metadata match; {@code null} for all
     * @return hits with a {@link Score.Kind#BM25} of hop {@code text}, best first; empty where no word is found
     */
    List<Hit> searchText(String text, int limit, @Nullable Filter filter);

    /** Returns a segment by its id. */
    Optional<TextSegment> get(String id);

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
