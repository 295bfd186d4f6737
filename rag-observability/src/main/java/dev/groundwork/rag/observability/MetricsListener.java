package dev.groundwork.rag.observability;

import dev.groundwork.rag.Hop;
import dev.groundwork.rag.IngestReport;
import dev.groundwork.rag.LlmAttempt;
import dev.groundwork.rag.MetricsSink;
import dev.groundwork.rag.RagEvent;
import dev.groundwork.rag.RagListener;
import dev.groundwork.rag.Trace;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Turns what happens to questions into measurements for a {@link MetricsSink}. {@link Metric} has their names, units,
 * buckets and labels; figures of the process itself come from {@link ProcessMetrics}.
 *
 * <p>The outcome of a question is {@code answered}, {@code abstained}, {@code degraded}, {@code error}, {@code timeout}
 * or {@code cancelled}. The stage of a retrieval is {@code retrieved} for one leg, {@code fused} and {@code reranked} for
 * all of them together (retriever {@code all}). An error type is {@code none} where nothing went wrong. The provider of a
 * model is {@code unknown} unless the pool tells it. No label holds an id or a text; a label that the application names,
 * such as a pool's member, has at most 50 values and a metric at most 500 series, after which {@code other} takes the rest.
 *
 * <p>One listener may serve several pipelines; two of the same name are counted as one.
 *
 * <p>Thread-safe, does not block unless the sink does. Never throws: what the sink throws is counted in
 * {@link #failures()}.
 */
public final class MetricsListener implements RagListener {

    private static final String ALL = "all";
    private static final String NONE = "none";
    private static final String UNKNOWN = "unknown";

    /** How many of the best segments the overlap of reranking looks at: what a prompt has room for. */
    private static final int OVERLAP_DEPTH = 10;

    /** Hops that order hits, besides the legs. */
    private static final Set<String> RANKINGS = Set.of(Hop.FUSE, Hop.FEEDBACK, Hop.TITLES, Hop.LATE);

    private final SafeMetrics metrics;
    private final Map<String, Active> active = new ConcurrentHashMap<>();

    private MetricsListener(MetricsSink sink) {
        this.metrics = new SafeMetrics(sink);
    }

    /** Returns one that feeds the sink. */
    public static MetricsListener to(MetricsSink sink) {
        return new MetricsListener(sink);
    }

    /** Returns how many measurements were lost because the sink threw. */
    public long failures() {
        return metrics.failures();
    }

    @Override
    public void onEvent(RagEvent event) {
        try {
            switch (event) {
                case RagEvent.QuestionStarted started -> active(started.pipeline(), 1);
                case RagEvent.AskCompleted asked -> finished(Finished.of(asked));
                case RagEvent.SearchCompleted searched -> finished(Finished.of(searched));
                case RagEvent.QuestionFailed failed -> finished(Finished.of(failed));
                case RagEvent.HopCompleted completed -> hop(completed.pipeline(), completed.hop());
                case RagEvent.IngestCompleted ingested -> ingested(ingested.pipeline(), ingested.report());
                case RagEvent.HealthChanged changed -> health(changed);
                case RagEvent.AlertChanged changed -> alert(changed);
            }
        } catch (Throwable e) { // telemetry that fails, for whatever reason, must not fail a question
            metrics.failed();
        }
    }

    private void finished(Finished done) {
        active(done.pipeline(), -1);
        metrics.take(Metric.QUERY_DURATION, seconds(done.trace().duration()), done.pipeline(), done.outcome());
        overlap(done.trace());
    }

    /** Pipelines beyond what a label may have share a count, as they share a series. */
    private void active(String pipeline, int change) {
        String name = SafeText.name(pipeline);
        if (active.size() >= SafeMetrics.MAX_LABEL_VALUES && !active.containsKey(name)) {
            name = SafeText.OTHER;
        }
        Active questions = active.computeIfAbsent(name, n -> new Active());
        synchronized (questions) { // so that the last value that the sink gets is the newest
            questions.count = Math.max(0, questions.count + change);
            metrics.take(Metric.QUERY_ACTIVE, (double) questions.count, name);
        }
    }

    private void hop(String pipeline, Hop hop) {
        metrics.take(
                Metric.HOP_DURATION, seconds(hop.duration()), pipeline, hop.name(), errorType(hop.errorType(), hop));
        if (hop.status() == Hop.Status.OK) {
            switch (hop.name()) {
                case Hop.FUSE -> retrieved(hop, ALL, "fused");
                case Hop.RERANK -> retrieved(hop, ALL, "reranked");
                default -> {
                    if (Finished.isLeg(hop)) {
                        retrieved(hop, hop.name(), "retrieved");
                    }
                }
            }
        }
        model(hop);
        for (LlmAttempt attempt : hop.attempts()) {
            metrics.take(Metric.POOL_ATTEMPTS, 1, attempt.member(), Finished.lower(attempt.outcome()));
        }
    }

    private void retrieved(Hop hop, String retriever, String stage) {
        metrics.take(Metric.RETRIEVAL_RESULTS, hop.out(), retriever, stage);
        if (!hop.candidates().isEmpty()) {
            // Two of three backends take no negative values; which of them are below 0 matters less than how many.
            double best = Math.max(0, hop.candidates().getFirst().score());
            metrics.take(Metric.RETRIEVAL_TOP_SCORE, best, retriever, stage);
        }
        // A reranker that gets nothing gives nothing: the step before has counted that.
        if (!hop.name().equals(Hop.RERANK)) {
            metrics.take(Metric.RETRIEVAL_EMPTY, hop.out() == 0 ? 1 : 0, retriever);
        }
    }

    /** Each attempt of a pool is a call of a model; a hop without attempts that has a model is one itself. */
    private void model(Hop hop) {
        if (hop.name().equals(Hop.REWRITE)) {
            return; // what it names is a way to rewrite, not a model
        }
        String operation = switch (hop.name()) {
            case Hop.EMBED -> "embeddings";
            case Hop.RERANK -> "rerank";
            default -> "chat";
        };
        LlmAttempt served = null;
        for (LlmAttempt attempt : hop.attempts()) {
            if (attempt.outcome() == LlmAttempt.Outcome.SERVED) {
                served = attempt;
            }
            if (attempt.outcome() != LlmAttempt.Outcome.SKIPPED) {
                operation(attempt.duration(), operation, provider(attempt), model(attempt), errorType(attempt));
            }
            Duration firstToken = attempt.firstToken();
            if (firstToken != null) {
                metrics.take(
                        Metric.TIME_TO_FIRST_CHUNK,
                        seconds(firstToken),
                        operation,
                        provider(attempt),
                        model(attempt),
                        errorType(attempt));
            }
        }
        String model = hop.model();
        if (model == null) {
            return;
        }
        if (hop.attempts().isEmpty()) {
            operation(hop.duration(), operation, UNKNOWN, model, errorType(hop.errorType(), hop));
        }
        String provider = served == null ? UNKNOWN : provider(served);
        String asked = served == null ? model : model(served);
        tokens(hop.tokensIn(), operation, provider, asked, "input");
        tokens(hop.tokensOut(), operation, provider, asked, "output");
    }

    private void operation(Duration duration, String operation, String provider, String model, String errorType) {
        metrics.take(Metric.OPERATION_DURATION, seconds(duration), operation, provider, model, errorType);
    }

    private void tokens(@Nullable Integer tokens, String operation, String provider, String model, String type) {
        if (tokens != null) {
            metrics.take(Metric.TOKEN_USAGE, tokens, operation, provider, model, type);
        }
    }

    private static String provider(LlmAttempt attempt) {
        return attempt.provider().isEmpty() ? UNKNOWN : attempt.provider();
    }

    private static String model(LlmAttempt attempt) {
        return attempt.model().isEmpty() ? attempt.member() : attempt.model();
    }

    /** How much the reranker changed: what it was given is the last ranking before it. */
    private void overlap(Trace trace) {
        Hop reranked = trace.hop(Hop.RERANK).orElse(null);
        if (reranked == null || reranked.status() != Hop.Status.OK) {
            return;
        }
        Hop before = null;
        for (Hop hop : trace.hops()) {
            boolean ranking = RANKINGS.contains(hop.name()) || Finished.isLeg(hop);
            if (ranking && hop.status() == Hop.Status.OK && !hop.candidates().isEmpty()) {
                before = hop;
            }
        }
        if (before != null && !reranked.candidates().isEmpty()) {
            String model = reranked.model();
            metrics.take(
                    Metric.RERANK_OVERLAP,
                    averageOverlap(before.candidates(), reranked.candidates()),
                    model == null ? UNKNOWN : model);
        }
    }

    /**
     * The mean, over all depths up to ten, of the share of segments that both rankings have down to there. Average overlap
     * after Webber, Moffat, Zobel: "A similarity measure for indefinite rankings", ACM TOIS 28(4), 2010, section 3.
     */
    private static double averageOverlap(List<Hop.Candidate> one, List<Hop.Candidate> other) {
        int depth = Math.min(OVERLAP_DEPTH, Math.min(one.size(), other.size()));
        Set<String> first = new HashSet<>();
        Set<String> second = new HashSet<>();
        int common = 0;
        double sum = 0;
        for (int i = 0; i < depth; i++) {
            String a = one.get(i).id();
            String b = other.get(i).id();
            first.add(a);
            second.add(b);
            if (a.equals(b)) {
                common++;
            } else {
                common += (second.contains(a) ? 1 : 0) + (first.contains(b) ? 1 : 0);
            }
            sum += (double) common / (i + 1);
        }
        return sum / depth;
    }

    private void ingested(String pipeline, IngestReport report) {
        metrics.take(Metric.INGEST_DOCUMENTS, report.added(), pipeline, "added");
        metrics.take(Metric.INGEST_DOCUMENTS, report.updated(), pipeline, "updated");
        metrics.take(Metric.INGEST_DOCUMENTS, report.unchanged(), pipeline, "unchanged");
        metrics.take(Metric.INGEST_DOCUMENTS, report.deleted(), pipeline, "deleted");
        metrics.take(Metric.INGEST_DOCUMENTS, report.failed().size(), pipeline, "failed");
    }

    private void health(RagEvent.HealthChanged changed) {
        double value = switch (changed.after()) {
            case "up" -> 1;
            case "degraded" -> 0.5;
            case "down" -> 0;
            default -> -1;
        };
        // An empty label is the same as none in Prometheus.
        String component = changed.component().isEmpty() ? ALL : changed.component();
        metrics.take(Metric.HEALTH_STATUS, value, changed.pipeline(), component);
    }

    private void alert(RagEvent.AlertChanged changed) {
        int begins = changed.firing() ? 1 : 0;
        switch (changed.kind()) {
            case SLO -> {
                metrics.take(Metric.SLO_FIRING, begins, changed.pipeline(), changed.alert());
                metrics.take(Metric.SLO_ALERTS, begins, changed.pipeline(), changed.alert());
            }
            case DRIFT -> {
                metrics.take(Metric.DRIFT_STATISTIC, changed.value(), changed.alert());
                metrics.take(Metric.DRIFT_THRESHOLD, changed.threshold(), changed.alert());
                metrics.take(Metric.DRIFT_ALARMS, begins, changed.alert());
            }
        }
    }

    private static String errorType(String type, Hop hop) {
        if (!type.isEmpty()) {
            return SafeText.errorType(type);
        }
        return hop.status() == Hop.Status.OK ? NONE : Finished.lower(hop.status());
    }

    private static String errorType(LlmAttempt attempt) {
        if (attempt.outcome() == LlmAttempt.Outcome.SERVED) {
            return NONE;
        }
        return attempt.errorType().isEmpty()
                ? Finished.lower(attempt.outcome())
                : SafeText.errorType(attempt.errorType());
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    /** Questions of a pipeline that are under way. */
    private static final class Active {
        private long count;
    }
}
