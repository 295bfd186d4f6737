package dev.groundwork.rag.llm;

import dev.groundwork.rag.EmbeddingFailedException;
import java.nio.FloatBuffer;

/** Makes one vector of length 1 of the vectors of a text's tokens. */
final class TextPooling {

    private final String modelName;
    private final Pooling pooling;
    private final int dimension;

    TextPooling(String modelName, Pooling pooling, int dimension) {
        this.modelName = modelName;
        this.pooling = pooling;
        this.dimension = dimension;
    }

    /**
     * Returns the vector of a text.
     *
     * @param tokenVectors the vectors of its tokens, from its position on
     * @param tokens how many tokens it has
     * @throws EmbeddingFailedException if the vector has no length
     */
    float[] vector(FloatBuffer tokenVectors, int tokens) {
        float[] pooled = new float[dimension];
        tokenVectors.get(pooled);
        if (pooling == Pooling.MEAN) {
            for (int token = 1; token < tokens; token++) {
                for (int i = 0; i < pooled.length; i++) {
                    pooled[i] += tokenVectors.get();
                }
            }
            for (int i = 0; i < pooled.length; i++) {
                pooled[i] /= tokens;
            }
        }
        return normalized(pooled);
    }

    /**
     * Returns the mean of vectors, brought to length 1.
     *
     * @param weights how much each counts, 1 or more
     * @throws EmbeddingFailedException if the mean has no length
     */
    float[] mean(float[][] vectors, int[] weights) {
        double[] sum = new double[dimension];
        double all = 0;
        for (int v = 0; v < vectors.length; v++) {
            all += weights[v];
            for (int i = 0; i < dimension; i++) {
                sum[i] += (double) weights[v] * vectors[v][i];
            }
        }
        float[] mean = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            mean[i] = (float) (sum[i] / all);
        }
        return normalized(mean);
    }

    /** Sums in float and in order, as LangChain4j does, to give its very bits. */
    private float[] normalized(float[] vector) {
        float squares = 0;
        for (float v : vector) {
            squares += v * v;
        }
        float norm = (float) Math.sqrt(squares);
        if (!(norm > 0) || !Float.isFinite(norm)) {
            throw new EmbeddingFailedException(modelName, "its vector has the length " + norm, null);
        }
        for (int i = 0; i < vector.length; i++) {
            vector[i] /= norm;
        }
        return vector;
    }
}
