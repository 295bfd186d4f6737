package dev.groundwork.rag.benchmarks;

import java.util.function.IntToDoubleFunction;

/** How broadly a peer has to search to find enough. */
final class Breadth {

    /** Beyond this a search looks at much of the index. */
    static final int MOST = 5_000;

    /** Recalls that differ by no more than this count as equal: one hit in a thousand. */
    static final double EQUAL = 0.001;

    private Breadth() {}

    /**
     * Returns the smallest breadth at which the recall is enough, or {@link #MOST}.
     *
     * @param least the smallest that makes sense
     * @param recall grows with the breadth
     */
    static int reaching(double enough, int least, IntToDoubleFunction recall) {
        int low = least;
        int high = least;
        while (high < MOST && recall.applyAsDouble(high) < enough) {
            low = high + 1;
            high = Math.min(MOST, high * 2);
        }
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (recall.applyAsDouble(middle) < enough) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return high;
    }
}
