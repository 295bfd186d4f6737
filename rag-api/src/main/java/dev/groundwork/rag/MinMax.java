package dev.groundwork.rag;

/**
 * The span of scores, by which they are brought to 0 to 1 so that scores of different kinds can be added. Immutable.
 *
 * @param min the lowest
 * @param max the highest
 */
public record MinMax(double min, double max) {

    /** Checks. */
    public MinMax {
        if (!(min <= max)) {
            throw new IllegalArgumentException("min is " + min + ", must be at most max, which is " + max);
        }
    }

    /**
     * Returns the span of scores; what is no number is passed over.
     *
     * @param scores any number; of none, the span is 0 to 1
     */
    public static MinMax of(double... scores) {
        double min = Double.POSITIVE_INFINITY;
        double max = Double.NEGATIVE_INFINITY;
        for (double score : scores) {
            if (!Double.isNaN(score)) {
                min = Math.min(min, score);
                max = Math.max(max, score);
            }
        }
        return min <= max ? new MinMax(min, max) : new MinMax(0, 1);
    }

    /** Returns scores brought to 0 to 1 over their own span; what is no number stays none. */
    public static double[] scaled(double... scores) {
        MinMax span = of(scores);
        double[] scaled = new double[scores.length];
        for (int i = 0; i < scores.length; i++) {
            scaled[i] = span.scale(scores[i]);
        }
        return scaled;
    }

    /** Returns whether there are two different scores. */
    public boolean tellsApart() {
        return max > min;
    }

    /**
     * Brings a score to the span.
     *
     * @return 0 for the lowest and 1 for the highest, below and above for scores beyond; 1 where all are the same; what is
     *     no number stays none
     */
    public double scale(double score) {
        return Double.isNaN(score) ? score : tellsApart() ? (score - min) / (max - min) : 1;
    }
}
