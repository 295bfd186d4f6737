package dev.groundwork.rag.lucene;

/**
 * What an index gives up for speed and size in searching vectors through its graph. Fixed when an index is made. Where few
 * segments are to be looked at, every profile compares all of them and misses none.
 */
public enum VectorProfile {

    /** Aims at a recall@10 of .95. The default. */
    BALANCED(16, 100, 0.96, 140, false),

    /** Aims at a recall@10 of .99: a denser graph, twice to three times as slow to build, and a broader search. */
    HIGH_RECALL(32, 200, 0.993, 280, false),

    /**
     * Aims at a recall@10 of .95 with vectors of one byte a dimension in the graph, a quarter of the memory that a search
     * touches. The vectors themselves stay on disk, to rescore what the graph found.
     */
    COMPACT(16, 100, 0.96, 140, true);

    private final int neighbours;
    private final int beamWidth;
    private final double goal;
    private final int unmeasuredBreadth;
    private final boolean quantized;

    VectorProfile(int neighbours, int beamWidth, double goal, int unmeasuredBreadth, boolean quantized) {
        this.neighbours = neighbours;
        this.beamWidth = beamWidth;
        this.goal = goal;
        this.unmeasuredBreadth = unmeasuredBreadth;
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

    /** The recall@10 that {@link Calibration} aims at: what is promised, and what a sample may be wrong by. */
    double goal() {
        return goal;
    }

    /** How many hits the graph is asked for where ten are wanted, until that has been measured. */
    int unmeasuredBreadth() {
        return unmeasuredBreadth;
    }

    boolean quantized() {
        return quantized;
    }
}
