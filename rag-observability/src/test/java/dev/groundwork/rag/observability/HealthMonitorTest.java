package dev.groundwork.rag.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.Health;
import dev.groundwork.rag.Hit;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.Rag;
import dev.groundwork.rag.RagEvent;
import dev.groundwork.rag.Retriever;
import dev.groundwork.rag.observability.HealthReport.Probe;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HealthMonitorTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<RagEvent> changes = new ArrayList<>();
    private Instant clock = Samples.NOW;
    private Health index = Health.up(Map.of("documents", 3));
    private boolean retrieverWorks = true;
    private @org.jspecify.annotations.Nullable Rag rag;

    private HealthMonitor monitor(HealthMonitor.Builder builder) {
        HealthMonitor monitor = builder.listener(changes::add)
                .build(() -> clock, () -> Duration.between(Samples.NOW, clock).toNanos());
        rag = Rag.builder()
                .name("docs")
                .retriever(new Retriever() {
                    @Override
                    public String name() {
                        return "wiki";
                    }

                    @Override
                    public List<Hit> retrieve(Question question, int limit, Deadline deadline) {
                        if (!retrieverWorks) {
                            throw new IllegalStateException("Canary");
                        }
                        return List.of();
                    }
                })
                .promptAugmenter((question, hits, maxTokens) -> {
                    throw new IllegalStateException("not needed here");
                })
                .citationChecker((answer, sources) -> List.of())
                .extractiveAnswerer((question, hits, deadline) -> Optional.empty())
                .listener(monitor)
                .build();
        monitor.watch(rag);
        return monitor;
    }

    private HealthMonitor monitor() {
        return monitor(HealthMonitor.builder().required("store", () -> index));
    }

    @AfterEach
    void close() {
        if (rag != null) {
            rag.close();
        }
    }

    private Rag rag() {
        return java.util.Objects.requireNonNull(rag);
    }

    private void ask(int times) {
        for (int i = 0; i < times; i++) {
            try {
                rag().search("what?");
            } catch (dev.groundwork.rag.RetrievalFailedException e) {
                assertThat(retrieverWorks).isFalse();
            }
        }
    }

    @Test
    void isNotReadyBeforeItWatches() {
        try (HealthMonitor monitor = HealthMonitor.builder().build()) {
            assertThat(monitor.report().ready()).isFalse();
            assertThat(monitor.report().live()).isTrue();
            assertThat(monitor.report().started()).isFalse();
            assertThat(monitor.report().reason()).isEqualTo("not ready: not started");
        }
    }

    @Test
    void tellsChangesOnceWithBeforeAndAfterAndSinceWhen() {
        try (HealthMonitor monitor = monitor()) {
            assertThat(changes).containsExactly(new RagEvent.HealthChanged("docs", "", "unknown", "up", ""));
            changes.clear();
            clock = clock.plusSeconds(10);
            index = Health.down("closed", Map.of());
            HealthReport report = monitor.check();
            monitor.check();
            assertThat(changes)
                    .containsExactlyInAnyOrder(
                            new RagEvent.HealthChanged("docs", "", "up", "down", "store: closed"),
                            new RagEvent.HealthChanged("docs", "store", "up", "down", "closed"));
            assertThat(report.ready()).isFalse();
            assertThat(report.live()).isTrue();
            assertThat(report.started()).isTrue();
            assertThat(report.reason()).isEqualTo("not ready: store: closed");
            assertThat(report.since())
                    .containsEntry("store", Samples.NOW.plusSeconds(10))
                    .containsEntry("questions", Samples.NOW);
            changes.clear();
            clock = clock.plusSeconds(10);
            index = Health.up(Map.of());
            assertThat(monitor.check().ready()).isTrue();
            assertThat(changes).hasSize(2);
        }
    }

    @Test
    void questionsThatAllFailMakeItNotReadyUntilTheyAreLongAgo() {
        try (HealthMonitor monitor = monitor()) {
            retrieverWorks = false;
            ask(2);
            assertThat(monitor.check().ready()).isTrue();
            ask(1);
            HealthReport report = monitor.check();
            assertThat(report.ready()).isFalse();
            assertThat(report.reason()).contains("questions: the last 3 failed: RetrievalFailedException");
            assertThat(report.toSpringBootJson()).doesNotContain("Canary");
            clock = clock.plus(HealthMonitor.DEFAULT_OUTCOME_WINDOW).plusSeconds(1);
            assertThat(monitor.check().ready()).isTrue();
        }
    }

    @Test
    void aHopThatFailsWhileQuestionsDoNotMakesItDegraded() {
        try (HealthMonitor monitor = monitor()) {
            for (int i = 0; i < 3; i++) {
                monitor.onEvent(Samples.completed(1, Samples.rerankTimedOut()));
            }
            HealthReport report = monitor.check();
            assertThat(report.ready()).isTrue();
            assertThat(report.health().status()).isEqualTo("degraded");
            assertThat(report.reason()).isEqualTo("hops: rerank: the last 3 failed: timed out");
            assertThat(report.since()).containsKey("hops/rerank");
        }
    }

    @Test
    void oneFailureAmongManyIsNoNewsAndAFifthIs() {
        try (HealthMonitor monitor = monitor()) {
            ask(5);
            retrieverWorks = false;
            ask(1);
            assertThat(monitor.check().health().status()).isEqualTo("up");
            ask(1);
            assertThat(monitor.check().reason()).contains("questions: 2 of the last 7 failed");
        }
    }

    @Test
    void aPipelineNearAThresholdDoesNotChangeWithEachQuestion() {
        try (HealthMonitor monitor = monitor()) {
            retrieverWorks = false;
            ask(3);
            monitor.check();
            changes.clear();
            for (int i = 0; i < 10; i++) {
                retrieverWorks = true;
                ask(2);
                assertThat(monitor.check().ready()).isFalse();
                retrieverWorks = false;
                ask(1);
                monitor.check();
            }
            assertThat(changes).isEmpty();

            retrieverWorks = true;
            ask(3);
            assertThat(monitor.check().health().status()).isEqualTo("degraded"); // 13 of 36
            ask(100 - 36 - 1);
            assertThat(monitor.check().health().status()).isEqualTo("degraded"); // 13 of 99
            ask(20); // only the last hundred count: the first failures are among those that were forgotten
            assertThat(monitor.check().health().status()).isEqualTo("up");
            assertThat(changes.stream()
                            .map(RagEvent.HealthChanged.class::cast)
                            .filter(change -> change.component().isEmpty())
                            .map(RagEvent.HealthChanged::after))
                    .containsExactly("degraded", "up");
        }
    }

    @Test
    void aListenerThatThrowsKeepsNothingFromTheNext() {
        HealthMonitor.Builder builder = HealthMonitor.builder()
                .required("store", () -> index)
                .listener(event -> {
                    throw new IllegalStateException("full");
                });
        try (HealthMonitor monitor = monitor(builder)) {
            assertThat(changes).hasSize(1);
            index = Health.down("closed", Map.of());
            assertThat(monitor.check().ready()).isFalse();
            assertThat(changes).hasSize(3);
        }
    }

    @Test
    void aPartThatCanBeDoneWithoutDoesNotStopTraffic(@TempDir Path folder) {
        try (HealthMonitor monitor = monitor(
                HealthMonitor.builder().diskSpace(folder, Long.MAX_VALUE).optional("drift", () -> {
                    throw new IllegalStateException("Canary");
                }))) {
            HealthReport report = monitor.check();
            assertThat(report.ready()).isTrue();
            assertThat(report.reason())
                    .contains("disk: ")
                    .contains(" bytes free, less than ")
                    .contains("drift: asking it failed: IllegalStateException")
                    .doesNotContain("Canary");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HealthMonitor.builder().diskSpace(folder, 0))
                .withMessageContaining("minFreeBytes is 0");
    }

    @Test
    void onlyAClosedPipelineIsNotLive() {
        try (HealthMonitor monitor = monitor()) {
            rag().close();
            HealthReport report = monitor.check();
            assertThat(report.live()).isFalse();
            assertThat(report.ready()).isFalse();
        }
    }

    @Test
    void writesSpringBootsShape() throws Exception {
        try (HealthMonitor monitor = monitor(HealthMonitor.builder()
                .required(
                        "pool",
                        () -> new Health.Degraded(
                                "1 of 2 resting",
                                Map.of("url", "https://joe:pw@host/?key=sk-1"),
                                Map.of("primary", Health.down("rate limited", Map.of("in_flight", 2))))))) {
            JsonNode json = JSON.readTree(monitor.report().toSpringBootJson());
            assertThat(json.get("status").asText()).isEqualTo("UP");
            assertThat(json.at("/details/ready").asBoolean()).isTrue();
            JsonNode pool = json.at("/components/pool");
            assertThat(pool.get("status").asText()).isEqualTo("UP");
            assertThat(pool.at("/details/degraded").asBoolean()).isTrue();
            assertThat(pool.at("/details/reason").asText()).isEqualTo("1 of 2 resting");
            assertThat(pool.at("/details/since").asText()).isEqualTo("2026-11-23T10:15:30.120Z");
            assertThat(pool.at("/details/url").asText()).isEqualTo("https://host/?...");
            assertThat(pool.at("/details/parts/primary/status").asText()).isEqualTo("DOWN");
            assertThat(pool.at("/details/parts/primary/details/in_flight").asInt())
                    .isEqualTo(2);
        }
    }

    @Test
    void writesMicroProfilesShape() throws Exception {
        try (HealthMonitor monitor = monitor()) {
            index = Health.down("closed", Map.of("documents", 3));
            monitor.check();
            JsonNode ready = JSON.readTree(monitor.report().toMicroProfileJson(Probe.READINESS));
            assertThat(ready.get("status").asText()).isEqualTo("DOWN");
            assertThat(ready.get("checks")).anySatisfy(check -> {
                assertThat(check.get("name").asText()).isEqualTo("docs/store");
                assertThat(check.get("status").asText()).isEqualTo("DOWN");
                assertThat(check.at("/data/reason").asText()).isEqualTo("closed");
                assertThat(check.at("/data/documents").asInt()).isEqualTo(3);
            });
            JsonNode live = JSON.readTree(monitor.report().toMicroProfileJson(Probe.LIVENESS));
            assertThat(live.get("status").asText()).isEqualTo("UP");
            assertThat(live.at("/checks/0/status").asText()).isEqualTo("UP");
            JsonNode started = JSON.readTree(monitor.report().toMicroProfileJson(Probe.STARTUP));
            assertThat(started.get("status").asText()).isEqualTo("UP");
        }
    }

    @Test
    void refusesWhatCanNotBe() {
        try (HealthMonitor monitor = monitor()) {
            assertThatIllegalStateException().isThrownBy(() -> monitor.watch(rag()));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HealthMonitor.builder().interval(Duration.ofMillis(1)))
                .withMessageContaining("interval is PT0.001S, must be from PT1S to PT1H");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HealthMonitor.builder().required("llm", () -> index))
                .withMessageContaining("'llm'");
        assertThatThrownBy(() -> HealthMonitor.builder().required("a/b", () -> index))
                .hasMessageContaining("no slash");
    }
}
