package dev.groundwork.rag.observability;

import dev.groundwork.rag.MetricsSink;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;

/**
 * What all bindings share: a {@link SeriesTable} whose series take values, and a count of what was left out in
 * {@code rag.telemetry.dropped}, which is 0 from the start for each reason, so that its increase can be seen. Thread-safe.
 *
 * @param <F> what the backend keeps of a name
 */
final class BoundedSink<F> implements MetricsSink {

    private static final List<String> REASONS =
            List.of("backend", "kind", "label_keys", "name_limit", "series_limit", "value");

    private final SeriesTable<F, DoubleConsumer> table;
    private final Map<String, DoubleConsumer> drops = new TreeMap<>();

    /**
     * Makes one.
     *
     * @param sink the value of the label {@code sink} in {@code rag.telemetry.dropped}
     */
    BoundedSink(String sink, SeriesTable.Backend<F, DoubleConsumer> backend) {
        this.table = new SeriesTable<>(backend, this::dropped);
        Metric metric = Metric.TELEMETRY_DROPPED;
        for (String reason : REASONS) {
            DoubleConsumer series = table.admit(metric.kind(), metric.metricName(), metric.labels(sink, reason), 0);
            if (series != null) {
                series.accept(0);
                drops.put(reason, series);
            }
        }
    }

    private void dropped(String reason) {
        DoubleConsumer series = drops.get(reason);
        if (series != null) {
            series.accept(1);
        }
    }

    @Override
    public void count(String name, Map<String, String> labels, double amount) {
        take(Metric.Kind.COUNTER, name, labels, amount);
    }

    @Override
    public void record(String name, Map<String, String> labels, double value) {
        take(Metric.Kind.HISTOGRAM, name, labels, value);
    }

    @Override
    public void gauge(String name, Map<String, String> labels, double value) {
        take(Metric.Kind.GAUGE, name, labels, value);
    }

    private void take(Metric.Kind kind, String name, Map<String, String> labels, double value) {
        DoubleConsumer series = table.admit(kind, name, labels, value);
        if (series != null) {
            series.accept(value);
        }
    }

    void forEachFamily(Consumer<F> each) {
        table.forEachFamily(each);
    }
}
