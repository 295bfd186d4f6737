package dev.groundwork.rag.observability;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The series of one sink: a bounded number of names, for each name one kind and one set of label keys, and for each name
 * at most {@link SeriesLimit#MAX_SERIES} series. A measurement that does not fit is left out, and its reason handed to
 * who counts. Thread-safe.
 *
 * @param <F> what a backend keeps of a name
 * @param <C> what a backend keeps of a series
 */
final class SeriesTable<F, C> {

    static final int MAX_NAMES = 1_000;

    /** Makes a backend's part of names and series. */
    interface Backend<F, C> {

        /** Makes what is kept of a name. What it throws makes the name one that is left out. */
        F family(Spec spec);

        /** Makes what is kept of a series; the labels have the keys of {@link Spec#labelKeys()}. */
        C series(F family, Spec spec, Map<String, String> labels);
    }

    /**
     * What a name means: as the registry says, or else as it was used first.
     *
     * @param name the dotted name
     * @param labelKeys in the order of the registry, or else sorted
     * @param buckets empty unless it is a histogram
     */
    record Spec(
            String name,
            String description,
            Metric.Kind kind,
            Metric.Unit unit,
            List<Double> buckets,
            List<String> labelKeys) {

        static Spec of(Metric metric) {
            return new Spec(
                    metric.metricName(),
                    metric.description(),
                    metric.kind(),
                    metric.unit(),
                    metric.buckets(),
                    metric.labelKeys());
        }

        static Spec of(String name, Metric.Kind kind, Set<String> labelKeys) {
            return Metric.of(name)
                    .map(Spec::of)
                    .orElseGet(() -> new Spec(
                            name,
                            "",
                            kind,
                            Metric.Unit.NONE,
                            kind == Metric.Kind.HISTOGRAM ? Buckets.OTHERS : List.of(),
                            List.copyOf(new TreeSet<>(labelKeys))));
        }

        /** Returns the values of the labels in the order of the keys. */
        String[] values(Map<String, String> labels) {
            return labelKeys.stream().map(labels::get).toArray(String[]::new);
        }
    }

    private final Backend<F, C> backend;
    private final Consumer<String> dropped;
    private final ConcurrentMap<String, Family<F, C>> families = new ConcurrentHashMap<>();

    /**
     * Makes one that is empty.
     *
     * @param dropped receives the reason whenever a measurement is left out or its labels are replaced
     */
    SeriesTable(Backend<F, C> backend, Consumer<String> dropped) {
        this.backend = backend;
        this.dropped = dropped;
    }

    /** Returns the series that takes this measurement; {@code null} where it must be left out, which has been told. */
    @Nullable
    C admit(Metric.Kind kind, String name, Map<String, String> labels, double value) {
        if (!Double.isFinite(value) || (kind == Metric.Kind.COUNTER && value < 0)) {
            return drop("value");
        }
        Family<F, C> family = families.get(name);
        if (family == null) {
            family = open(kind, name, labels.keySet());
            if (family == null) {
                return drop("name_limit");
            }
        }
        if (family.spec.kind() != kind) {
            return drop("kind");
        }
        if (!family.keys.equals(labels.keySet())) {
            return drop("label_keys");
        }
        F part = family.part;
        if (part == null) {
            return drop("backend");
        }
        C known = family.cells.get(labels);
        if (known != null) {
            return known;
        }
        Map<String, String> admitted = family.limit.admit(labels);
        if (!admitted.equals(labels)) {
            dropped.accept("series_limit");
        }
        Family<F, C> opened = family;
        return family.cells.computeIfAbsent(Map.copyOf(admitted), l -> backend.series(part, opened.spec, l));
    }

    private @Nullable Family<F, C> open(Metric.Kind kind, String name, Set<String> keys) {
        synchronized (families) {
            if (families.size() >= MAX_NAMES && !families.containsKey(name)) {
                return null;
            }
            return families.computeIfAbsent(name, n -> {
                Spec spec = Spec.of(n, kind, keys);
                F part;
                try {
                    part = backend.family(spec);
                } catch (RuntimeException e) { // a name that the backend can't take, or has taken already
                    part = null;
                }
                return new Family<>(spec, part);
            });
        }
    }

    /** Shows every series that there is. */
    void forEach(BiConsumer<Spec, Map.Entry<Map<String, String>, C>> each) {
        families.values().forEach(family -> family.cells.entrySet().forEach(cell -> each.accept(family.spec, cell)));
    }

    /** Shows what the backend keeps of every name. */
    void forEachFamily(Consumer<F> each) {
        families.values().forEach(family -> {
            if (family.part != null) {
                each.accept(family.part);
            }
        });
    }

    private @Nullable C drop(String reason) {
        dropped.accept(reason);
        return null;
    }

    /** All series of one name. */
    private static final class Family<F, C> {

        final Spec spec;
        final @Nullable F part;
        final Set<String> keys;
        final SeriesLimit limit = new SeriesLimit(SeriesLimit.MAX_SERIES);
        final ConcurrentMap<Map<String, String>, C> cells = new ConcurrentHashMap<>();

        Family(Spec spec, @Nullable F part) {
            this.spec = spec;
            this.part = part;
            this.keys = Set.copyOf(spec.labelKeys());
        }
    }

    /** Counts by reason what is left out; reasons are few. */
    static final class Drops implements Consumer<String> {

        private final ConcurrentMap<String, LongAdder> byReason = new ConcurrentHashMap<>();

        @Override
        public void accept(String reason) {
            byReason.computeIfAbsent(reason, r -> new LongAdder()).increment();
        }

        void forEach(BiConsumer<String, Long> each) {
            byReason.forEach((reason, count) -> each.accept(reason, count.sum()));
        }
    }
}
