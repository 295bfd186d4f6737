package dev.groundwork.rag.lucene;

/** Checks vectors and brings them to length one, so that their dot product is their cosine. */
final class Vectors {

    /** A vector whose squared length is this near to one is taken as it is: models that normalise do so in floats. */
    private static final double UNIT_TOLERANCE = 1e-6;

    /** Longer vectors' dot products are not finite floats. */
    static final double MAX_LENGTH = 1e18;

    private Vectors() {}

    /**
     * Returns the vector's length.
     *
     * @param what the vector, for the message
     * @throws IllegalArgumentException if a value is not finite, or all are zero
     */
    static double check(String what, float[] vector) {
        if (vector.length == 0) {
            throw new IllegalArgumentException(what + " has no dimension");
        }
        double sum = 0;
        for (int i = 0; i < vector.length; i++) {
            if (!Float.isFinite(vector[i])) {
                throw new IllegalArgumentException(
                        what + " has the value " + vector[i] + " at " + i + ", must be finite");
            }
            sum += (double) vector[i] * vector[i];
        }
        if (sum == 0) {
            throw new IllegalArgumentException(what + " has length zero, its cosine to others is undefined");
        }
        return Math.sqrt(sum);
    }

    static double length(float[] vector) {
        double sum = 0;
        for (float value : vector) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }

    /** Returns the cosine of two checked vectors of one dimension; of two that are equal, exactly 1. */
    static double cosine(float[] one, float[] other) {
        double product = 0;
        double square = 0;
        double otherSquare = 0;
        for (int i = 0; i < one.length; i++) {
            product += (double) one[i] * other[i];
            square += (double) one[i] * one[i];
            otherSquare += (double) other[i] * other[i];
        }
        return Math.clamp(product / Math.sqrt(square * otherSquare), -1.0, 1.0);
    }

    /** Returns the checked vector at length one: a copy, or the same array if it has that length. */
    static float[] unit(String what, float[] vector) {
        double length = check(what, vector);
        if (Math.abs(length * length - 1) <= UNIT_TOLERANCE) {
            return vector;
        }
        float[] unit = new float[vector.length];
        for (int i = 0; i < vector.length; i++) {
            unit[i] = (float) (vector[i] / length);
        }
        return unit;
    }

    /** Returns the dot product, always the same for the same values: in plain doubles, in a fixed order. */
    static double dotProduct(float[] a, float[] b) {
        double first = 0;
        double second = 0;
        double third = 0;
        double fourth = 0;
        int i = 0;
        for (; i < a.length - 3; i += 4) {
            first += (double) a[i] * b[i];
            second += (double) a[i + 1] * b[i + 1];
            third += (double) a[i + 2] * b[i + 2];
            fourth += (double) a[i + 3] * b[i + 3];
        }
        for (; i < a.length; i++) {
            first += (double) a[i] * b[i];
        }
        return (first + second) + (third + fourth);
    }
}
