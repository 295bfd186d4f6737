package dev.groundwork.rag.llm;

import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * The vectors of a text's tokens, of length one before they were stored, each as bytes with a factor of its own. Immutable.
 */
final class EncodedTokens {

    private final long[] ids;
    private final byte[] values;
    private final float[] factors;
    private final int dimension;

    private EncodedTokens(long[] ids, byte[] values, float[] factors, int dimension) {
        this.ids = ids;
        this.values = values;
        this.factors = factors;
        this.dimension = dimension;
    }

    /**
     * Takes over what a model gave.
     *
     * @param all the ids of the whole text
     * @param vectors one vector for each of them
     * @param from the first token to keep
     * @param to after the last one
     */
    static EncodedTokens of(long[] all, FloatBuffer vectors, int dimension, int from, int to) {
        int count = Math.max(0, to - from);
        byte[] values = new byte[count * dimension];
        float[] factors = new float[count];
        float[] vector = new float[dimension];
        for (int token = 0; token < count; token++) {
            vectors.get((from + token) * dimension, vector);
            double squares = 0;
            float largest = 0;
            for (float value : vector) {
                squares += value * value;
                largest = Math.max(largest, Math.abs(value));
            }
            if (largest > 0 && Double.isFinite(squares)) {
                for (int i = 0; i < dimension; i++) {
                    values[token * dimension + i] = (byte) Math.round(vector[i] / largest * Byte.MAX_VALUE);
                }
                factors[token] = (float) (largest / Byte.MAX_VALUE / Math.sqrt(squares));
            }
        }
        return new EncodedTokens(Arrays.copyOfRange(all, from, from + count), values, factors, dimension);
    }

    int size() {
        return ids.length;
    }

    long id(int token) {
        return ids[token];
    }

    int bytes() {
        return values.length;
    }

    /** Adds every vector to a sum. */
    void addTo(double[] sum) {
        for (int token = 0; token < ids.length; token++) {
            for (int i = 0; i < dimension; i++) {
                sum[i] += values[token * dimension + i] * factors[token];
            }
        }
    }

    /** Returns the vectors less a mean, brought back to length one. */
    float[][] centred(float[] mean) {
        float[][] centred = new float[ids.length][dimension];
        for (int token = 0; token < ids.length; token++) {
            float[] vector = centred[token];
            double squares = 0;
            for (int i = 0; i < dimension; i++) {
                vector[i] = values[token * dimension + i] * factors[token] - mean[i];
                squares += vector[i] * vector[i];
            }
            float length = (float) Math.sqrt(squares);
            for (int i = 0; length > 0 && i < dimension; i++) {
                vector[i] /= length;
            }
        }
        return centred;
    }
}
