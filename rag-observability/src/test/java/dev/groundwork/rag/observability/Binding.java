package dev.groundwork.rag.observability;

import dev.groundwork.rag.MetricsSink;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.opentelemetry.exporter.prometheus.PrometheusMetricReader;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/** The bindings, each with a way to get its metrics as a Prometheus server would. */
enum Binding {
    PROMETHEUS {
        @Override
        Bound open() {
            PrometheusRegistry registry = new PrometheusRegistry();
            return new Bound(PrometheusMetrics.to(registry), () -> text(registry));
        }
    },
    MICROMETER {
        @Override
        Bound open() {
            PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            return new Bound(MicrometerMetrics.to(registry), registry::scrape);
        }
    },
    OPENTELEMETRY {
        @Override
        Bound open() {
            return openTelemetry(PrometheusMetricReader.builder()
                    .setOtelScopeLabelsEnabled(false)
                    .setTargetInfoMetricEnabled(false)
                    .build());
        }
    };

    /** A sink, and what a scrape of it gives. */
    record Bound(MetricsSink sink, Supplier<String> scrape) {}

    abstract Bound open();

    static Bound openTelemetry(PrometheusMetricReader reader) {
        PrometheusRegistry registry = new PrometheusRegistry();
        registry.register(reader);
        OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
                .setMeterProvider(
                        SdkMeterProvider.builder().registerMetricReader(reader).build())
                .build();
        return new Bound(OpenTelemetryMetrics.to(sdk), () -> text(registry));
    }

    private static String text(PrometheusRegistry registry) {
        try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
            PrometheusTextFormatWriter.create().write(out, registry.scrape());
            return out.toString(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
