package dev.groundwork.rag.examples.eval;

import dev.groundwork.rag.observability.evaluation.Evaluation;
import dev.groundwork.rag.observability.evaluation.Qrels;
import dev.groundwork.rag.observability.evaluation.RankingMetric;
import dev.groundwork.rag.observability.evaluation.Run;
import dev.groundwork.rag.observability.evaluation.SpanScores;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a method did on a collection.
 *
 * @param method its name
 * @param run what it found
 * @param evaluation the run judged by {@link #METRICS}
 * @param hops each hop judged likewise, in the order of the flow
 * @param millis how long each query took, in the order of the queries
 * @param indexSeconds how long indexing took
 * @param degraded how many queries went without a part
 * @param spans how well the passages within {@link SpanJudge#BUDGET_TOKENS} cover the evidence; {@code null} where the
 *     collection tells none
 */
public record Outcome(
        String method,
        Run run,
        Evaluation evaluation,
        Map<String, Evaluation> hops,
        List<Double> millis,
        double indexSeconds,
        int degraded,
        @Nullable SpanScores spans) {

    /** nDCG of the first ten. */
    public static final RankingMetric NDCG_10 = RankingMetric.ndcg(10);
    /** Recall of the first hundred. */
    public static final RankingMetric RECALL_100 = RankingMetric.recall(100);
    /** What is told of each method and hop. */
    public static final List<RankingMetric> METRICS =
            List.of(NDCG_10, RankingMetric.recall(10), RECALL_100, RankingMetric.mrr(10), RankingMetric.map());

    /** Copies. */
    public Outcome {
        hops = Collections.unmodifiableMap(new LinkedHashMap<>(hops));
        millis = List.copyOf(millis);
    }

    static Outcome of(
            Method method,
            Map<String, List<String>> rankings,
            Map<String, Map<String, List<String>>> hops,
            List<Double> millis,
            int degraded,
            @Nullable SpanScores spans,
            Qrels qrels) {
        Run run = Run.ofRankings(rankings);
        Map<String, Evaluation> judged = new LinkedHashMap<>();
        hops.forEach((hop, found) -> judged.put(hop, Evaluation.of(Run.ofRankings(found), qrels, METRICS)));
        return new Outcome(
                method.name(),
                run,
                Evaluation.of(run, qrels, METRICS),
                judged,
                millis,
                method.indexSeconds(),
                degraded,
                spans);
    }

    /**
     * Returns a quantile of the time of a query.
     *
     * @param share from 0 to 1
     * @return milliseconds; 0 where there was no query
     */
    public double millis(double share) {
        List<Double> sorted = millis.stream().sorted().toList();
        int at = (int) Math.min(sorted.size() - 1L, Math.round(share * sorted.size()));
        return sorted.isEmpty() ? 0 : sorted.get(at);
    }
}
