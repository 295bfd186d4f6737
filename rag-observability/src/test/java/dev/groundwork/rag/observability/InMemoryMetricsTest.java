package dev.groundwork.rag.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class InMemoryMetricsTest {

    private static final Map<String, String> A = Map.of("k", "a");

    private final InMemoryMetrics metrics = new InMemoryMetrics();

    private double dropped(String reason) {
        return metrics.counter("rag.telemetry.dropped", Map.of("sink", "in-memory", "reason", reason));
    }

    @Test
    void addsCountsAndKeepsTheLastOfAGauge() {
        metrics.count("c", A, 2);
        metrics.count("c", A, 0.5);
        metrics.count("c", Map.of("k", "b"), 1);
        metrics.gauge("g", Map.of(), 3);
        metrics.gauge("g", Map.of(), -1);

        assertThat(metrics.counter("c", A)).isEqualTo(2.5);
        assertThat(metrics.counter("c", Map.of("k", "b"))).isEqualTo(1);
        assertThat(metrics.counter("c", Map.of("k", "never"))).isZero();
        assertThat(metrics.gauge("g", Map.of())).contains(-1.0);
        assertThat(metrics.gauge("never", Map.of())).isEmpty();
        assertThat(metrics.distribution("c", A)).isEmpty();
    }

    @Test
    void sumsUpADistributionWithinTwoPercent() {
        for (int i = 1; i <= 1_000; i++) {
            metrics.record("d", A, i / 1_000.0);
        }

        Distribution d = metrics.distribution("d", A).orElseThrow();
        assertThat(d.count()).isEqualTo(1_000);
        assertThat(d.sum()).isCloseTo(500.5, within(1e-9));
        assertThat(d.mean()).isCloseTo(0.5005, within(1e-9));
        assertThat(d.min()).isEqualTo(0.001);
        assertThat(d.max()).isEqualTo(1.0);
        assertThat(d.p50()).isCloseTo(0.5, Percentage.withPercentage(2));
        assertThat(d.p95()).isCloseTo(0.95, Percentage.withPercentage(2));
        assertThat(d.p99()).isCloseTo(0.99, Percentage.withPercentage(2));
    }

    @Test
    void quantilesOfNegativeValuesAndZeroAreInOrder() {
        for (double value : new double[] {5, -4, 0, 0, -4}) {
            metrics.record("d", A, value);
        }
        assertThat(metrics.distribution("d", A)).contains(new Distribution(5, -3, -4, 5, 0, 5, 5));

        metrics.record("e", A, -8);
        metrics.record("e", A, -2);
        Distribution e = metrics.distribution("e", A).orElseThrow();
        assertThat(e.p50()).isCloseTo(-8, Percentage.withPercentage(2));
        assertThat(e.p99()).isEqualTo(-2, within(0.04));
    }

    @Test
    void extremeValuesNeedNoMoreMemoryAndStayInRange() {
        Sketch sketch = new Sketch();
        for (int exponent = -320; exponent <= 308; exponent++) {
            double value = Double.parseDouble("1e" + exponent);
            sketch.add(value);
            sketch.add(-value);
        }
        Distribution d = sketch.summary();
        assertThat(d.count()).isEqualTo(1_258);
        assertThat(d.max()).isEqualTo(1e308);
        assertThat(d.p50()).isZero();
        assertThat(d.p99()).isCloseTo(1e12, Percentage.withPercentage(2));
    }

    @Test
    void afterFiveHundredSeriesTheOthersShareOne() {
        for (int i = 0; i < 2_000; i++) {
            metrics.count("c", Map.of("k", "v" + i), 1);
        }
        metrics.count("c", Map.of("k", "v0"), 1);
        metrics.count("unrelated", Map.of("k", "v1999"), 1);

        assertThat(metrics.snapshot().counters().keySet().stream()
                        .filter(series -> series.name().equals("c")))
                .hasSize(500);
        assertThat(metrics.counter("c", Map.of("k", "v0"))).isEqualTo(2);
        assertThat(metrics.counter("c", Map.of("k", "other"))).isEqualTo(1_501);
        assertThat(metrics.counter("unrelated", Map.of("k", "v1999"))).isEqualTo(1);
        assertThat(dropped("series_limit")).isEqualTo(1_501);
    }

    @Test
    void aThousandNamesAreEnough() {
        for (int i = 0; i < 1_100; i++) {
            metrics.gauge("g" + i, Map.of(), 1);
        }
        assertThat(metrics.snapshot().gauges()).hasSize(1_000);
        assertThat(dropped("name_limit")).isEqualTo(100);
    }

    @Test
    void whatBreaksTheContractIsLeftOutAndCounted() {
        metrics.count("c", A, 1);
        metrics.count("c", A, -1);
        metrics.count("c", A, Double.NaN);
        metrics.record("d", A, Double.POSITIVE_INFINITY);
        metrics.record("c", A, 1);
        metrics.gauge("c", A, 1);
        metrics.count("c", Map.of("other", "a"), 1);

        assertThat(metrics.counter("c", A)).isEqualTo(1);
        assertThat(dropped("value")).isEqualTo(3);
        assertThat(dropped("kind")).isEqualTo(2);
        assertThat(dropped("label_keys")).isEqualTo(1);
        assertThat(metrics.snapshot().counters()).hasSize(4);
    }

    @Test
    void labelsThatReadAlikeAreStillTwoSeries() {
        metrics.count("c", Map.of("a", "x, b=y", "b", "z"), 1);
        metrics.count("c", Map.of("a", "x", "b", "y, b=z"), 1);

        assertThat(metrics.snapshot().counters()).hasSize(2);
    }

    @Test
    void theTableHasOneLinePerSeriesInOrder() {
        metrics.record("b.duration", Map.of("y", "2", "x", "1"), 0.25);
        metrics.count("a.total", Map.of("k", "line\nbreak"), 3);
        metrics.gauge("c.size", Map.of(), 1.5);

        assertThat(metrics.toString()).isEqualTo("""
            a.total{k=line?break}  3
            b.duration{x=1,y=2}    count=1 mean=0.2500 p50=0.2500 p95=0.2500 p99=0.2500 max=0.2500
            c.size{}               1.500
            """);
    }

    @Test
    void nothingIsLostBetweenThreads() throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<?>> done = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                done.add(threads.submit(() -> {
                    start.await();
                    for (int i = 0; i < 20_000; i++) {
                        metrics.count("c", Map.of("k", "v" + i % 700), 1);
                        metrics.record("d", A, 1);
                    }
                    return null;
                }));
            }
            start.countDown();
            for (Future<?> one : done) {
                one.get();
            }
        }

        InMemoryMetrics.Snapshot all = metrics.snapshot();
        assertThat(metrics.distribution("d", A).orElseThrow().count()).isEqualTo(160_000);
        assertThat(all.counters().entrySet().stream()
                        .filter(e -> e.getKey().name().equals("c"))
                        .mapToDouble(Map.Entry::getValue)
                        .sum())
                .isEqualTo(160_000);
        assertThat(all.counters().keySet().stream().filter(s -> s.name().equals("c")))
                .hasSize(500);
    }
}
