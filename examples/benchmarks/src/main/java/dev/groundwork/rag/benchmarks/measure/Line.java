package dev.groundwork.rag.benchmarks.measure;

import org.jspecify.annotations.Nullable;

/**
 * One line of a result.
 *
 * @param what what was measured
 * @param unit of both figures
 * @param ours our figure
 * @param peer who it is compared with; empty where with nobody
 * @param theirs the peer's figure, or NaN
 * @param ratio of the two, the way round that the target has it; NaN where there is none
 * @param target what the ratio, or where there is no ratio our figure, is to reach
 * @param ourRecall recall@10 beside our figure, or NaN
 * @param theirRecall the peer's, or NaN
 */
public record Line(
        String what,
        String unit,
        double ours,
        String peer,
        double theirs,
        double ratio,
        @Nullable Target target,
        double ourRecall,
        double theirRecall) {

    /** A comparison of two times: our share of the peer's, which is to be small. */
    public static Line share(
            String what,
            Series ours,
            String peer,
            Series theirs,
            @Nullable Target target,
            double ourRecall,
            double theirRecall) {
        return new Line(
                what, "µs", ours.median(), peer, theirs.median(), ours.ratioTo(theirs), target, ourRecall, theirRecall);
    }

    /** A comparison of two times: how many times as fast as the peer we are. */
    public static Line faster(
            String what,
            Series ours,
            String peer,
            Series theirs,
            @Nullable Target target,
            double ourRecall,
            double theirRecall) {
        return new Line(
                what, "µs", ours.median(), peer, theirs.median(), theirs.ratioTo(ours), target, ourRecall, theirRecall);
    }

    /** A figure with nobody's beside it. */
    public static Line alone(String what, String unit, double ours, @Nullable Target target, double recall) {
        return new Line(what, unit, ours, "", Double.NaN, Double.NaN, target, recall, Double.NaN);
    }

    /** Returns whether the target is reached; with none, {@code true}. */
    public boolean reached() {
        return target == null || target.reachedBy(Double.isNaN(ratio) ? ours : ratio);
    }
}
