package dev.groundwork.rag.observability;

import dev.groundwork.rag.MetricsSink;
import java.util.Locale;
import java.util.Objects;

/**
 * Hands figures of quality to a {@link MetricsSink}, for who computes them: an evaluation that runs beside the pipeline, a
 * detector of drift, a monitor of topics.
 *
 * <pre>{@code
 * QualityMetrics quality = QualityMetrics.to(sink);
 * evaluation.perTopic(ndcg).values().forEach(score -> quality.score("ndcg@10", QualityMetrics.Stage.RERANKED, score));
 * quality.drift("embedding-mean", statistic, threshold);
 * }</pre>
 *
 * <p>Names of evaluations, detectors and topics are labels: each kind has at most 50, after which {@code other} takes the
 * rest. They must hold no text of a question.
 *
 * <p>Thread-safe, does not block unless the sink does. What the sink throws is counted in {@link #failures()}.
 */
public final class QualityMetrics {

    /** Which step is judged. */
    public enum Stage {
        /** What the legs found. */
        RETRIEVED,
        /** What the reranker made of it. */
        RERANKED,
        /** What the prompt holds. */
        CONTEXT,
        /** The answer. */
        ANSWER
    }

    private final SafeMetrics metrics;

    private QualityMetrics(MetricsSink sink) {
        this.metrics = new SafeMetrics(sink);
    }

    /** Returns one that feeds the sink. */
    public static QualityMetrics to(MetricsSink sink) {
        return new QualityMetrics(sink);
    }

    /**
     * Records the score of one question.
     *
     * @param evaluation what scored, for instance {@code ndcg@10}
     * @param value from 0 to 1
     * @throws IllegalArgumentException if the value is out of range
     */
    public void score(String evaluation, Stage stage, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException("value is " + value + ", must be from 0 to 1");
        }
        metrics.take(Metric.EVAL_SCORE, value, evaluation, stage.name().toLowerCase(Locale.ROOT));
        metrics.take(Metric.EVAL_ERRORS, 0, evaluation);
    }

    /** Counts an evaluation that failed. */
    public void error(String evaluation) {
        metrics.take(Metric.EVAL_ERRORS, 1, evaluation);
    }

    /**
     * Sets what a detector measured last. That it alerts is told by a
     * {@link dev.groundwork.rag.RagEvent.AlertChanged}, which {@link MetricsListener} counts.
     *
     * @param statistic finite
     * @param threshold above which it alerts
     */
    public void drift(String detector, double statistic, double threshold) {
        metrics.take(Metric.DRIFT_STATISTIC, statistic, detector);
        metrics.take(Metric.DRIFT_THRESHOLD, threshold, detector);
        metrics.take(Metric.DRIFT_ALARMS, 0, detector);
    }

    /** Counts a question of a topic. */
    public void topic(String topic) {
        metrics.take(Metric.TOPIC_QUERIES, 1, Objects.requireNonNull(topic, "topic"));
    }

    /** Returns how many measurements were lost because the sink threw. */
    public long failures() {
        return metrics.failures();
    }
}
