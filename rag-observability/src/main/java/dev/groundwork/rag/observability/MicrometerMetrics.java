package dev.groundwork.rag.observability;

import dev.groundwork.rag.MetricsSink;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps measurements in a registry of Micrometer, which hands them to the backend that the application has chosen. In a
 * Spring Boot application the registry is a bean.
 *
 * <pre>{@code
 * MetricsSink metrics = MicrometerMetrics.to(meterRegistry);
 * Rag rag = Rag.builder()....listener(MetricsListener.to(metrics)).build();
 * }</pre>
 *
 * <p>Names, buckets and labels are those of {@link Metric}; a name that is not there is taken as it is used first. Durations
 * are distribution summaries in seconds, not timers, so that their buckets are the same as in every other binding. At most
 * 500 series per name, after which {@code other} takes the rest; what does not fit is counted in
 * {@code rag.telemetry.dropped}. Micrometer's registry for Prometheus adds a series {@code _max} to each histogram.
 *
 * <p>Thread-safe, does not block. Needs {@code io.micrometer:micrometer-core}. Meters stay in the registry until it is
 * closed; a filter of the registry that takes or renames labels is obeyed.
 */
public final class MicrometerMetrics implements MetricsSink {

    private final BoundedSink<SeriesTable.Spec> sink;

    private MicrometerMetrics(MeterRegistry registry) {
        this.sink = new BoundedSink<>("micrometer", new Backend(registry));
    }

    /** Returns one that registers its meters here, each when it is first used. */
    public static MicrometerMetrics to(MeterRegistry registry) {
        return new MicrometerMetrics(Objects.requireNonNull(registry, "registry"));
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

    /** Makes meters. */
    private record Backend(MeterRegistry registry) implements SeriesTable.Backend<SeriesTable.Spec, DoubleConsumer> {

        @Override
        public SeriesTable.Spec family(SeriesTable.Spec spec) {
            return spec;
        }

        @Override
        public DoubleConsumer series(SeriesTable.Spec family, SeriesTable.Spec spec, Map<String, String> labels) {
            List<Tag> tags = spec.labelKeys().stream()
                    .map(key -> Tag.of(key, Objects.requireNonNull(labels.get(key))))
                    .toList();
            String unit = spec.unit() == Metric.Unit.NONE ? null : spec.unit().word();
            return switch (spec.kind()) {
                case COUNTER ->
                    Counter.builder(spec.name())
                            .description(spec.description())
                            .baseUnit(unit)
                            .tags(tags)
                            .register(registry)::increment;
                case GAUGE -> gauge(spec, unit, tags);
                case HISTOGRAM ->
                    DistributionSummary.builder(spec.name())
                            .description(spec.description())
                            .baseUnit(unit)
                            .tags(tags)
                            .serviceLevelObjectives(spec.buckets().stream()
                                    .mapToDouble(Double::doubleValue)
                                    .toArray())
                            .register(registry)::record;
            };
        }

        private DoubleConsumer gauge(SeriesTable.Spec spec, @Nullable String unit, List<Tag> tags) {
            Last last = new Last();
            Meter unused = Gauge.builder(spec.name(), last, value -> value.value)
                    .description(spec.description())
                    .baseUnit(unit)
                    .tags(tags)
                    .strongReference(true)
                    .register(registry);
            return last;
        }
    }

    /** What a gauge was set to. */
    private static final class Last implements DoubleConsumer {

        private volatile double value;

        @Override
        public void accept(double set) {
            value = set;
        }
    }
}
