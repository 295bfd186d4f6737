package dev.groundwork.rag.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.groundwork.rag.Hop;
import dev.groundwork.rag.IngestReport;
import dev.groundwork.rag.LlmAttempt;
import dev.groundwork.rag.MetricsSink;
import dev.groundwork.rag.RagEvent;
import dev.groundwork.rag.Score;
import dev.groundwork.rag.SearchResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MetricsListenerTest {

    private final InMemoryMetrics metrics = new InMemoryMetrics();
    private final MetricsListener listener = MetricsListener.to(metrics);

    private Distribution recorded(String name, Map<String, String> labels) {
        return metrics.distribution(name, labels).orElseThrow(() -> new AssertionError("none in\n" + metrics));
    }

    @Test
    void measuresAQuestionAndEachHop() {
        Samples.sendQuestion(listener);

        Distribution query = recorded("rag.query.duration", Map.of("pipeline", "docs", "outcome", "answered"));
        assertThat(query.count()).isEqualTo(1);
        assertThat(query.sum()).isEqualTo(1.25);
        Distribution hop =
                recorded("rag.hop.duration", Map.of("pipeline", "docs", "hop", "vector", "error.type", "none"));
        assertThat(hop.sum()).isEqualTo(0.012345678);
        assertThat(metrics.snapshot().distributions().keySet())
                .filteredOn(series -> series.name().equals("rag.hop.duration"))
                .hasSize(4);
    }

    @Test
    void countsResultsAndKeepsTheBestScoreOfEachStage() {
        Samples.sendQuestion(listener);

        Map<String, String> leg = Map.of("retriever", "vector", "stage", "retrieved");
        Map<String, String> fused = Map.of("retriever", "all", "stage", "fused");
        assertThat(recorded("rag.retrieval.results", leg).sum()).isEqualTo(2);
        assertThat(recorded("rag.retrieval.results", fused).sum()).isEqualTo(1);
        assertThat(recorded("rag.retrieval.top_score", leg).max()).isEqualTo(0.75);
        assertThat(recorded("rag.retrieval.top_score", fused).max()).isEqualTo(1);
        assertThat(metrics.snapshot().distributions().keySet())
                .filteredOn(series -> series.name().equals("rag.retrieval.results"))
                .hasSize(2);
        assertThat(metrics.counter("rag.retrieval.empty", Map.of("retriever", "vector")))
                .isZero();
    }

    @Test
    void aLegThatFindsNothingIsEmptyAndOneThatFailsIsNot() {
        listener.onEvent(Samples.completed(1, Samples.hop("wiki", 1, 0, List.of(), null, null, null, List.of())));
        listener.onEvent(Samples.completed(2, Samples.rerankTimedOut()));
        listener.onEvent(Samples.completed(3, Samples.hop(Hop.RERANK, 0, 0, List.of(), "m", null, null, List.of())));
        listener.onEvent(Samples.completed(
                4,
                new Hop(
                        Hop.TEXT,
                        Hop.Status.CANCELLED,
                        Duration.ZERO,
                        Duration.ZERO,
                        1,
                        0,
                        List.of(),
                        null,
                        null,
                        null,
                        List.of(),
                        "")));

        assertThat(metrics.counter("rag.retrieval.empty", Map.of("retriever", "wiki")))
                .isEqualTo(1);
        assertThat(metrics.snapshot().counters())
                .containsOnlyKeys(new InMemoryMetrics.Series("rag.retrieval.empty", Map.of("retriever", "wiki")));
        assertThat(recorded(
                                "rag.hop.duration",
                                Map.of("pipeline", "docs", "hop", "rerank", "error.type", "DeadlineExceededException"))
                        .count())
                .isEqualTo(1);
        assertThat(recorded("rag.hop.duration", Map.of("pipeline", "docs", "hop", "text", "error.type", "cancelled"))
                        .count())
                .isEqualTo(1);
    }

    @Test
    void tokensAreKeptByModelAndDirection() {
        Samples.sendQuestion(listener);

        assertThat(recorded("gen_ai.client.token.usage", tokens("chat", "second", "input"))
                        .sum())
                .isEqualTo(420);
        assertThat(recorded("gen_ai.client.token.usage", tokens("chat", "second", "output"))
                        .sum())
                .isEqualTo(37);
        assertThat(recorded("gen_ai.client.token.usage", tokens("embeddings", "bge-small", "input"))
                        .sum())
                .isEqualTo(6);
    }

    private static Map<String, String> tokens(String operation, String model, String type) {
        return Map.of(
                "gen_ai.operation.name",
                operation,
                "gen_ai.provider.name",
                "unknown",
                "gen_ai.request.model",
                model,
                "gen_ai.token.type",
                type);
    }

    @Test
    void countsAttemptsAndDocumentsByOutcome() {
        Samples.sendQuestion(listener);
        listener.onEvent(Samples.ingested(new IngestReport.Failure("a.pdf", "encrypted")));

        assertThat(metrics.counter("rag.pool.attempts", Map.of("member", "first", "outcome", "rate_limited")))
                .isEqualTo(1);
        assertThat(metrics.counter("rag.pool.attempts", Map.of("member", "second", "outcome", "served")))
                .isEqualTo(1);
        Map<String, Double> documents = new HashMap<>();
        metrics.snapshot().counters().forEach((series, value) -> {
            if (series.name().equals("rag.ingest.documents")) {
                documents.put(series.labels().get("outcome"), value);
            }
        });
        assertThat(documents)
                .isEqualTo(Map.of("added", 4.0, "updated", 3.0, "unchanged", 2.0, "deleted", 1.0, "failed", 1.0));
    }

    @Test
    void failuresAndSearchesHaveADurationToo() {
        listener.onEvent(Samples.searched());
        listener.onEvent(Samples.failed(new IllegalStateException()));

        assertThat(recorded("rag.query.duration", Map.of("pipeline", "docs", "outcome", "answered"))
                        .count())
                .isEqualTo(1);
        assertThat(recorded("rag.query.duration", Map.of("pipeline", "docs", "outcome", "error"))
                        .count())
                .isEqualTo(1);
    }

    @Test
    void oneNameHasAlwaysTheSameLabelKeys() {
        Map<String, Set<Set<String>>> keys = new HashMap<>();
        MetricsListener recording = MetricsListener.to(new MetricsSink() {
            @Override
            public void count(String name, Map<String, String> labels, double amount) {
                keys.computeIfAbsent(name, n -> new HashSet<>()).add(labels.keySet());
            }

            @Override
            public void record(String name, Map<String, String> labels, double value) {
                count(name, labels, value);
            }

            @Override
            public void gauge(String name, Map<String, String> labels, double value) {
                count(name, labels, value);
            }
        });
        Samples.sendQuestion(recording);
        recording.onEvent(Samples.completed(1, Samples.rerankTimedOut()));
        recording.onEvent(Samples.failed(new IllegalStateException()));
        recording.onEvent(Samples.searched());
        recording.onEvent(Samples.ingested());
        recording.onEvent(Samples.completed(1, Samples.hop("wiki", 1, 0, List.of(), null, null, null, List.of())));

        assertThat(keys).hasSize(10).allSatisfy((name, sets) -> assertThat(sets).hasSize(1));
    }

    @Test
    void aFloodOfValuesStaysWithinTheLimitOfSeries() {
        for (int i = 0; i < 100_000; i++) {
            String unique = "u" + i;
            listener.onEvent(new RagEvent.HopCompleted(
                    "p" + i % 61,
                    unique,
                    1,
                    new Hop(
                            "h" + i % 71,
                            Hop.Status.FAILED,
                            Duration.ZERO,
                            Duration.ofMillis(1),
                            1,
                            0,
                            List.of(),
                            unique,
                            1,
                            1,
                            List.of(new LlmAttempt(unique, Duration.ZERO, LlmAttempt.Outcome.FAILED, unique)),
                            unique)));
        }

        Map<String, Integer> series = new HashMap<>();
        InMemoryMetrics.Snapshot all = metrics.snapshot();
        all.distributions().keySet().forEach(s -> series.merge(s.name(), 1, Integer::sum));
        all.counters().keySet().forEach(s -> series.merge(s.name(), 1, Integer::sum));
        assertThat(series)
                .containsEntry("rag.hop.duration", 500)
                .containsEntry("rag.pool.attempts", 51)
                .containsEntry("gen_ai.client.token.usage", 102);
        assertThat(recorded("rag.hop.duration", Map.of("pipeline", "other", "hop", "other", "error.type", "other"))
                        .count())
                .isGreaterThan(1_000);
        assertThat(all.distributions().entrySet().stream()
                        .filter(e -> e.getKey().name().equals("rag.hop.duration"))
                        .mapToLong(e -> e.getValue().count())
                        .sum())
                .isEqualTo(100_000);
        assertThat(metrics.counter("rag.telemetry.dropped", Map.of("sink", "metrics", "reason", "series_limit")))
                .isGreaterThan(1_000);
        assertThat(metrics.counter("rag.telemetry.dropped", Map.of("sink", "in-memory", "reason", "series_limit")))
                .isZero();
    }

    @Test
    void aSinkThatThrowsLosesOneMeasurementAndNoQuestion() {
        List<String> taken = new ArrayList<>();
        MetricsListener broken = MetricsListener.to(new MetricsSink() {
            @Override
            public void count(String name, Map<String, String> labels, double amount) {
                taken.add(name);
            }

            @Override
            public void record(String name, Map<String, String> labels, double value) {
                throw new LinkageError();
            }

            @Override
            public void gauge(String name, Map<String, String> labels, double value) {
                throw new IllegalStateException();
            }
        });
        broken.onEvent(Samples.completed(1, Samples.chat()));
        broken.onEvent(null);

        assertThat(taken).containsExactly("rag.pool.attempts", "rag.pool.attempts", "rag.pool.attempts");
        assertThat(broken.failures()).isEqualTo(6); // the hop, two attempts, two of tokens, and the null
    }

    @Test
    void countsQuestionsUnderWayUntilTheyEnd() {
        RagEvent started = new RagEvent.QuestionStarted("docs", RagEvent.Operation.ASK, Samples.question());
        listener.onEvent(started);
        listener.onEvent(started);
        listener.onEvent(started);
        assertThat(metrics.gauge("rag.query.active", Map.of("pipeline", "docs")))
                .contains(3.0);
        listener.onEvent(Samples.answered());
        listener.onEvent(Samples.failed(new IllegalStateException()));
        assertThat(metrics.gauge("rag.query.active", Map.of("pipeline", "docs")))
                .contains(1.0);
        listener.onEvent(Samples.searched());
        assertThat(metrics.gauge("rag.query.active", Map.of("pipeline", "docs")))
                .contains(0.0);
    }

    @Test
    void eachAttemptIsOneCallOfAModel() {
        listener.onEvent(Samples.completed(
                1,
                Samples.hop(
                        Hop.CHAT,
                        1,
                        1,
                        List.of(),
                        "large-1 (west)",
                        420,
                        37,
                        List.of(
                                new LlmAttempt(
                                        "east",
                                        Duration.ofMillis(5),
                                        LlmAttempt.Outcome.TIMED_OUT,
                                        "",
                                        "openai",
                                        "small-1",
                                        null),
                                new LlmAttempt("resting", Duration.ZERO, LlmAttempt.Outcome.SKIPPED, ""),
                                new LlmAttempt(
                                        "west",
                                        Duration.ofMillis(300),
                                        LlmAttempt.Outcome.SERVED,
                                        "",
                                        "anthropic",
                                        "large-1",
                                        Duration.ofMillis(125))))));
        listener.onEvent(Samples.completed(2, Samples.embed()));

        assertThat(recorded("gen_ai.client.operation.duration", call("chat", "openai", "small-1", "timed_out"))
                        .sum())
                .isEqualTo(0.005);
        assertThat(recorded("gen_ai.client.operation.duration", call("chat", "anthropic", "large-1", "none"))
                        .sum())
                .isEqualTo(0.3);
        assertThat(recorded("gen_ai.client.operation.time_to_first_chunk", call("chat", "anthropic", "large-1", "none"))
                        .sum())
                .isEqualTo(0.125);
        assertThat(metrics.snapshot().distributions().keySet())
                .filteredOn(series -> series.name().endsWith("time_to_first_chunk"))
                .hasSize(1);
        assertThat(recorded("gen_ai.client.operation.duration", call("embeddings", "unknown", "bge-small", "none"))
                        .sum())
                .isEqualTo(0.012345678);
        assertThat(metrics.snapshot().distributions().keySet())
                .filteredOn(series -> series.name().equals("gen_ai.client.operation.duration"))
                .hasSize(3);
        assertThat(recorded(
                                "gen_ai.client.token.usage",
                                Map.of(
                                        "gen_ai.operation.name",
                                        "chat",
                                        "gen_ai.provider.name",
                                        "anthropic",
                                        "gen_ai.request.model",
                                        "large-1",
                                        "gen_ai.token.type",
                                        "output"))
                        .sum())
                .isEqualTo(37);
    }

    private static Map<String, String> call(String operation, String provider, String model, String error) {
        return Map.of(
                "gen_ai.operation.name",
                operation,
                "gen_ai.provider.name",
                provider,
                "gen_ai.request.model",
                model,
                "error.type",
                error);
    }

    @Test
    void tellsHowMuchTheRerankerChanged() {
        Hop fused = ranking(Hop.FUSE, null, 12, 0);
        Hop reranked = ranking(Hop.RERANK, "cross", 10, 4);
        listener.onEvent(new RagEvent.SearchCompleted(
                "docs", Samples.question(), new SearchResult(List.of(), Samples.trace(List.of(), fused, reranked))));
        listener.onEvent(new RagEvent.SearchCompleted(
                "docs", Samples.question(), new SearchResult(List.of(), Samples.trace(List.of(), fused))));
        listener.onEvent(new RagEvent.SearchCompleted(
                "docs",
                Samples.question(),
                new SearchResult(List.of(), Samples.trace(List.of(), fused, Samples.rerankTimedOut()))));

        // 0 to 9 before, 4 to 13 after: (0 + 0 + 0 + 0 + 1/5 + 2/6 + 3/7 + 4/8 + 5/9 + 6/10) / 10.
        Distribution overlap = recorded("rag.rerank.overlap", Map.of("model", "cross"));
        assertThat(overlap.count()).isEqualTo(1);
        assertThat(overlap.sum()).isCloseTo(0.261746, within(1e-6));
    }

    @Test
    void theSameOrderOverlapsWhollyAndAnotherOneLess() {
        Hop fused = ranking(Hop.FUSE, null, 3, 0);
        List<Hop.Candidate> swapped = new ArrayList<>(fused.candidates());
        swapped.add(1, swapped.removeFirst());
        for (List<Hop.Candidate> after : List.of(fused.candidates(), swapped)) {
            Hop reranked = Samples.hop(Hop.RERANK, 3, 3, after, "cross", null, null, List.of());
            listener.onEvent(new RagEvent.SearchCompleted(
                    "docs",
                    Samples.question(),
                    new SearchResult(List.of(), Samples.trace(List.of(), fused, reranked))));
        }

        Distribution overlap = recorded("rag.rerank.overlap", Map.of("model", "cross"));
        assertThat(overlap.max()).isEqualTo(1);
        assertThat(overlap.min()).isCloseTo((0 + 1 + 1) / 3.0, within(1e-9));
    }

    private static Hop ranking(String name, String model, int count, int first) {
        List<Hop.Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            candidates.add(new Hop.Candidate("d" + (first + i), 1.0 / (i + 1), Score.Kind.OTHER, i + 1));
        }
        return Samples.hop(name, count, count, candidates, model, null, null, List.of());
    }

    @Test
    void aScoreBelowZeroCountsAsZeroInEveryBackend() {
        listener.onEvent(Samples.completed(
                1,
                Samples.hop(
                        Hop.RERANK,
                        1,
                        1,
                        List.of(new Hop.Candidate("a", -3.5, Score.Kind.RERANK, 1)),
                        "m",
                        null,
                        null,
                        List.of())));
        assertThat(recorded("rag.retrieval.top_score", Map.of("retriever", "all", "stage", "reranked")))
                .isEqualTo(new Distribution(1, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void healthAndAlertsAreGauges() {
        listener.onEvent(new RagEvent.HealthChanged("docs", "", "unknown", "up", ""));
        listener.onEvent(new RagEvent.HealthChanged("docs", "llm", "up", "degraded", "1 of 2 resting"));
        listener.onEvent(new RagEvent.HealthChanged("docs", "llm/a", "up", "down", "resting"));
        listener.onEvent(new RagEvent.HealthChanged("docs", "llm/b", "up", "unknown", ""));
        for (boolean firing : new boolean[] {true, false, true}) {
            listener.onEvent(new RagEvent.AlertChanged(
                    "docs", "errors", RagEvent.AlertChanged.Kind.SLO, firing, 15, 14.4, Duration.ofHours(1)));
        }
        listener.onEvent(new RagEvent.AlertChanged(
                "docs", "topics", RagEvent.AlertChanged.Kind.DRIFT, true, 0.3, 0.2, Duration.ofHours(1)));

        Map<String, Double> health = new HashMap<>();
        metrics.snapshot().gauges().forEach((series, value) -> {
            if (series.name().equals("rag.health.status")) {
                health.put(series.labels().get("component"), value);
            }
        });
        assertThat(health).isEqualTo(Map.of("all", 1.0, "llm", 0.5, "llm/a", 0.0, "llm/b", -1.0));
        Map<String, String> slo = Map.of("pipeline", "docs", "slo", "errors");
        assertThat(metrics.gauge("rag.slo.firing", slo)).contains(1.0);
        assertThat(metrics.counter("rag.slo.alerts", slo)).isEqualTo(2);
        Map<String, String> detector = Map.of("detector", "topics");
        assertThat(metrics.gauge("rag.drift.statistic", detector)).contains(0.3);
        assertThat(metrics.gauge("rag.drift.threshold", detector)).contains(0.2);
        assertThat(metrics.counter("rag.drift.alarms", detector)).isEqualTo(1);
    }

    @Test
    void qualityIsMeasuredByNameAndStage() {
        QualityMetrics quality = QualityMetrics.to(metrics);
        quality.score("ndcg@10", QualityMetrics.Stage.RERANKED, 0.75);
        quality.error("ndcg@10");
        quality.topic("billing");
        quality.drift("mean", 0.1, 0.2);

        assertThat(recorded("rag.eval.score", Map.of("evaluation", "ndcg@10", "stage", "reranked"))
                        .sum())
                .isEqualTo(0.75);
        assertThat(metrics.counter("rag.eval.errors", Map.of("evaluation", "ndcg@10")))
                .isEqualTo(1);
        assertThat(metrics.counter("rag.topic.queries", Map.of("topic", "billing")))
                .isEqualTo(1);
        assertThat(metrics.gauge("rag.drift.threshold", Map.of("detector", "mean")))
                .contains(0.2);
        assertThatThrownBy(() -> quality.score("ndcg@10", QualityMetrics.Stage.ANSWER, Double.NaN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> quality.score("ndcg@10", QualityMetrics.Stage.ANSWER, 1.01))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
