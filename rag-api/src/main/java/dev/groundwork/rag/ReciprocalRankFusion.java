package dev.groundwork.rag;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reciprocal rank fusion: each leg gives a segment 1 / (k + rank), and the sum counts, here divided by the most that there can
 * be. Scores of the legs play no part, so it fits legs whose scores mean nothing. See Cormack, Clarke and Büttcher, "Reciprocal
 * Rank Fusion Outperforms Condorcet and Individual Rank Learning Methods", SIGIR 2009. Thread-safe.
 *
 * <p>Its scores say nothing of how well a question is answered: the best one of a bad list has the same.
 */
public final class ReciprocalRankFusion implements Fusion {

    /** The k of the paper. */
    public static final int DEFAULT_K = 60;

    private static final Comparator<FusedHit> BEST_FIRST = Comparator.comparingDouble((FusedHit f) -> -f.score)
            .thenComparingInt(f -> f.bestRank)
            .thenComparing(f -> f.hit.id());

    private final int k;

    /** Makes one with {@link #DEFAULT_K}. */
    public ReciprocalRankFusion() {
        this(DEFAULT_K);
    }

    /**
     * Makes one.
     *
     * @param k from 0; the larger, the less the first ranks count more than those behind them
     */
    public ReciprocalRankFusion(int k) {
        this.k = Check.range("k", k, 0, Integer.MAX_VALUE / 2);
    }

    @Override
    public List<Hit> fuse(Map<String, List<Hit>> legs, int limit) {
        Check.range("limit", limit, 1, Integer.MAX_VALUE);
        Map<String, FusedHit> fused = new HashMap<>();
        double most = legs.size() / (k + 1.0);
        for (List<Hit> hits : legs.values()) {
            int rank = 0;
            for (Hit hit : hits) {
                rank++;
                FusedHit.add(fused, hit, 1.0 / (k + rank) / most, rank);
            }
        }
        List<FusedHit> ranking = new ArrayList<>(fused.values());
        ranking.sort(BEST_FIRST);
        return FusedHit.best(ranking, limit);
    }
}
