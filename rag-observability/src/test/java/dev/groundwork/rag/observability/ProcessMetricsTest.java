package dev.groundwork.rag.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.MemberStatus;
import dev.groundwork.rag.MetricsSink;
import dev.groundwork.rag.Rag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProcessMetricsTest {

    private final World world = new World();
    private final InMemoryMetrics metrics = new InMemoryMetrics();

    private double gauge(String name, String... labels) {
        return metrics.gauge(name, labels(labels)).orElseThrow(() -> new AssertionError("none in\n" + metrics));
    }

    private static Map<String, String> labels(String... labels) {
        return switch (labels.length) {
            case 0 -> Map.of();
            case 2 -> Map.of(labels[0], labels[1]);
            default -> Map.of(labels[0], labels[1], labels[2], labels[3]);
        };
    }

    @Test
    void readsIndexMemoryAndThreads() {
        try (Rag rag = world.rag().build();
                ProcessMetrics process = ProcessMetrics.to(metrics)
                        .rag(rag)
                        .index("main", world.index)
                        .build(false)) {
            assertThat(process.failures()).isZero();
        }

        assertThat(gauge("rag.index.segments", "index", "main")).isEqualTo(30);
        assertThat(gauge("rag.index.documents", "index", "main")).isEqualTo(4);
        assertThat(gauge("rag.index.deleted", "index", "main")).isEqualTo(2);
        assertThat(gauge("rag.index.parts", "index", "main")).isEqualTo(3);
        assertThat(gauge("rag.index.size", "index", "main")).isEqualTo(4_096);
        assertThat(gauge("rag.index.vector.size", "index", "main")).isEqualTo(1_024);
        assertThat(gauge("rag.index.token_vector.size", "index", "main")).isEqualTo(2_048);
        assertThat(gauge("rag.executor.active", "pipeline", "docs")).isZero();
        assertThat(gauge("rag.executor.limit", "pipeline", "docs")).isGreaterThanOrEqualTo(4);
        assertThat(gauge("rag.memory.mapped")).isGreaterThanOrEqualTo(0);
    }

    @Test
    void readsTheMemoryOfModelsAndOfTheProcess() {
        AtomicLong bytes = new AtomicLong(34_000_000);
        ProcessMetrics process =
                ProcessMetrics.to(metrics).model("bge", bytes::get).build(false);
        assertThat(gauge("rag.model.memory", "model", "bge")).isEqualTo(34_000_000);

        bytes.set(0);
        process.read();
        assertThat(gauge("rag.model.memory", "model", "bge")).isZero();
        process.close();
    }

    @Test
    void residentMemoryIsWhatTheSystemTells() {
        String status = "VmRSS:\t  190396 kB\nRssAnon:\t  150000 kB\nRssFile:\t   40000 kB\nRssShmem:\t     396 kB\n";
        assertThat(ResidentMemory.parse(status))
                .containsExactly(Map.entry("anonymous", 153_600_000L), Map.entry("file", 40_960_000L));
        assertThat(ResidentMemory.parse("")).isEmpty();
        if (Files.exists(Path.of("/proc/self/status"))) {
            long heap =
                    Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
            ProcessMetrics.to(metrics).build(false).close();
            assertThat(gauge("rag.memory.resident", "kind", "anonymous")).isGreaterThan(heap / 2.0);
            assertThat(gauge("rag.memory.resident", "kind", "file")).isGreaterThan(1_000_000);
        }
    }

    @Test
    void readsEachMemberOfThePool() {
        ProcessMetrics process = ProcessMetrics.to(metrics).pool(world.pool).build(false);
        assertThat(gauge("rag.pool.member.state", "member", "primary", "state", "up"))
                .isEqualTo(1);
        assertThat(gauge("rag.pool.member.state", "member", "primary", "state", "resting"))
                .isZero();
        assertThat(gauge("rag.pool.member.state", "member", "spare", "state", "resting"))
                .isEqualTo(1);
        assertThat(gauge("rag.pool.waiting", "pool", "pool")).isEqualTo(2);
        assertThat(gauge("rag.pool.member.active", "member", "primary")).isEqualTo(2);
        assertThat(gauge("rag.pool.member.limit_left", "member", "primary", "limit", "requests"))
                .isEqualTo(58);
        assertThat(gauge("rag.pool.member.first_token", "member", "primary")).isEqualTo(0.25);
        assertThat(gauge("rag.pool.member.answer", "member", "primary")).isEqualTo(1.5);
        assertThat(metrics.gauge("rag.pool.member.answer", Map.of("member", "spare")))
                .isEmpty();

        world.primary = MemberStatus.State.RESTING;
        process.read();
        assertThat(gauge("rag.pool.member.state", "member", "primary", "state", "up"))
                .isZero();
        assertThat(gauge("rag.pool.member.state", "member", "primary", "state", "resting"))
                .isEqualTo(1);

        world.member = "new";
        process.read();
        assertThat(gauge("rag.pool.member.state", "member", "primary", "state", "resting"))
                .isZero();
        assertThat(gauge("rag.pool.member.active", "member", "primary")).isZero();
        assertThat(gauge("rag.pool.member.state", "member", "new", "state", "resting"))
                .isEqualTo(1);
    }

    @Test
    void totalsCountWhatWasAddedSinceTheLastReading() {
        AtomicLong lost = new AtomicLong(3);
        ProcessMetrics process = ProcessMetrics.to(metrics)
                .pool(world.pool)
                .dropped("log", "queue_full", lost::get)
                .build(false);
        process.read();
        lost.set(10);
        process.read();

        assertThat(metrics.counter("rag.pool.tokens", Map.of("member", "primary", "gen_ai.token.type", "input")))
                .isEqualTo(4_200);
        assertThat(metrics.counter("rag.pool.cost", Map.of("member", "primary")))
                .isEqualTo(0.25);
        assertThat(metrics.counter("rag.telemetry.dropped", Map.of("sink", "log", "reason", "queue_full")))
                .isEqualTo(10);
        lost.set(2); // starts anew
        process.read();
        assertThat(metrics.counter("rag.telemetry.dropped", Map.of("sink", "log", "reason", "queue_full")))
                .isEqualTo(12);
    }

    @Test
    void aSourceThatFailsIsCountedAndTheOthersGoOn() {
        world.indexFails = true;
        ProcessMetrics process = ProcessMetrics.to(metrics)
                .index("main", world.index)
                .pool(world.pool)
                .build(false);
        process.read();

        Map<String, String> failed = Map.of("sink", "process", "reason", "source_failed");
        assertThat(metrics.counter("rag.telemetry.dropped", failed)).isEqualTo(2);
        assertThat(gauge("rag.pool.member.active", "member", "primary")).isEqualTo(2);
        world.indexFails = false;
        process.read();
        assertThat(gauge("rag.index.segments", "index", "main")).isEqualTo(30);
        assertThat(metrics.counter("rag.telemetry.dropped", failed)).isEqualTo(2);
    }

    @Test
    void readsHowObjectivesStand() {
        SloMonitor slos = SloMonitor.builder().slo(Slo.errors(0.99)).build(() -> 0, false);
        slos.onEvent(Samples.answered());
        slos.onEvent(Samples.failed(new IllegalStateException()));
        ProcessMetrics.to(metrics).slos(slos).build(false).close();

        String slo = Slo.errors(0.99).name();
        assertThat(gauge("rag.slo.objective", "pipeline", "docs", "slo", slo)).isEqualTo(0.99);
        assertThat(metrics.gauge("rag.slo.burn_rate", Map.of("pipeline", "docs", "slo", slo, "window", "short")))
                .hasValueSatisfying(burn -> assertThat(burn).isGreaterThan(1));
        assertThat(gauge("rag.slo.firing", "pipeline", "docs", "slo", slo)).isZero();
    }

    @Test
    void readsOnAThreadOfItsOwnUntilItIsClosed() throws InterruptedException {
        AtomicLong asked = new AtomicLong();
        java.util.concurrent.CountDownLatch again = new java.util.concurrent.CountDownLatch(2);
        MetricsSink sink = new InMemoryMetrics();
        ProcessMetrics process = ProcessMetrics.to(sink)
                .dropped("log", "full", () -> {
                    again.countDown();
                    return asked.incrementAndGet();
                })
                .interval(Duration.ofSeconds(1))
                .start();
        try (process) {
            assertThat(asked.get()).isGreaterThanOrEqualTo(1); // once before start() returns
            assertThat(again.await(30, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
        }
        process.close();
    }

    @Test
    void refusesIntervalsOutOfRange() {
        assertThatThrownBy(() -> ProcessMetrics.to(metrics).interval(Duration.ofMillis(999)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PT0.999S")
                .hasMessageContaining("PT1S");
        assertThatThrownBy(() -> ProcessMetrics.to(metrics).interval(Duration.ofHours(2)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
