package dev.groundwork.rag.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.MetricsSink;
import io.opentelemetry.exporter.prometheus.PrometheusMetricReader;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What each binding's scrape looks like, to the letter. */
class ScrapeTest {

    private static final Path GOLDEN = Path.of("src/test/resources/dev/groundwork/rag/observability");

    /** Writes each metric of the registry once, with the value 2 and each label's key as its value. */
    private static void writeAll(MetricsSink sink) {
        for (Metric metric : Metric.values()) {
            Map<String, String> labels = metric.labels(metric.labelKeys().toArray(String[]::new));
            switch (metric.kind()) {
                case COUNTER -> sink.count(metric.metricName(), labels, 2);
                case GAUGE -> sink.gauge(metric.metricName(), labels, 2);
                case HISTOGRAM -> sink.record(metric.metricName(), labels, 2);
            }
        }
    }

    private static String scrape(Binding binding) {
        Binding.Bound bound = binding.open();
        writeAll(bound.sink());
        return bound.scrape().get();
    }

    /** Backends write names in different orders; lines of one name keep theirs. */
    private static String sorted(String scrape) {
        return scrape.lines().sorted().collect(Collectors.joining("\n", "", "\n"));
    }

    @ParameterizedTest
    @EnumSource
    void eachBindingWritesItsGoldenText(Binding binding) throws IOException {
        Golden.check(GOLDEN.resolve("scrape-" + Finished.lower(binding) + ".txt"), sorted(scrape(binding)));
    }

    @Test
    void prometheusAndOpenTelemetryWriteTheSameText() {
        assertThat(sorted(scrape(Binding.OPENTELEMETRY)).replace("opentelemetry", "prometheus"))
                .isEqualTo(sorted(scrape(Binding.PROMETHEUS)));
    }

    @Test
    void micrometerWritesTheSameTextAndAMaximumOfEachHistogram() {
        List<String> histograms = Arrays.stream(Metric.values())
                .filter(metric -> metric.kind() == Metric.Kind.HISTOGRAM)
                .map(metric -> metric.prometheusName() + "_max")
                .toList();
        Scrape micrometer = Scrape.parse(scrape(Binding.MICROMETER));
        Scrape prometheus = Scrape.parse(scrape(Binding.PROMETHEUS));

        Set<String> more = new TreeSet<>(micrometer.labels().keySet());
        more.removeAll(prometheus.labels().keySet());
        assertThat(more).containsExactlyInAnyOrderElementsOf(histograms);
        String others = sorted(scrape(Binding.MICROMETER))
                .lines()
                .filter(line -> histograms.stream().noneMatch(name -> line.matches("(# \\w+ )?" + name + "[ {].*")))
                .collect(Collectors.joining("\n", "", "\n"));
        assertThat(others.replace("micrometer", "prometheus")).isEqualTo(sorted(scrape(Binding.PROMETHEUS)));
    }

    @Test
    void openTelemetryAddsItsScopeAndTargetWhereTheExporterIsNotToldOtherwise() {
        Binding.Bound bound = Binding.openTelemetry(PrometheusMetricReader.create());
        writeAll(bound.sink());
        Scrape asIs = Scrape.parse(bound.scrape().get());
        Scrape prometheus = Scrape.parse(scrape(Binding.PROMETHEUS));

        Set<String> more = new TreeSet<>(asIs.labels().keySet());
        more.removeAll(prometheus.labels().keySet());
        assertThat(more).containsExactly("target_info");
        prometheus.labels().forEach((name, keys) -> {
            Set<String> with = new TreeSet<>(keys);
            with.add("otel_scope_name");
            assertThat(asIs.labels()).containsEntry(name, with);
        });
    }

