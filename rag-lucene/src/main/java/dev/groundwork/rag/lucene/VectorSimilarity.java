package dev.groundwork.rag.lucene;

import dev.groundwork.rag.Score;
import org.apache.lucene.index.VectorSimilarityFunction;

/** How two vectors are compared. Fixed when an index is made. */
public enum VectorSimilarity {

    /** By the cosine of their angle; vectors are brought to length one when they are written. The default. */
    COSINE(VectorSimilarityFunction.DOT_PRODUCT, Score.Kind.COSINE),

    /**
     * By their dot product as they are, for models whose vectors' lengths carry meaning. Where a model's vectors have
     * length one, {@link #COSINE} finds the same.
     */
    DOT_PRODUCT(VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT, Score.Kind.DOT_PRODUCT);

    private final VectorSimilarityFunction function;
    private final Score.Kind kind;

    VectorSimilarity(VectorSimilarityFunction function, Score.Kind kind) {
        this.function = function;
        this.kind = kind;
    }

    VectorSimilarityFunction function() {
        return function;
    }

    Score.Kind kind() {
        return kind;
    }

    /** Returns the vector as it is indexed and searched: a copy, or the same array. */
    float[] prepared(String what, float[] vector) {
        if (this == COSINE) {
            return Vectors.unit(what, vector);
        }
        double length = Vectors.check(what, vector);
        if (length > Vectors.MAX_LENGTH) {
            throw new IllegalArgumentException(
                    what + " has length " + length + ", must be at most " + Vectors.MAX_LENGTH + " for dot products");
        }
        return vector;
    }

    /** Returns Lucene's score of a dot product. */
    float score(double dotProduct) {
        if (this == COSINE) {
            return (float) Math.max(0, (1 + dotProduct) / 2);
        }
        return (float) (dotProduct < 0 ? 1 / (1 - dotProduct) : 1 + dotProduct);
    }

    /** Returns the cosine or dot product behind Lucene's score. */
    double value(float score) {
        if (this == COSINE) {
            return Math.clamp(2.0 * score - 1.0, -1.0, 1.0);
        }
        return score >= 1 ? score - 1.0 : 1.0 - 1.0 / score;
    }
}
