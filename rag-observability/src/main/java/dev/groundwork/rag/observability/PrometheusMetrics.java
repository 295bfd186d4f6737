package dev.groundwork.rag.observability;

import dev.groundwork.rag.MetricsSink;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.MetricWithFixedMetadata;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.PrometheusNaming;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleConsumer;

/**
 * Keeps measurements in a registry of the Prometheus client, which serves them to a Prometheus server.
 *
 * <pre>{@code
 * MetricsSink metrics = PrometheusMetrics.to(PrometheusRegistry.defaultRegistry);
 * Rag rag = Rag.builder()....listener(MetricsListener.to(metrics)).build();
 * HTTPServer.builder().port(9400).buildAndStart();           // of prometheus-metrics-exporter-httpserver
 * }</pre>
 *
 * <p>Names, buckets and labels are those of {@link Metric}; a name that is not there is taken as it is used first. At most
 * 500 series per name, after which {@code other} takes the rest; what does not fit is counted in
 * {@code rag_telemetry_dropped_total}.
 *
 * <p>Thread-safe, does not block. Needs {@code io.prometheus:prometheus-metrics-core}. {@link #close()} takes its metrics
 * out of the registry; one that is never closed stays there as long as the registry.
 */
public final class PrometheusMetrics implements MetricsSink, AutoCloseable {

    private final PrometheusRegistry registry;
    private final BoundedSink<MetricWithFixedMetadata> sink;

    private PrometheusMetrics(PrometheusRegistry registry) {
        this.registry = registry;
        this.sink = new BoundedSink<>("prometheus", new Backend(registry));
    }

    /**
     * Returns one that registers its metrics here, each when it is first used.
     *
     * @throws IllegalArgumentException if another one does so already
     */
    public static PrometheusMetrics to(PrometheusRegistry registry) {
        Objects.requireNonNull(registry, "registry");
        String name = Metric.TELEMETRY_DROPPED.prometheusName();
        // The client asks for a counter's name without its suffix.
        if (registry.scrape(one -> name.equals(one) || name.equals(one + "_total")).stream()
                .findAny()
                .isPresent()) {
            throw new IllegalArgumentException(
                    "the registry has " + name + " already: use one PrometheusMetrics for all pipelines");
        }
        return new PrometheusMetrics(registry);
    }

    @Override
    public void count(String name, Map<String, String> labels, double amount) {
        sink.count(name, labels, amount);
    }

    @Override
    public void record(String name, Map<String, String> labels, double value) {
        sink.record(name, labels, value);
    }

    @Override
    public void gauge(String name, Map<String, String> labels, double value) {
        sink.gauge(name, labels, value);
    }

    /** Takes its metrics out of the registry. What is measured later is kept nowhere to be seen. May be called twice. */
    @Override
    public void close() {
        sink.forEachFamily(registry::unregister);
    }

    /** Makes the client's metrics. */
    private record Backend(PrometheusRegistry registry)
            implements SeriesTable.Backend<MetricWithFixedMetadata, DoubleConsumer> {

        @Override
        public MetricWithFixedMetadata family(SeriesTable.Spec spec) {
            String name = PrometheusNaming.sanitizeMetricName(spec.name().replace('.', '_'));
            String[] keys = spec.labelKeys().stream()
                    .map(key -> PrometheusNaming.sanitizeLabelName(key.replace('.', '_')))
                    .toArray(String[]::new);
            String unit =
                    spec.unit() == Metric.Unit.NONE ? "" : "_" + spec.unit().word();
            MetricWithFixedMetadata metric = switch (spec.kind()) {
                case COUNTER ->
                    Counter.builder()
                            .name(name + unit)
                            .help(spec.description())
                            .labelNames(keys)
                            .build();
                case GAUGE ->
                    Gauge.builder()
                            .name(name + unit)
                            .help(spec.description())
                            .labelNames(keys)
                            .build();
                case HISTOGRAM ->
                    Histogram.builder()
                            .name(name + unit)
                            .help(spec.description())
                            .labelNames(keys)
                            .classicOnly()
                            .classicUpperBounds(spec.buckets().stream()
                                    .mapToDouble(Double::doubleValue)
                                    .toArray())
                            .build();
            };
            registry.register(metric);
            return metric;
        }

        @Override
        public DoubleConsumer series(
                MetricWithFixedMetadata family, SeriesTable.Spec spec, Map<String, String> labels) {
            String[] values = spec.values(labels);
            return switch (family) {
                case Counter counter -> counter.labelValues(values)::inc;
                case Gauge gauge -> gauge.labelValues(values)::set;
                case Histogram histogram -> histogram.labelValues(values)::observe;
                default -> throw new IllegalStateException("no such metric is made here");
            };
        }
    }
}
