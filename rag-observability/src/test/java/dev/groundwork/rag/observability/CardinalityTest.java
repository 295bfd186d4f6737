package dev.groundwork.rag.observability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.Degradation;
import dev.groundwork.rag.Hop;
import dev.groundwork.rag.IngestReport;
import dev.groundwork.rag.LlmAttempt;
import dev.groundwork.rag.MetricsSink;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.RagEvent;
import dev.groundwork.rag.RagListener;
import dev.groundwork.rag.Score;
import dev.groundwork.rag.SearchResult;
import dev.groundwork.rag.Trace;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** However many questions, users, documents, errors, models and members there are, series stay few. */
class CardinalityTest {

    private static final int MANY = 100_000;

    private static void send(RagListener listener, int i) {
        String pipeline = "p" + i % 97;
        String unique = "u" + i;
        Question question =
                Question.of("What is " + unique + "?").withRequestId("r-" + i).withAttributes(Map.of("user", unique));
        Hop leg = hop("leg" + i % 61, unique, List.of());
        Hop fused = hop(Hop.FUSE, null, List.of());
        Hop reranked = hop(Hop.RERANK, "model" + i, List.of());
        LlmAttempt attempt = new LlmAttempt(
                "member" + i,
                Duration.ofMillis(1),
                LlmAttempt.Outcome.FAILED,
                "Error" + i,
                "provider" + i,
                "model" + i,
                Duration.ofMillis(1));
        Hop chat = hop(Hop.CHAT, "model" + i, List.of(attempt));
        List<Hop> hops = List.of(leg, fused, reranked, chat);
        listener.onEvent(new RagEvent.QuestionStarted(pipeline, RagEvent.Operation.SEARCH, question));
        for (int sequence = 0; sequence < hops.size(); sequence++) {
            listener.onEvent(
                    new RagEvent.HopCompleted(pipeline, question.requestId(), sequence + 1, hops.get(sequence)));
        }
        Trace trace = new Trace(
                question.requestId(),
                pipeline,
                Samples.NOW,
                Duration.ofMillis(1),
                hops,
                List.of(new Degradation(unique, unique, unique)));
        listener.onEvent(
                i % 2 == 0
                        ? new RagEvent.SearchCompleted(pipeline, question, new SearchResult(List.of(), trace))
                        : new RagEvent.QuestionFailed(
                                pipeline,
                                RagEvent.Operation.SEARCH,
                                question,
                                new IllegalStateException(unique),
                                trace));
        listener.onEvent(new RagEvent.HealthChanged(pipeline, "part/" + i, "up", "down", unique));
        listener.onEvent(new RagEvent.AlertChanged(
                pipeline, "slo" + i, RagEvent.AlertChanged.Kind.SLO, true, 2, 1, Duration.ofMinutes(5)));
        listener.onEvent(new RagEvent.AlertChanged(
                pipeline, "drift" + i, RagEvent.AlertChanged.Kind.DRIFT, true, 2, 1, Duration.ofMinutes(5)));
        listener.onEvent(new RagEvent.IngestCompleted(
                pipeline,
                new IngestReport(
                        unique,
                        1,
                        1,
                        1,
                        1,
                        List.of(new IngestReport.Failure(unique, unique)),
                        1,
                        Duration.ofMillis(1))));
    }

    private static Hop hop(String name, String model, List<LlmAttempt> attempts) {
        List<Hop.Candidate> candidates = List.of(new Hop.Candidate("d", 0.5, Score.Kind.OTHER, 1));
        return new Hop(
                name, Hop.Status.OK, Duration.ZERO, Duration.ofMillis(1), 1, 1, candidates, model, 3, 4, attempts, "");
    }

    /** Hands everything to all bindings at once. */
    private record All(List<Binding.Bound> bindings) implements MetricsSink {

        @Override
        public void count(String name, Map<String, String> labels, double amount) {
            bindings.forEach(bound -> bound.sink().count(name, labels, amount));
        }

        @Override
        public void record(String name, Map<String, String> labels, double value) {
            bindings.forEach(bound -> bound.sink().record(name, labels, value));
        }

        @Override
        public void gauge(String name, Map<String, String> labels, double value) {
            bindings.forEach(bound -> bound.sink().gauge(name, labels, value));
        }
    }

    @Test
    void aFloodOfNamesStaysWithinFiveHundredSeriesPerMetricInEachBinding() {
        All all = new All(Arrays.stream(Binding.values()).map(Binding::open).toList());
        MetricsListener listener = MetricsListener.to(all);
        QualityMetrics quality = QualityMetrics.to(all);
        for (int i = 0; i < MANY; i++) {
            send(listener, i);
            quality.score("evaluation" + i, QualityMetrics.Stage.ANSWER, 0.5);
            quality.error("evaluation" + i);
            quality.drift("detector" + i, 1, 2);
            quality.topic("topic" + i);
        }

        assertThat(listener.failures()).isZero();
        for (Binding.Bound bound : all.bindings()) {
            Scrape scrape = Scrape.parse(bound.scrape().get());
            assertThat(scrape.series())
                    .hasSizeGreaterThan(30)
                    .allSatisfy((name, sets) -> assertThat(sets).as(name).hasSizeLessThanOrEqualTo(500));
            // The limits were reached, and nothing was lost by them.
            assertThat(scrape.series().get("rag_hop_duration_seconds_count")).hasSize(500);
            assertThat(scrape.series().get("rag_pool_attempts_total")).hasSize(51);
            assertThat(sum(scrape, "rag_hop_duration_seconds_count")).isEqualTo(4.0 * MANY);
            assertThat(sum(scrape, "rag_query_duration_seconds_count")).isEqualTo(MANY);
            assertThat(sum(scrape, "rag_pool_attempts_total")).isEqualTo(MANY);
            assertThat(sum(scrape, "rag_query_active")).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSinkThatIsFedDirectlyKeepsToTheLimitToo(Binding binding) {
        Binding.Bound bound = binding.open();
        MetricsSink sink = bound.sink();
        for (int i = 0; i < MANY; i++) {
            sink.count("rag.topic.queries", Map.of("topic", "t" + i), 1);
            sink.count("shop.orders", Map.of("customer", "c" + i), 1);
            sink.count("name" + i, Map.of(), 1);
        }

        Scrape scrape = Scrape.parse(bound.scrape().get());
        assertThat(scrape.mostSeries()).isEqualTo(500);
        assertThat(sum(scrape, "rag_topic_queries_total")).isEqualTo(MANY);
        assertThat(scrape.labels()).hasSizeLessThanOrEqualTo(1_000);
        assertThat(scrape.values())
                .containsEntry("shop_orders_total{customer=\"other\"}", (double) MANY - 499)
                .containsEntry(
                        "rag_telemetry_dropped_total{reason=\"series_limit\",sink=\"" + Finished.lower(binding) + "\"}",
                        2.0 * (MANY - 499));
    }

    private static double sum(Scrape scrape, String name) {
        return scrape.values().entrySet().stream()
                .filter(e -> e.getKey().startsWith(name + "{"))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }
}
