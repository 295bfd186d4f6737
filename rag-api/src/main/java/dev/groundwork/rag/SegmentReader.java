package dev.groundwork.rag;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.filter.Filter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds segments: what an index, a view of it that a filter restricts, and a pinned state of it have in common.
 *
 * <p>Thread-safe. Every call throws {@link IllegalStateException} once the index or the snapshot behind it is closed.
 */
public interface SegmentReader {

    /** What vectors count in {@link #searchHybrid}, from 0 to 1; words count the rest. As {@link RagSettings} has it. */
    double HYBRID_VECTOR_WEIGHT = 0.6;

    /** The fewest hits that each leg of {@link #searchHybrid} contributes. */
    int HYBRID_CANDIDATES = 100;

    /**
     * Finds the segments whose vectors are nearest.
     *
     * @param query a vector of the index's dimension
     * @param limit the most hits, from 1 to {@link Question#MAX_LIMIT}
     * @param filter restricts the search to segments whose metadata match; {@code null} for all
     * @return hits with a score of hop {@code vector}, a {@link Score.Kind#COSINE} unless the index compares by dot
     *     product; best first
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

    /**
     * Finds segments by vector and by words, over one state of the index, and fuses the two rankings as
     * {@link ConvexFusion} does, with a weight of {@link #HYBRID_VECTOR_WEIGHT} for vectors. Each leg contributes
     * {@code limit} hits, at least {@link #HYBRID_CANDIDATES}.
     *
     * @param query a vector of the index's dimension
     * @param text any text
     * @param limit the most hits, from 1 to {@link Question#MAX_LIMIT}
     * @param filter restricts the search to segments whose metadata match; {@code null} for all
     * @return hits with the score of each leg that found them and a {@link Score.Kind#FUSED} of hop {@code fuse} as the
     *     last, best first
     * @throws IllegalArgumentException if the vector or the filter can't be used
     */
    default List<Hit> searchHybrid(Embedding query, String text, int limit, @Nullable Filter filter) {
        int candidates = Math.max(limit, HYBRID_CANDIDATES);
        Map<String, List<Hit>> legs = new LinkedHashMap<>();
        legs.put(Hop.VECTOR, searchVector(query, candidates, filter));
        legs.put(Hop.TEXT, searchText(text, candidates, filter));
        return new ConvexFusion(Map.of(Hop.VECTOR, HYBRID_VECTOR_WEIGHT, Hop.TEXT, 1 - HYBRID_VECTOR_WEIGHT))
                .fuse(legs, limit);
    }

    /**
     * Compares the tokens of a question with those of segments: for each token of the question the highest cosine to one of
     * the segment's, weighed by how few segments have that token (MaxSim; Khattab and Zaharia, "ColBERT", SIGIR 2020).
     *
     * @param question the question's tokens
     * @param ids segments, any number
     * @return by id, a weighted mean of cosines; nothing for an id that isn't there or that has no tokens of that dimension
     */
    default Map<String, Double> compareTokens(TokenVectors question, List<String> ids) {
        return Map.of();
    }

    /** Returns a segment by its id. */
    Optional<TextSegment> get(String id);

    /**
     * Counts segments.
     *
     * @param filter counts those whose metadata match; {@code null} for all
     * @throws IllegalArgumentException if the filter can't be used
     */
    long count(@Nullable Filter filter);

    /**
     * Lists segments in the order of their ids (by UTF-16 code unit, as {@link String#compareTo}), page by page: the last
     * id of a page is where the next one goes on.
     *
     * @param after lists ids above this one; {@code null} to start
     * @param limit the most segments, from 1 to {@link Question#MAX_LIMIT}
     * @param filter lists those whose metadata match; {@code null} for all
     * @return segments with their vectors, scaled to length one where the index compares by cosine; fewer than
     *     {@code limit} on the last page only
     * @throws IllegalArgumentException if the filter can't be used
     */
    List<IndexedSegment> scan(@Nullable String after, int limit, @Nullable Filter filter);

    /**
     * Pins what can be read now, so that several reads see the same state whatever is written meanwhile.
     *
     * @return the pinned state, restricted as this reader is; to be closed, before the index is
     */
    SegmentSnapshot snapshot();
}
