package dev.groundwork.rag.observability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.LlmPool;
import dev.groundwork.rag.MetricsSink;
import dev.groundwork.rag.Rag;
import dev.groundwork.rag.RagBuilder;
import dev.groundwork.rag.SegmentIndex;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The README's snippets are compiled and run here, and its table is the registry. */
class MetricsReadmeTest {

    private static final Path README = Path.of("README.md");
    private static final String START = "<!-- metrics -->\n";
    private static final String END = "<!-- /metrics -->\n";
    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    private final World world = new World();
    private final SegmentIndex index = world.index;
    private final LlmPool pool = world.pool;
    private final RagBuilder builder = world.rag();

    private final Model model = new Model();

    /** Stands for the model of a sibling module. */
    private static final class Model {
        long memoryBytes() {
            return 34_014_426;
        }
    }

    private void measure(MetricsSink metrics) {
        Rag rag = builder.listener(MetricsListener.to(metrics)).build();
        ProcessMetrics process = ProcessMetrics.to(metrics)
                .rag(rag) // threads that are busy
                .index("docs", index) // its size
                .model("bge-small", model::memoryBytes) // its weights
                .pool(pool) // each member's state, limits left, tokens, cost
                .start(); // every 15 s, until it is closed
        try (rag;
                process) {
            rag.ask("When?");
        }
    }

    @Test
    void prometheus() {
        PrometheusRegistry registry = new PrometheusRegistry();
        MetricsSink metrics = PrometheusMetrics.to(registry); // io.prometheus:prometheus-metrics-core, 1.x
        measure(metrics);
        assertThat(registry.scrape().stream()).hasSizeGreaterThan(20);
    }

    @Test
    void micrometer() {
        MeterRegistry meterRegistry = new SimpleMeterRegistry();
        MetricsSink metrics = MicrometerMetrics.to(meterRegistry); // io.micrometer:micrometer-core
        measure(metrics);
        assertThat(meterRegistry.getMeters()).hasSizeGreaterThan(20);
    }

    @Test
    void openTelemetry() {
        OpenTelemetry openTelemetry = OpenTelemetry.noop();
        MetricsSink metrics = OpenTelemetryMetrics.to(openTelemetry); // io.opentelemetry:opentelemetry-api
        measure(metrics);
    }

    @Test
    void inMemory() {
        InMemoryMetrics metrics = new InMemoryMetrics(); // no backend; metrics.toString() is a table
        measure(metrics);
        assertThat(metrics.gauge("rag.query.active", Map.of("pipeline", "docs")))
                .contains(0.0);
    }

    @Test
    void flightRecorder() {
        // jcmd PID JFR.start name=rag filename=rag.jfr
        Rag rag = builder.listener(FlightRecorderEvents.create()).build();
        try (rag) {
            assertThat(rag.ask("When?").text()).isNotEmpty();
        }
    }

    @Test
    void everySnippetOfTheReadmesMetricsIsCompiledHere() throws IOException {
        String readme = Files.readString(README);
        String section = readme.substring(readme.indexOf("\n## Metrics\n"), readme.indexOf(START));
        String here = plain(
                Files.readString(Path.of("src/test/java/dev/groundwork/rag/observability/MetricsReadmeTest.java")));
        List<String> blocks = new ArrayList<>();
        Matcher block = JAVA_BLOCK.matcher(section);
        while (block.find()) {
            blocks.add(plain(block.group(1)));
        }
        assertThat(blocks).hasSize(6).allSatisfy(one -> assertThat(here).contains(one));
    }

    private static String plain(String code) {
        return code.lines().map(String::strip).collect(Collectors.joining("\n"));
    }

    @Test
    void theTableIsTheRegistry() throws IOException {
        String readme = Files.readString(README);
        int from = readme.indexOf(START) + START.length();
        int to = readme.indexOf(END);
        Golden.check(README, readme.substring(0, from) + table() + readme.substring(to));
    }

    private static String table() {
        StringBuilder table =
                new StringBuilder("| Name | In Prometheus | Type | Labels | What |\n|---|---|---|---|---|\n");
        for (Metric metric : Metric.values()) {
            String labels =
                    metric.labelKeys().stream().map(key -> "`" + key + "`").collect(Collectors.joining(", "));
            table.append("| `")
                    .append(metric.metricName())
                    .append("` | `")
                    .append(metric.prometheusName())
                    .append("` | ")
                    .append(Finished.lower(metric.kind()))
                    .append(" | ")
                    .append(labels)
                    .append(" | ")
                    .append(metric.description())
                    .append(bounds(metric))
                    .append(" |\n");
        }
        return table.toString();
    }

    private static String bounds(Metric metric) {
        if (metric.buckets().isEmpty()) {
            return "";
        }
        return "; " + metric.buckets().size() + " buckets from "
                + metric.buckets().getFirst() + " to " + metric.buckets().getLast();
    }
}
