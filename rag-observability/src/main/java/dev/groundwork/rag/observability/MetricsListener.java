package dev.groundwork.rag.observability;

import dev.groundwork.rag.Hop;
import dev.groundwork.rag.IngestReport;
import dev.groundwork.rag.LlmAttempt;
import dev.groundwork.rag.MetricsSink;
import dev.groundwork.rag.RagEvent;
import dev.groundwork.rag.RagListener;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Turns what happens into measurements for a {@link MetricsSink}:
 *
 * <table>
 * <caption>Metrics; times are in seconds</caption>
 * <tr><th>Name</th><th>Kind</th><th>Labels</th></tr>
 * <tr><td>{@code rag.query.duration}</td><td>distribution</td><td>pipeline, outcome</td></tr>
 * <tr><td>{@code rag.hop.duration}</td><td>distribution</td><td>pipeline, hop, error.type ({@code none})</td></tr>
 * <tr><td>{@code rag.retrieval.results}</td><td>distribution</td><td>retriever, stage</td></tr>
 * <tr><td>{@code rag.retrieval.top_score}</td><td>distribution</td><td>retriever, stage</td></tr>
 * <tr><td>{@code rag.retrieval.empty}</td><td>counter</td><td>retriever</td></tr>
 * <tr><td>{@code gen_ai.client.token.usage}</td><td>distribution</td>
 *     <td>gen_ai.operation.name, gen_ai.request.model, gen_ai.token.type</td></tr>
 * <tr><td>{@code rag.pool.attempts}</td><td>counter</td><td>member, outcome</td></tr>
 * <tr><td>{@code rag.ingest.documents}</td><td>counter</td><td>pipeline, outcome</td></tr>
 * <tr><td>{@code rag.telemetry.dropped}</td><td>counter</td><td>sink, reason</td></tr>
 * </table>
 *
 * <p>The outcome of a question is {@code answered}, {@code abstained}, {@code degraded}, {@code error}, {@code timeout}
 * or {@code cancelled}. The stage of a retrieval is {@code retrieved} for one leg, {@code fused} and {@code reranked} for
 * all of them together (retriever {@code all}). No label holds an id or a text; a label that the application names, such
 * as a pool's member, has at most 50 values and a metric at most 500 series, after which {@code other} takes the rest.
 *
 * <p>Thread-safe, does not block unless the sink does. Never throws: what the sink throws is counted in
 * {@link #failures()}.
 */
public final class MetricsListener implements RagListener {

    /** The distinct values of a label whose values are not ours; a pool or an index with more is rare. */
    static final int MAX_LABEL_VALUES = 50;

    private static final String ALL = "all";

    private final MetricsSink sink;
    private final LongAdder failures = new LongAdder();
    private final Map<Metric, SeriesLimit> limits = new EnumMap<>(Metric.class);
    private final Values pipelines = new Values();
    private final Values hops = new Values();
    private final Values models = new Values();
    private final Values members = new Values();
    private final Values errorTypes = new Values();

    private MetricsListener(MetricsSink sink) {
        this.sink = Objects.requireNonNull(sink, "sink");
        for (Metric metric : Metric.values()) {
            limits.put(metric, new SeriesLimit(SeriesLimit.MAX_SERIES));
        }
    }

    /** Returns one that feeds the sink. */
    public static MetricsListener to(MetricsSink sink) {
        return new MetricsListener(sink);
    }

    /** Returns how many measurements were lost because the sink threw. */
    public long failures() {
        return failures.sum();
    }

    @Override
    public void onEvent(RagEvent event) {
        try {
            switch (event) {
                case RagEvent.AskCompleted asked -> finished(Finished.of(asked));
                case RagEvent.SearchCompleted searched -> finished(Finished.of(searched));
                case RagEvent.QuestionFailed failed -> finished(Finished.of(failed));
                case RagEvent.HopCompleted completed -> hop(completed.pipeline(), completed.hop());
                case RagEvent.IngestCompleted ingested -> ingested(ingested.pipeline(), ingested.report());
                case RagEvent.QuestionStarted started -> {}
                case RagEvent.HealthChanged changed -> {}
                case RagEvent.AlertChanged changed -> {}
            }
        } catch (Throwable e) { // telemetry that fails, for whatever reason, must not fail a question
            failures.increment();
        }
    }

    private void finished(Finished done) {
        record(
                Metric.QUERY_DURATION,
                seconds(done.trace().duration()),
                pipelines.bounded(done.pipeline()),
                done.outcome());
    }

    private void hop(String pipeline, Hop hop) {
        String name = hops.bounded(hop.name());
        record(Metric.HOP_DURATION, seconds(hop.duration()), pipelines.bounded(pipeline), name, errorType(hop));
        if (hop.status() == Hop.Status.OK) {
            switch (hop.name()) {
                case Hop.FUSE -> retrieved(hop, ALL, "fused");
                case Hop.RERANK -> retrieved(hop, ALL, "reranked");
                default -> {
                    if (Finished.isLeg(hop)) {
                        retrieved(hop, name, "retrieved");
                    }
                }
            }
        }
        tokens(hop);
        for (LlmAttempt attempt : hop.attempts()) {
            count(Metric.POOL_ATTEMPTS, 1, members.bounded(attempt.member()), Finished.lower(attempt.outcome()));
        }
    }

    private void retrieved(Hop hop, String retriever, String stage) {
        record(Metric.RETRIEVAL_RESULTS, hop.out(), retriever, stage);
        if (!hop.candidates().isEmpty()) {
            record(Metric.RETRIEVAL_TOP_SCORE, hop.candidates().getFirst().score(), retriever, stage);
        }
        // A reranker that gets nothing gives nothing: the step before has counted that.
        if (hop.out() == 0 && !hop.name().equals(Hop.RERANK)) {
            count(Metric.RETRIEVAL_EMPTY, 1, retriever);
        }
    }

    private void tokens(Hop hop) {
        String model = hop.model();
        if (model == null) {
            return;
        }
        String operation = switch (hop.name()) {
            case Hop.EMBED -> "embeddings";
            case Hop.RERANK -> "rerank";
            default -> "chat";
        };
        Integer in = hop.tokensIn();
        if (in != null) {
            record(Metric.TOKEN_USAGE, in, operation, models.bounded(model), "input");
        }
        Integer out = hop.tokensOut();
        if (out != null) {
            record(Metric.TOKEN_USAGE, out, operation, models.bounded(model), "output");
        }
    }

    private void ingested(String pipeline, IngestReport report) {
        String name = pipelines.bounded(pipeline);
        count(Metric.INGEST_DOCUMENTS, report.added(), name, "added");
        count(Metric.INGEST_DOCUMENTS, report.updated(), name, "updated");
        count(Metric.INGEST_DOCUMENTS, report.unchanged(), name, "unchanged");
        count(Metric.INGEST_DOCUMENTS, report.deleted(), name, "deleted");
        count(Metric.INGEST_DOCUMENTS, report.failed().size(), name, "failed");
    }

    private String errorType(Hop hop) {
        if (!hop.errorType().isEmpty()) {
            return errorTypes.bounded(SafeText.errorType(hop.errorType()));
        }
        return hop.status() == Hop.Status.OK ? "none" : Finished.lower(hop.status());
    }

    private void count(Metric metric, double amount, String... labels) {
        measure(metric, labels, (name, admitted) -> sink.count(name, admitted, amount));
    }

    private void record(Metric metric, double value, String... labels) {
        if (Double.isFinite(value)) {
            measure(metric, labels, (name, admitted) -> sink.record(name, admitted, value));
        }
    }

    private void measure(Metric metric, String[] values, Measurement measurement) {
        try {
            Map<String, String> labels = metric.labels(values);
            SeriesLimit limit = Objects.requireNonNull(limits.get(metric));
            Map<String, String> admitted = limit.admit(labels);
            measurement.take(metric.metricName(), Map.copyOf(admitted));
            if (!admitted.equals(labels)) {
                Metric dropped = Metric.TELEMETRY_DROPPED;
                sink.count(dropped.metricName(), Map.copyOf(dropped.labels("metrics", "series_limit")), 1);
            }
        } catch (Throwable e) { // one measurement that fails leaves the others
            failures.increment();
        }
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    /** Hands a measurement to the sink. */
    private interface Measurement {
        void take(String name, Map<String, String> labels);
    }

    /** The values that one label has had. */
    private static final class Values {

        private final Set<String> known = ConcurrentHashMap.newKeySet();

        String bounded(String value) {
            String name = SafeText.name(value);
            if (known.contains(name)) {
                return name;
            }
            synchronized (this) {
                if (known.size() < MAX_LABEL_VALUES || known.contains(name)) {
                    known.add(name);
                    return name;
                }
            }
            return SafeText.OTHER;
        }
    }
}
