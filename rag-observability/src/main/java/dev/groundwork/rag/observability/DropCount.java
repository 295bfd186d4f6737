package dev.groundwork.rag.observability;

import dev.groundwork.rag.MetricsSink;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts what did not get into a log, by reason, for whoever asks and for the metric {@code rag.telemetry.dropped}. */
final class DropCount {

    private final String sink;
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
    private final @Nullable MetricsSink metrics;

    DropCount(String sink, @Nullable MetricsSink metrics) {
        this.sink = sink;
        this.metrics = metrics;
    }

    void add(String reason) {
        counts.computeIfAbsent(reason, key -> new LongAdder()).increment();
        MetricsSink to = metrics;
        if (to != null) {
            try {
                Metric dropped = Metric.TELEMETRY_DROPPED;
                to.count(dropped.metricName(), Map.copyOf(dropped.labels(sink, reason)), 1);
            } catch (Throwable e) { // the count here is right all the same
            }
        }
    }

    long count(String reason) {
        LongAdder count = counts.get(reason);
        return count == null ? 0 : count.sum();
    }

    Map<String, Long> byReason() {
        Map<String, Long> result = new TreeMap<>();
        counts.forEach((reason, count) -> result.put(reason, count.sum()));
        return result;
    }
}
