package dev.groundwork.rag.observability.evaluation;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A run judged: each metric for each topic, and their means. The mean is over all topics that are judged; one that
 * the run does not have counts as 0, as with trec_eval's {@code -c}, and so does one without a relevant document. Immutable.
 */
public final class Evaluation {

    private final Map<RankingMetric, Map<String, Double>> values;

    private Evaluation(Map<RankingMetric, Map<String, Double>> values) {
        this.values = values;
    }

    /** Judges a run; documents are relevant from grade 1 on. */
    public static Evaluation of(Run run, Qrels qrels, List<RankingMetric> metrics) {
        return of(run, qrels, metrics, 1);
    }

    /**
     * Judges a run.
     *
     * @param relevantFrom the least grade that is relevant, from 1; trec_eval's {@code -l}
     */
    public static Evaluation of(Run run, Qrels qrels, List<RankingMetric> metrics, int relevantFrom) {
        Map<RankingMetric, Map<String, Double>> values = new LinkedHashMap<>();
        metrics.forEach(metric -> values.put(metric, new LinkedHashMap<>()));
        for (String topic : qrels.topics()) {
            Map<String, Integer> grades = qrels.grades(topic);
            List<String> ranking = run.documents(topic);
            values.forEach((metric, byTopic) -> byTopic.put(topic, metric.of(ranking, grades, relevantFrom)));
        }
        return new Evaluation(values);
    }

    /** Returns the metrics, in the order in which they were asked for. */
    public Set<RankingMetric> metrics() {
        return Collections.unmodifiableSet(values.keySet());
    }

    /**
     * Returns a metric of each topic, in the order of the judgements.
     *
     * @throws IllegalArgumentException if the metric was not asked for
     */
    public Map<String, Double> perTopic(RankingMetric metric) {
        Map<String, Double> byTopic = values.get(metric);
        if (byTopic == null) {
            throw new IllegalArgumentException(
                    "metric is " + metric.id() + ", was not asked for; there are " + metrics());
        }
        return Collections.unmodifiableMap(byTopic);
    }

    /**
     * Returns a metric's mean over the topics; 0 where there are none.
     *
     * @throws IllegalArgumentException if the metric was not asked for
     */
    public double mean(RankingMetric metric) {
        return perTopic(metric).values().stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElse(0);
    }
}
