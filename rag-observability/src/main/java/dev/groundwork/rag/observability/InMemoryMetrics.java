package dev.groundwork.rag.observability;

import dev.groundwork.rag.MetricsSink;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Keeps measurements in this process, for tests and small tools. {@link #toString()} is a table of them all.
 *
 * <p>Memory is bounded: at most 500 series per name, after which {@code other} takes the rest, and at most 1,000 names. A
 * measurement that breaks the contract of {@link MetricsSink} is left out. Both are counted in
 * {@code rag.telemetry.dropped}, with the reasons {@code series_limit}, {@code name_limit}, {@code label_keys} (other
 * keys than before for that name), {@code kind} (for instance a counter that was a gauge before) and {@code value} (not
 * finite, or a negative amount).
 *
 * <p>Thread-safe; does not block but for moments; never throws for a measurement. Holds nothing that must be closed.
 */
public final class InMemoryMetrics implements MetricsSink {

    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    private static final Comparator<Series> BY_NAME =
            Comparator.comparing(Series::name).thenComparing(Series::labels, InMemoryMetrics::compare);

    private final SeriesTable.Drops dropped = new SeriesTable.Drops();
    private final SeriesTable<Metric.Kind, Cell> table = new SeriesTable<>(new Cells(), dropped);

    /** Makes one that is empty. */
    public InMemoryMetrics() {}

    /**
     * One line of measurements.
     *
     * @param name the metric, for instance {@code rag.hop.duration}
     * @param labels its labels, sorted by key
     */
    public record Series(String name, Map<String, String> labels) {

        /** Checks and copies. */
        public Series {
            Objects.requireNonNull(name, "name");
            labels = Collections.unmodifiableMap(new TreeMap<>(labels));
        }

        /** Returns name and labels in one line, for instance <code>rag.retrieval.empty{retriever=text}</code>. */
        @Override
        public String toString() {
            return name
                    + labels.entrySet().stream()
                            .map(label -> label.getKey() + "="
                                    + CONTROL.matcher(label.getValue()).replaceAll("?"))
                            .collect(Collectors.joining(",", "{", "}"));
        }
    }

    /**
     * All series at one moment, sorted by name and labels. Unmodifiable.
     *
     * @param counters what was added up
     * @param distributions what was recorded
     * @param gauges what was set last
     */
    public record Snapshot(
            Map<Series, Double> counters, Map<Series, Distribution> distributions, Map<Series, Double> gauges) {

        /** Copies. */
        public Snapshot {
            counters = Collections.unmodifiableMap(new LinkedHashMap<>(counters));
            distributions = Collections.unmodifiableMap(new LinkedHashMap<>(distributions));
            gauges = Collections.unmodifiableMap(new LinkedHashMap<>(gauges));
        }
    }

    @Override
    public void count(String name, Map<String, String> labels, double amount) {
        Cell cell = table.admit(Metric.Kind.COUNTER, name, labels, amount);
        if (cell != null) {
            cell.total.add(amount);
        }
    }

    @Override
    public void record(String name, Map<String, String> labels, double value) {
        Cell cell = table.admit(Metric.Kind.HISTOGRAM, name, labels, value);
        if (cell != null) {
            cell.sketch.add(value);
        }
    }

    @Override
    public void gauge(String name, Map<String, String> labels, double value) {
        Cell cell = table.admit(Metric.Kind.GAUGE, name, labels, value);
        if (cell != null) {
            cell.last = value;
        }
    }

    /** Returns a counter's value, 0 where nothing was counted. */
    public double counter(String name, Map<String, String> labels) {
        return snapshot().counters().getOrDefault(new Series(name, labels), 0.0);
    }

    /** Returns what was recorded, if anything was. */
    public Optional<Distribution> distribution(String name, Map<String, String> labels) {
        return Optional.ofNullable(snapshot().distributions().get(new Series(name, labels)));
    }

    /** Returns what a gauge was set to last, if it was set. */
    public Optional<Double> gauge(String name, Map<String, String> labels) {
        return Optional.ofNullable(snapshot().gauges().get(new Series(name, labels)));
    }

    /** Returns all there is. Each series is whole; what is measured meanwhile may be in one and not yet in another. */
    public Snapshot snapshot() {
        Map<Series, Double> counters = new TreeMap<>(BY_NAME);
        Map<Series, Distribution> distributions = new TreeMap<>(BY_NAME);
        Map<Series, Double> gauges = new TreeMap<>(BY_NAME);
        table.forEach((spec, one) -> {
            Series series = new Series(spec.name(), one.getKey());
            Cell cell = one.getValue();
            switch (spec.kind()) {
                case COUNTER -> counters.put(series, cell.total.sum());
                case GAUGE -> gauges.put(series, cell.last);
                case HISTOGRAM -> {
                    Distribution summary = cell.sketch.summary();
                    if (summary != null) {
                        distributions.put(series, summary);
                    }
                }
            }
        });
        dropped.forEach((reason, count) -> counters.merge(
                new Series(Metric.TELEMETRY_DROPPED.metricName(), Metric.TELEMETRY_DROPPED.labels("in-memory", reason)),
                (double) count,
                Double::sum));
        return new Snapshot(counters, distributions, gauges);
    }

    /** Returns a table: one line per series, with its value, or with count, mean, quantiles and maximum. */
    @Override
    public String toString() {
        Snapshot all = snapshot();
        Map<Series, String> lines = new TreeMap<>(BY_NAME);
        all.counters().forEach((series, value) -> lines.put(series, number(value)));
        all.gauges().forEach((series, value) -> lines.put(series, number(value)));
        all.distributions()
                .forEach((series, d) -> lines.put(
                        series,
                        String.format(
                                Locale.ROOT,
                                "count=%d mean=%s p50=%s p95=%s p99=%s max=%s",
                                d.count(),
                                number(d.mean()),
                                number(d.p50()),
                                number(d.p95()),
                                number(d.p99()),
                                number(d.max()))));
        int width = lines.keySet().stream()
                .mapToInt(s -> s.toString().length())
                .max()
                .orElse(0);
        StringBuilder table = new StringBuilder();
        lines.forEach((series, value) -> {
            String name = series.toString();
            table.append(name)
                    .append(" ".repeat(width - name.length() + 2))
                    .append(value)
                    .append('\n');
        });
        return table.toString();
    }

    /** Compares the labels of one name, key by key; both are sorted. */
    private static int compare(Map<String, String> a, Map<String, String> b) {
        Iterator<Map.Entry<String, String>> other = b.entrySet().iterator();
        for (Map.Entry<String, String> label : a.entrySet()) {
            if (!other.hasNext()) {
                return 1;
            }
            Map.Entry<String, String> next = other.next();
            int difference = label.getKey().compareTo(next.getKey());
            if (difference == 0) {
                difference = label.getValue().compareTo(next.getValue());
            }
            if (difference != 0) {
                return difference;
            }
        }
        return other.hasNext() ? -1 : 0;
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, "%.4g", value);
    }

    /** Keeps nothing of a name, and a cell of each series. */
    private static final class Cells implements SeriesTable.Backend<Metric.Kind, Cell> {

        @Override
        public Metric.Kind family(SeriesTable.Spec spec) {
            return spec.kind();
        }

        @Override
        public Cell series(Metric.Kind family, SeriesTable.Spec spec, Map<String, String> labels) {
            return new Cell();
        }
    }

    /** One series; which of the three is used depends on the kind. */
    private static final class Cell {

        final DoubleAdder total = new DoubleAdder();
        final Sketch sketch = new Sketch();
        volatile double last;
    }
}
