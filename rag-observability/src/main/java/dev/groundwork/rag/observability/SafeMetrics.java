package dev.groundwork.rag.observability;

import dev.groundwork.rag.MetricsSink;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Hands measurements of the registry's metrics to a sink of any make, with labels that are safe: no value longer than a
 * name or with a URL's secrets, at most {@link #MAX_LABEL_VALUES} values of each label, at most
 * {@link SeriesLimit#MAX_SERIES} series of each metric. What the sink throws is counted and goes no further. Thread-safe.
 */
final class SafeMetrics {

    /** The distinct values of a label; a pool or an index with more is rare. */
    static final int MAX_LABEL_VALUES = 50;

    private final MetricsSink sink;
    private final LongAdder failures = new LongAdder();
    private final Map<Metric, SeriesLimit> limits = new EnumMap<>(Metric.class);
    private final Map<String, Values> values = new ConcurrentHashMap<>();

    SafeMetrics(MetricsSink sink) {
        this.sink = Objects.requireNonNull(sink, "sink");
        for (Metric metric : Metric.values()) {
            limits.put(metric, new SeriesLimit(SeriesLimit.MAX_SERIES));
        }
    }

    /** Returns how many measurements were lost because the sink threw. */
    long failures() {
        return failures.sum();
    }

    /** Counts what failed before it came here. */
    void failed() {
        failures.increment();
    }

    /**
     * Hands over a value the way that the metric's kind asks for; one that is not finite is left out.
     *
     * @param labels in the order of {@link Metric#labelKeys()}
     */
    void take(Metric metric, double value, String... labels) {
        if (!Double.isFinite(value)) {
            return;
        }
        try {
            List<String> keys = metric.labelKeys();
            String[] bounded = new String[labels.length];
            for (int i = 0; i < labels.length; i++) {
                bounded[i] = bounded(keys.get(i), labels[i]);
            }
            Map<String, String> wanted = metric.labels(bounded);
            Map<String, String> admitted =
                    Objects.requireNonNull(limits.get(metric)).admit(wanted);
            hand(metric, Map.copyOf(admitted), value);
            if (!admitted.equals(wanted)) {
                Metric dropped = Metric.TELEMETRY_DROPPED;
                hand(dropped, Map.copyOf(dropped.labels("metrics", "series_limit")), 1);
            }
        } catch (Throwable e) { // telemetry that fails, for whatever reason, must not fail a question
            failures.increment();
        }
    }

    private void hand(Metric metric, Map<String, String> labels, double value) {
        switch (metric.kind()) {
            case COUNTER -> sink.count(metric.metricName(), labels, value);
            case GAUGE -> sink.gauge(metric.metricName(), labels, value);
            case HISTOGRAM -> sink.record(metric.metricName(), labels, value);
        }
    }

    private String bounded(String key, String value) {
        return values.computeIfAbsent(key, k -> new Values()).bounded(value);
    }

    /** The values that one label has had. */
    private static final class Values {

        private final Set<String> known = ConcurrentHashMap.newKeySet();

        String bounded(String value) {
            String name = SafeText.name(value);
            if (known.contains(name)) {
                return name;
            }
            synchronized (this) {
                if (known.size() < MAX_LABEL_VALUES || known.contains(name)) {
                    known.add(name);
                    return name;
                }
            }
            return SafeText.OTHER;
        }
    }
}
