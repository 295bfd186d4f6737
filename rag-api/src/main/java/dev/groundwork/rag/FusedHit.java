package dev.groundwork.rag;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What several legs say of one segment. */
final class FusedHit {

    Hit hit;
    double score;
    int bestRank;

    private FusedHit(Hit hit, double score, int bestRank) {
        this.hit = hit;
        this.score = score;
        this.bestRank = bestRank;
    }

    /** Adds what one leg says. */
    static void add(Map<String, FusedHit> fused, Hit hit, double score, int rank) {
        FusedHit entry = fused.get(hit.id());
        if (entry == null) {
            fused.put(hit.id(), new FusedHit(hit, score, rank));
            return;
        }
        for (Score own : hit.scores()) {
            entry.hit = entry.hit.with(own);
        }
        entry.score += score;
        entry.bestRank = Math.min(entry.bestRank, rank);
    }

    /** Returns the first ones of a ranking with the fused score as their last. */
    static List<Hit> best(List<FusedHit> ranking, int limit) {
        List<Hit> result = new ArrayList<>(Math.min(limit, ranking.size()));
        for (FusedHit entry : ranking.subList(0, Math.min(limit, ranking.size()))) {
            double score = Math.clamp(entry.score, 0, 1);
            result.add(entry.hit.with(new Score(Hop.FUSE, Score.Kind.FUSED, score, result.size() + 1)));
        }
        return result;
    }
}
