package dev.groundwork.rag.lucene;

/**
 * What an index gives up for speed and size in searching vectors through its graph. Fixed when an index is made. Where few
 * segments are to be looked at, every profile compares all of them and misses none.
 */
public enum VectorProfile {

    /** A recall@10 of at least .95. The default. */
    BALANCED(16, 100, 140, 14, false),

    /** A recall@10 of at least .99: a denser graph, twice to three times as slow to build, and a broader search. */
    HIGH_RECALL(32, 200, 160, 16, false),

    /**
     * A recall@10 of at least .95 with vectors of one byte a dimension in the graph, a quarter of the memory that a search
     * touches. The vectors themselves stay on disk, to rescore what the graph found.
     */
    COMPACT(16, 100, 60, 6, true);

    private final int neighbours;
    private final int beamWidth;
    private final int leastBreadth;
    private final int breadthFactor;
    private final boolean quantized;

    VectorProfile(int neighbours, int beamWidth, int leastBreadth, int breadthFactor, boolean quantized) {
        this.neighbours = neighbours;
        this.beamWidth = beamWidth;
        this.leastBreadth = leastBreadth;
        this.breadthFactor = breadthFactor;
        this.quantized = quantized;
    }

    /** Neighbours of a node, M. */
    int neighbours() {
        return neighbours;
    }

    /** Candidates while building, efConstruction. */
    int beamWidth() {
        return beamWidth;
    }

    boolean quantized() {
        return quantized;
    }

    /** Returns how many the graph is asked for where {@code limit} are wanted. */
    int breadth(int limit) {
        return Math.max(leastBreadth, breadthFactor * limit);
    }
}
