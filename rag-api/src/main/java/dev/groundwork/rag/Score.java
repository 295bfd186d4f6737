package dev.groundwork.rag;

import java.util.Objects;

/**
 * What one hop thought of a segment.
 *
 * @param hop the hop that gave it, for instance {@code vector}
 * @param kind its scale; scores of different kinds can't be compared
 * @param value the score; higher is better for every kind
 * @param rank the place that the hop gave the segment, from 1
 */
public record Score(String hop, Kind kind, double value, int rank) {

    /** The scale of a score. Higher is always better. */
    public enum Kind {
        /** Cosine of the angle between question and segment, from -1 to 1; comparable across questions of one model. */
        COSINE,
        /** Dot product, of any size and sign; comparable across questions of one model. */
        DOT_PRODUCT,
        /** BM25, from 0 with no upper bound; comparable within one question only. */
        BM25,
        /** A fusion of several legs, from 0 to 1; comparable within one question only. */
        FUSED,
        /** What a reranker says; its scale is the reranker's own, comparable within one question. */
        RERANK,
        /** What a retriever of the application says; comparable within one question at best. */
        OTHER
    }

    /** Checks. */
    public Score {
        Check.notBlank("hop", hop);
        Objects.requireNonNull(kind, "kind");
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("value is " + value + ", must be finite");
        }
        Check.range("rank", rank, 1, Integer.MAX_VALUE);
    }
}
