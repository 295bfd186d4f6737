package dev.groundwork.rag.observability;

import dev.groundwork.rag.MetricsSink;
import dev.groundwork.rag.RagEvent;
import dev.groundwork.rag.RagListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Watches objectives in process: counts what is good and what is bad of each, computes how fast two windows burn the error
 * budget, and alerts.
 *
 * <pre>{@code
 * SloMonitor slos = SloMonitor.builder()
 *         .slo(Slo.latency(Duration.ofSeconds(2), 0.95))
 *         .slo(Slo.errors(0.99))
 *         .slo(Slo.abstentions(0.2))
 *         .listener(log)
 *         .metrics(sink)
 *         .build();
 * Rag rag = Rag.builder()....listener(slos).build();
 * }</pre>
 *
 * <p>An alert is a {@link RagEvent.AlertChanged} as it begins and another one as it ends; burn rates are the gauge
 * {@code rag.slo.burn_rate} with the labels {@code pipeline}, {@code slo} and {@code window} ({@code short} or {@code long}).
 * Where several pipelines share a monitor, each is counted by itself.
 *
 * <p>Thread-safe. An event costs some additions; rates are computed on a daemon thread, and whenever {@link #check()} is
 * called.
 */
public final class SloMonitor implements RagListener, AutoCloseable {

    /** The short window where the builder says nothing; the workbook's. */
    public static final Duration DEFAULT_SHORT_WINDOW = Duration.ofMinutes(5);

    /** The long window where the builder says nothing; the workbook's. */
    public static final Duration DEFAULT_LONG_WINDOW = Duration.ofHours(1);

    /** So many events must be in the long window before it alerts, so that one bad question in a quiet night does not. */
    public static final int DEFAULT_MIN_EVENTS = 20;

    /** How often rates are computed where the builder says nothing. */
    public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(10);

    /** The short window is so many spans: what falls out of it at once is a tenth of it. */
    private static final int SHORT_SPANS = 10;

    /** A year of milliseconds is no window; 24 hours of 30-second spans are 2,880 counters. */
    private static final Duration LONGEST_WINDOW = Duration.ofDays(1);

    /** Pipelines beyond are not followed. */
    private static final int MAX_PIPELINES = 50;

    private final List<Slo> slos;
    private final Announcer listeners;
    private final @Nullable MetricsSink metrics;
    private final Duration shortWindow;
    private final Duration longWindow;
    private final long spanNanos;
    private final int longSpans;
    private final int minEvents;
    private final LongSupplier nanos;
    private final Map<String, List<Tracked>> pipelines = new ConcurrentHashMap<>();
    private final @Nullable Periodic periodic;

    /** One objective of one pipeline. */
    private static final class Tracked {

        private final Slo slo;
        private final BurnRate counts;
        private boolean firing;

        Tracked(Slo slo, BurnRate counts) {
            this.slo = slo;
            this.counts = counts;
        }
    }

    /**
     * How an objective stands.
     *
     * @param pipeline whose
     * @param slo the objective
     * @param shortBurn the burn rate of the short window; 0 where nothing happened
     * @param longBurn the burn rate of the long window
     * @param events how many events the long window holds
     * @param firing whether it alerts
     */
    public record Status(String pipeline, Slo slo, double shortBurn, double longBurn, long events, boolean firing) {}

    private SloMonitor(Builder builder, LongSupplier nanos, boolean ticking) {
        this.slos = List.copyOf(builder.slos);
        this.listeners = new Announcer(builder.listeners);
        this.metrics = builder.metrics;
        this.shortWindow = builder.shortWindow;
        this.longWindow = builder.longWindow;
        this.spanNanos = shortWindow.toNanos() / SHORT_SPANS;
        this.longSpans = Math.toIntExact(longWindow.toNanos() / spanNanos);
        this.minEvents = builder.minEvents;
        this.nanos = nanos;
        this.periodic = ticking ? Periodic.start("groundwork-slo", builder.interval, this::check) : null;
    }

    /** Returns a builder. */
    public static Builder builder() {
        return new Builder();
    }

    /** Counts how questions and hops end. */
    @Override
    public void onEvent(RagEvent event) {
        switch (event) {
            case RagEvent.AskCompleted asked -> count(Finished.of(asked));
            case RagEvent.SearchCompleted searched -> count(Finished.of(searched));
            case RagEvent.QuestionFailed failed -> count(Finished.of(failed));
            case RagEvent.HopCompleted completed -> {
                for (Tracked tracked : tracked(completed.pipeline())) {
                    count(tracked, tracked.slo.judge(completed.hop()));
                }
            }
            default -> {}
        }
    }

    private void count(Finished done) {
        for (Tracked tracked : tracked(done.pipeline())) {
            count(tracked, tracked.slo.judge(done));
        }
    }

    private void count(Tracked tracked, @Nullable Boolean good) {
        if (good != null) {
            tracked.counts.add(nanos.getAsLong(), good);
        }
    }

    private List<Tracked> tracked(String pipeline) {
        String name = SafeText.name(pipeline);
        List<Tracked> known = pipelines.get(name);
        if (known != null) {
            return known;
        }
        if (pipelines.size() >= MAX_PIPELINES) {
            return List.of();
        }
        return pipelines.computeIfAbsent(
                name,
                n -> slos.stream()
                        .map(slo -> new Tracked(slo, new BurnRate(spanNanos, longSpans)))
                        .toList());
    }

    /** Computes rates now, hands them to the metrics, tells listeners of alerts that begin or end; returns how all stand. */
    public List<Status> check() {
        List<Status> all = new ArrayList<>();
        List<RagEvent> changes = new ArrayList<>();
        synchronized (this) {
            long now = nanos.getAsLong();
            pipelines.forEach(
                    (pipeline, list) -> list.forEach(tracked -> all.add(check(pipeline, tracked, now, changes))));
        }
        if (metrics != null) {
            for (Status status : all) {
                gauge(metrics, status, "short", status.shortBurn());
                gauge(metrics, status, "long", status.longBurn());
            }
        }
        listeners.tell(changes);
        return all;
    }

    private static void gauge(MetricsSink sink, Status status, String window, double burn) {
        sink.gauge(
                Metric.SLO_BURN_RATE.metricName(),
                Map.of("pipeline", status.pipeline(), "slo", status.slo().name(), "window", window),
                burn);
    }

    private Status check(String pipeline, Tracked tracked, long now, List<RagEvent> changes) {
        Slo slo = tracked.slo;
        double budget = 1 - slo.objective();
        double shortBurn = tracked.counts.rate(now, SHORT_SPANS, budget);
        double longBurn = tracked.counts.rate(now, longSpans, budget);
        long events = tracked.counts.events(now, longSpans);
        boolean firing = tracked.firing
                ? shortBurn >= slo.burnRate()
                : events >= minEvents && shortBurn >= slo.burnRate() && longBurn >= slo.burnRate();
        if (firing != tracked.firing) {
            tracked.firing = firing;
            changes.add(new RagEvent.AlertChanged(
                    pipeline,
                    slo.name(),
                    RagEvent.AlertChanged.Kind.SLO,
                    firing,
                    firing ? longBurn : shortBurn,
                    slo.burnRate(),
                    firing ? longWindow : shortWindow));
        }
        return new Status(pipeline, slo, shortBurn, longBurn, events, firing);
    }

    /** Ends the computing; alerts that are on stay without an end. May be called twice. */
    @Override
    public void close() {
        if (periodic != null) {
            periodic.close();
        }
    }

    /** Collects objectives; not thread-safe. */
    public static final class Builder {

        private final List<Slo> slos = new ArrayList<>();
        private final List<RagListener> listeners = new ArrayList<>();
        private @Nullable MetricsSink metrics;
        private Duration shortWindow = DEFAULT_SHORT_WINDOW;
        private Duration longWindow = DEFAULT_LONG_WINDOW;
        private Duration interval = DEFAULT_INTERVAL;
        private int minEvents = DEFAULT_MIN_EVENTS;

        private Builder() {}

        /** Adds an objective. */
        public Builder slo(Slo value) {
            slos.add(Objects.requireNonNull(value, "slo"));
            return this;
        }

        /** Adds who is told of alerts, on the thread that computed. */
        public Builder listener(RagListener value) {
            listeners.add(Objects.requireNonNull(value, "listener"));
            return this;
        }

        /** Sets where burn rates go; nowhere where none is given. */
        public Builder metrics(MetricsSink value) {
            metrics = Objects.requireNonNull(value, "metrics");
            return this;
        }

        /**
         * Sets the two windows.
         *
         * @param shorter from ten seconds
         * @param longer longer than {@code shorter}, at most a day
         */
        public Builder windows(Duration shorter, Duration longer) {
            if (shorter.compareTo(Duration.ofSeconds(10)) < 0) {
                throw new IllegalArgumentException("shorter is " + shorter + ", must be at least PT10S");
            }
            if (longer.compareTo(shorter) <= 0 || longer.compareTo(LONGEST_WINDOW) > 0) {
                throw new IllegalArgumentException(
                        "longer is " + longer + ", must be longer than " + shorter + " and at most " + LONGEST_WINDOW);
            }
            shortWindow = shorter;
            longWindow = longer;
            return this;
        }

        /**
         * Sets how many events the long window must hold before it alerts.
         *
         * @param value from 1
         */
        public Builder minEvents(int value) {
            if (value < 1) {
                throw new IllegalArgumentException("minEvents is " + value + ", must be at least 1");
            }
            minEvents = value;
            return this;
        }

        /**
         * Sets how often rates are computed.
         *
         * @param value from one second to one hour
         */
        public Builder interval(Duration value) {
            interval = Periodic.checked("interval", value);
            return this;
        }

        /**
         * Builds it.
         *
         * @throws IllegalArgumentException if there is no objective, or two of the same name
         */
        public SloMonitor build() {
            return build(System::nanoTime, true);
        }

        SloMonitor build(LongSupplier nanos, boolean ticking) {
            if (slos.isEmpty()) {
                throw new IllegalArgumentException("slo is missing: give at least one");
            }
            Set<String> names = new HashSet<>();
            for (Slo slo : slos) {
                if (!names.add(slo.name())) {
                    throw new IllegalArgumentException("there are two objectives '" + slo.name() + "'; see Slo.named");
                }
            }
            return new SloMonitor(this, nanos, ticking);
        }
    }
}
