package dev.groundwork.rag.observability;

import dev.groundwork.rag.MetricsSink;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.DoubleCounter;
import io.opentelemetry.api.metrics.DoubleGauge;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.Meter;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleConsumer;

/**
 * Hands measurements to OpenTelemetry, whose SDK or agent exports them to wherever it is set to.
 *
 * <pre>{@code
 * MetricsSink metrics = OpenTelemetryMetrics.to(GlobalOpenTelemetry.get());
 * Rag rag = Rag.builder()....listener(MetricsListener.to(metrics)).build();
 * }</pre>
 *
 * <p>Names, buckets and labels are those of {@link Metric}; a name that is not there is taken as it is used first. Buckets
 * are given as advice, which views of the SDK may overrule. At most 500 series per name, after which {@code other} takes
 * the rest; what does not fit is counted in {@code rag.telemetry.dropped}.
 *
 * <p>Thread-safe, does not block. Needs {@code io.opentelemetry:opentelemetry-api}.
 */
public final class OpenTelemetryMetrics implements MetricsSink {

    private static final String SCOPE = "dev.groundwork.rag";

    private final BoundedSink<OpenTelemetryMetrics.Instrument> sink;

    private OpenTelemetryMetrics(Meter meter) {
        this.sink = new BoundedSink<>("opentelemetry", new Backend(meter));
    }

    /** Returns one that hands measurements to this OpenTelemetry. */
    public static OpenTelemetryMetrics to(OpenTelemetry telemetry) {
        Objects.requireNonNull(telemetry, "telemetry");
        return new OpenTelemetryMetrics(telemetry.getMeter(SCOPE));
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

    /** Takes values of all series of one name. */
    @FunctionalInterface
    interface Instrument {
        void take(double value, Attributes attributes);
    }

    /** Makes instruments. */
    private record Backend(Meter meter) implements SeriesTable.Backend<Instrument, DoubleConsumer> {

        @Override
        public Instrument family(SeriesTable.Spec spec) {
            return switch (spec.kind()) {
                case COUNTER -> {
                    DoubleCounter counter = meter.counterBuilder(spec.name())
                            .ofDoubles()
                            .setDescription(spec.description())
                            .setUnit(spec.unit().ucum())
                            .build();
                    yield counter::add;
                }
                case GAUGE -> {
                    DoubleGauge gauge = meter.gaugeBuilder(spec.name())
                            .setDescription(spec.description())
                            .setUnit(spec.unit().ucum())
                            .build();
                    yield gauge::set;
                }
                case HISTOGRAM -> {
                    DoubleHistogram histogram = meter.histogramBuilder(spec.name())
                            .setDescription(spec.description())
                            .setUnit(spec.unit().ucum())
                            .setExplicitBucketBoundariesAdvice(spec.buckets())
                            .build();
                    yield histogram::record;
                }
            };
        }

        @Override
        public DoubleConsumer series(Instrument family, SeriesTable.Spec spec, Map<String, String> labels) {
            AttributesBuilder attributes = Attributes.builder();
            labels.forEach(attributes::put);
            Attributes built = attributes.build();
            return value -> family.take(value, built);
        }
    }
}
