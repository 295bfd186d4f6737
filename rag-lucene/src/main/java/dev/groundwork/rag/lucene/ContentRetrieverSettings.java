package dev.groundwork.rag.lucene;

import dev.groundwork.rag.Question;
import dev.groundwork.rag.RagSettings;
import dev.langchain4j.rag.query.Query;
import dev.langchain4j.store.embedding.filter.Filter;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link LuceneIndex}'s content retriever returns. Immutable.
 *
 * @param maxResults the most contents, from 1 to {@link Question#MAX_LIMIT}
 * @param minScore the least relevance of a content's vector, (cosine + 1) / 2, from 0 to 1
 * @param filter gives, for each query, what the metadata must match; {@code null} for no restriction. Must be
 *     thread-safe
 */
public record ContentRetrieverSettings(int maxResults, double minScore, Function<Query, @Nullable Filter> filter) {

    /** Checks. */
    public ContentRetrieverSettings {
        if (maxResults < 1 || maxResults > Question.MAX_LIMIT) {
            throw new IllegalArgumentException(
                    "maxResults is " + maxResults + ", must be from 1 to " + Question.MAX_LIMIT);
        }
        if (!(minScore >= 0 && minScore <= 1)) {
            throw new IllegalArgumentException("minScore is " + minScore + ", must be from 0 to 1");
        }
        Objects.requireNonNull(filter, "filter");
    }

    /** Returns the defaults: as many contents as {@link RagSettings#defaults()} has hits (10), of any score, no filter. */
    public static ContentRetrieverSettings defaults() {
        return new ContentRetrieverSettings(RagSettings.defaults().limit(), 0, query -> null);
    }

    /** Returns a copy with at most this many contents, from 1 to {@link Question#MAX_LIMIT}. */
    public ContentRetrieverSettings withMaxResults(int value) {
        return new ContentRetrieverSettings(value, minScore, filter);
    }

    /** Returns a copy that leaves out contents whose vector is of less relevance, from 0 to 1. */
    public ContentRetrieverSettings withMinScore(double value) {
        return new ContentRetrieverSettings(maxResults, value, filter);
    }

    /** Returns a copy that is restricted to segments whose metadata match. */
    public ContentRetrieverSettings withFilter(Filter value) {
        Objects.requireNonNull(value, "filter");
        return new ContentRetrieverSettings(maxResults, minScore, query -> value);
    }

    /**
     * Returns a copy that asks for the filter at each query, for instance to keep tenants apart by the query's metadata.
     */
    public ContentRetrieverSettings withDynamicFilter(Function<Query, @Nullable Filter> value) {
        return new ContentRetrieverSettings(maxResults, minScore, value);
    }
}