    @ParameterizedTest
    @EnumSource
    void theRegistrysNamesTypesLabelsAndBucketsAreThoseOfTheScrape(Binding binding) {
        Scrape scrape = Scrape.parse(scrape(binding));
        for (Metric metric : Metric.values()) {
            String name = metric.prometheusName();
            assertThat(scrape.types()).containsEntry(name, Finished.lower(metric.kind()));
            Set<String> keys = metric.labelKeys().stream()
                    .map(key -> key.replace('.', '_'))
                    .collect(Collectors.toCollection(TreeSet::new));
            if (metric.kind() != Metric.Kind.HISTOGRAM) {
                assertThat(scrape.labels()).containsEntry(name, keys);
                continue;
            }
            assertThat(scrape.labels()).containsEntry(name + "_sum", keys).containsEntry(name + "_count", keys);
            List<Double> bounds = scrape.values().keySet().stream()
                    .filter(line -> line.startsWith(name + "_bucket{"))
                    .map(line -> line.replaceAll(".*le=\"([^\"]*)\".*", "$1"))
                    .filter(bound -> !bound.equals("+Inf"))
                    .map(Double::valueOf)
                    .toList();
            assertThat(bounds).as(name).isEqualTo(metric.buckets());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMeasurementThatBreaksTheContractIsLeftOutAndCounted(Binding binding) {
        Binding.Bound bound = binding.open();
        MetricsSink sink = bound.sink();
        Map<String, String> labels = Map.of("retriever", "x");
        sink.count("rag.retrieval.empty", labels, -1);
        sink.count("rag.retrieval.empty", labels, Double.NaN);
        sink.gauge("rag.retrieval.empty", labels, 1);
        sink.count("rag.retrieval.empty", Map.of("leg", "x"), 1);
        sink.count("rag.retrieval.empty", labels, 3);

        String scrape = bound.scrape().get();
        String name = Finished.lower(binding);
        assertThat(Scrape.parse(scrape).values())
                .containsEntry("rag_retrieval_empty_total{retriever=\"x\"}", 3.0)
                .containsEntry("rag_telemetry_dropped_total{reason=\"value\",sink=\"" + name + "\"}", 2.0)
                .containsEntry("rag_telemetry_dropped_total{reason=\"kind\",sink=\"" + name + "\"}", 1.0)
                .containsEntry("rag_telemetry_dropped_total{reason=\"label_keys\",sink=\"" + name + "\"}", 1.0)
                .containsEntry("rag_telemetry_dropped_total{reason=\"series_limit\",sink=\"" + name + "\"}", 0.0);
    }

    @ParameterizedTest
    @EnumSource
    void aNameThatIsNotInTheRegistryIsTakenAsItIsUsedFirst(Binding binding) {
        Binding.Bound bound = binding.open();
        bound.sink().count("shop.orders", Map.of("b", "2", "a", "1"), 5);
        bound.sink().record("shop.wait", Map.of(), 0.5);
        bound.sink().gauge("shop.open", Map.of("where", "here"), 7);
        bound.sink().gauge("shop.open", Map.of("where", "here"), 6);

        assertThat(Scrape.parse(bound.scrape().get()).values())
                .containsEntry("shop_orders_total{a=\"1\",b=\"2\"}", 5.0)
                .containsEntry("shop_wait_count", 1.0)
                .containsEntry("shop_wait_bucket{le=\"0.256\"}", 0.0)
                .containsEntry("shop_wait_bucket{le=\"1.024\"}", 1.0)
                .containsEntry("shop_open{where=\"here\"}", 6.0);
    }

    @Test
    void aSecondOneOnTheSameRegistryIsRefusedUntilTheFirstIsClosed() {
        PrometheusRegistry registry = new PrometheusRegistry();
        PrometheusMetrics first = PrometheusMetrics.to(registry);
        writeAll(first);
        assertThatThrownBy(() -> PrometheusMetrics.to(registry))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rag_telemetry_dropped_total");
        first.close();
        first.close();
        assertThat(registry.scrape().stream()).isEmpty();
        PrometheusMetrics second = PrometheusMetrics.to(registry);
        writeAll(second);
        assertThat(registry.scrape().stream()).isNotEmpty();
    }

    @Test
    void aNameThatTheRegistryHasFromSomebodyElseIsLeftOutAndCounted() {
        PrometheusRegistry registry = new PrometheusRegistry();
        registry.register(io.prometheus.metrics.core.metrics.Counter.builder()
                .name("rag_retrieval_empty")
                .build());
        PrometheusMetrics sink = PrometheusMetrics.to(registry);
        sink.count("rag.retrieval.empty", Map.of("retriever", "x"), 1);
        sink.count("rag.retrieval.empty", Map.of("retriever", "x"), 1);
        assertThat(registry.scrape().stream()
                        .filter(one -> one.getMetadata().getName().equals("rag_telemetry_dropped"))
                        .flatMap(one -> one.getDataPoints().stream())
                        .filter(point -> "backend".equals(point.getLabels().get("reason")))
                        .map(point -> ((io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot)
                                        point)
                                .getValue()))
                .containsExactly(2.0);
    }
}
