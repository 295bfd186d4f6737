package dev.groundwork.rag;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes one ranking of several by the same leg: a segment has the highest of its scores, which keeps their scale. CombMAX of Fox,
 * Shaw: "Combination of multiple searches", TREC-2, 1994.
 */
final class BestOf {

    private BestOf() {}

    static List<Hit> of(List<List<Hit>> rankings, int limit) {
        if (rankings.size() == 1) {
            return rankings.getFirst();
        }
        Map<String, Hit> best = new LinkedHashMap<>();
        for (List<Hit> ranking : rankings) {
            for (Hit hit : ranking) {
                best.merge(
                        hit.id(), hit, (a, b) -> b.score().value() > a.score().value() ? b : a);
            }
        }
        List<Hit> order = best.values().stream()
                .sorted(Comparator.comparingDouble((Hit hit) -> hit.score().value())
                        .reversed())
                .limit(limit)
                .toList();
        List<Hit> ranked = new ArrayList<>(order.size());
        for (Hit hit : order) {
            Score score = hit.score();
            List<Score> scores =
                    new ArrayList<>(hit.scores().subList(0, hit.scores().size() - 1));
            scores.add(new Score(score.hop(), score.kind(), score.value(), ranked.size() + 1));
            ranked.add(new Hit(hit.id(), hit.segment(), scores));
        }
        return ranked;
    }
}
