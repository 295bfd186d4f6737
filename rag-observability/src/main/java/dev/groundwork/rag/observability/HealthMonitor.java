package dev.groundwork.rag.observability;

import dev.groundwork.rag.CancelledException;
import dev.groundwork.rag.Health;
import dev.groundwork.rag.Hop;
import dev.groundwork.rag.Rag;
import dev.groundwork.rag.RagEvent;
import dev.groundwork.rag.RagListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Watches whether a {@link Rag} can answer: asks its parts, looks at how the last questions went, remembers since when each
 * part is as it is, and tells listeners of every change.
 *
 * <pre>{@code
 * HealthMonitor health = HealthMonitor.builder().diskSpace(indexFolder, 1L << 30).listener(log).build();
 * Rag rag = Rag.builder().index(index).embeddingModel(model).listener(health).build();
 * health.watch(rag);
 * ...
 * HealthReport report = health.report();
 * response.setStatus(report.ready() ? 200 : 503);
 * response.getWriter().write(report.toSpringBootJson());
 * }</pre>
 *
 * <p>It never calls a provider: what it knows of models are the outcomes of real questions of the last minute (or
 * {@link Builder#outcomeWindow}). A hop that failed three times in a row is down until it works as often in a row, one that
 * failed in a fifth of its calls is degraded until it fails in less than a tenth. A pipeline whose questions fail, all of them for three times, is not ready; since then no question comes that could
 * show that it is well again, it counts as ready again once the window has passed.
 *
 * <table>
 * <caption>Probes</caption>
 * <tr><th>Probe</th><th>Passes</th></tr>
 * <tr><td>liveness</td><td>unless the pipeline is closed</td></tr>
 * <tr><td>readiness</td><td>unless a part is down that questions can't do without: the index, the pool where extractive
 *     answers are not allowed, a part added with {@link Builder#required}, questions themselves</td></tr>
 * <tr><td>start-up</td><td>once it has been ready</td></tr>
 * </table>
 *
 * <p>Thread-safe. Looks every few seconds on a daemon thread of its own until it is closed, and whenever
 * {@link #check()} is called.
 */
public final class HealthMonitor implements RagListener, AutoCloseable {

    /** How often it looks where the builder says nothing: much oftener than orchestrators ask. */
    public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(5);

    /** For how long an outcome counts where the builder says nothing. */
    public static final Duration DEFAULT_OUTCOME_WINDOW = Duration.ofMinutes(1);

    /** A pipeline has about ten hops; names beyond are not followed. */
    private static final int MAX_HOPS = 30;

    private static final String UNKNOWN = "unknown";

    private final Map<String, Supplier<Health>> required;
    private final Map<String, Supplier<Health>> optional;
    private final Announcer listeners;
    private final Duration interval;
    private final long windowNanos;
    private final InstantSource clock;
    private final LongSupplier nanos;

    private final RecentOutcomes questions;
    private final Map<String, RecentOutcomes> hops = new ConcurrentHashMap<>();

    private @Nullable Rag rag;
    private @Nullable Periodic periodic;
    private boolean closed;
    private boolean started;
    private Map<String, State> states = Map.of();
    private String pipeline = "";
    private volatile HealthReport last;

    /** A part's status, and since when. */
    private record State(String status, Instant since) {}

    private HealthMonitor(Builder builder, InstantSource clock, LongSupplier nanos) {
        this.required = new LinkedHashMap<>(builder.required);
        this.optional = new LinkedHashMap<>(builder.optional);
        this.listeners = new Announcer(builder.listeners);
        this.interval = builder.interval;
        this.windowNanos = builder.outcomeWindow.toNanos();
        this.clock = clock;
        this.nanos = nanos;
        this.questions = new RecentOutcomes(windowNanos);
        this.last = new HealthReport(
                "", clock.instant(), true, false, false, Health.down("not started", Map.of()), Map.of());
    }

    /** Returns a builder. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Begins to watch this pipeline, which should have the monitor among its listeners. Looks once before it returns.
     *
     * @throws IllegalStateException if it watches one already, or is closed
     */
    public void watch(Rag watched) {
        Objects.requireNonNull(watched, "watched");
        synchronized (this) {
            if (closed || rag != null) {
                throw new IllegalStateException(closed ? "this HealthMonitor is closed" : "it watches a Rag already");
            }
            rag = watched;
            pipeline = watched.name();
            periodic = Periodic.start("groundwork-health", interval, this::check);
        }
        check();
    }

    /** Returns what was seen last; not ready before {@link #watch(Rag)}. Costs nothing. */
    public HealthReport report() {
        return last;
    }

    /** Looks now, tells listeners what has changed, and returns what it saw. */
    public HealthReport check() {
        List<RagEvent.HealthChanged> changes = new ArrayList<>();
        HealthReport report;
        synchronized (this) {
            Rag watched = rag;
            if (watched == null) {
                return last;
            }
            Health whole = health(watched);
            Instant now = clock.instant();
            Map<String, State> seen = new LinkedHashMap<>();
            see("", whole, now, seen, changes);
            states.forEach((path, state) -> {
                if (!seen.containsKey(path)) {
                    changes.add(new RagEvent.HealthChanged(pipeline, path, state.status(), UNKNOWN, ""));
                }
            });
            states = seen;
            boolean ready = !(whole instanceof Health.Down);
            started |= ready;
            Map<String, Instant> since = new LinkedHashMap<>();
            seen.forEach((path, state) -> since.put(path, state.since()));
            report = new HealthReport(pipeline, now, !isClosed(whole), ready, started, whole, since);
            last = report;
        }
        listeners.tell(changes);
        return report;
    }

    private static boolean isClosed(Health whole) {
        return whole instanceof Health.Down && whole.details().containsKey("closed");
    }

    /** Notes a part and what it consists of. That a part is well when it is first seen is no news, but the whole is. */
    private void see(
            String path, Health health, Instant now, Map<String, State> seen, List<RagEvent.HealthChanged> changes) {
        State before = states.get(path);
        String status = health.status();
        if (before != null && before.status().equals(status)) {
            seen.put(path, before);
        } else {
            seen.put(path, new State(status, now));
            if (before != null || path.isEmpty() || !(health instanceof Health.Up)) {
                changes.add(new RagEvent.HealthChanged(
                        pipeline, path, before == null ? UNKNOWN : before.status(), status, health.reason()));
            }
        }
        health.components()
                .forEach((name, part) -> see(path.isEmpty() ? name : path + "/" + name, part, now, seen, changes));
    }

    private Health health(Rag watched) {
        Health own = asked(watched::health);
        if (own instanceof Health.Down && own.components().isEmpty()) {
            return new Health.Down(own.reason(), Map.of("closed", own.reason().equals("closed")), Map.of());
        }
        Map<String, Health> parts = new LinkedHashMap<>(own.components());
        required.forEach((name, part) -> parts.put(name, asked(part)));
        optional.forEach((name, part) -> parts.put(name, atWorst(asked(part))));
        long now = nanos.getAsLong();
        if (!hops.isEmpty()) {
            Map<String, Health> seen = new LinkedHashMap<>();
            hops.keySet().stream().sorted().forEach(name -> {
                RecentOutcomes outcomes = hops.get(name);
                if (outcomes != null) {
                    seen.put(name, outcomes.health(now));
                }
            });
            parts.put("hops", whole(seen, true));
        }
        parts.put("questions", questions.health(now));
        return whole(parts, false);
    }

    /** A part that can be done without makes the whole degraded at worst. */
    private static Health atWorst(Health part) {
        return part instanceof Health.Down
                ? new Health.Degraded(part.reason(), part.details(), part.components())
                : part;
    }

    private static Health whole(Map<String, Health> parts, boolean dispensable) {
        String down = reasons(parts, Health.Down.class);
        if (!down.isEmpty() && !dispensable) {
            return new Health.Down(down, Map.of(), parts);
        }
        String degraded = reasons(parts, Health.Degraded.class);
        String either = down.isEmpty() || degraded.isEmpty() ? down + degraded : down + "; " + degraded;
        return either.isEmpty() ? new Health.Up(Map.of(), parts) : new Health.Degraded(either, Map.of(), parts);
    }

    private static String reasons(Map<String, Health> parts, Class<? extends Health> kind) {
        List<String> reasons = new ArrayList<>();
        parts.forEach((name, part) -> {
            if (kind.isInstance(part)) {
                reasons.add(name + ": " + part.reason());
            }
        });
        return String.join("; ", reasons);
    }

    private static Health asked(Supplier<Health> part) {
        try {
            return Objects.requireNonNull(part.get(), "health");
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            return Health.down("asking it failed: " + e.getClass().getSimpleName(), Map.of());
        }
    }

    /** Notes how questions and hops end. */
    @Override
    public void onEvent(RagEvent event) {
        long now = nanos.getAsLong();
        switch (event) {
            case RagEvent.AskCompleted asked -> questions.add(now, "");
            case RagEvent.SearchCompleted searched -> questions.add(now, "");
            case RagEvent.QuestionFailed failed -> {
                // A question that was cancelled or that was no good says nothing of the pipeline.
                if (!(failed.error() instanceof CancelledException
                        || failed.error() instanceof IllegalArgumentException)) {
                    questions.add(now, SafeText.errorType(failed.error()));
                }
            }
            case RagEvent.HopCompleted completed -> hop(now, completed.hop());
            default -> {}
        }
    }

    private void hop(long now, Hop hop) {
        // A hop that was cancelled, or that was asked for something impossible, says nothing of itself.
        if (hop.status() == Hop.Status.CANCELLED || hop.errorType().equals("IllegalArgumentException")) {
            return;
        }
        String name = SafeText.name(hop.name());
        RecentOutcomes outcomes = hops.get(name);
        if (outcomes == null) {
            if (hops.size() >= MAX_HOPS) {
                return;
            }
            outcomes = hops.computeIfAbsent(name, n -> new RecentOutcomes(windowNanos));
        }
        outcomes.add(
                now,
                switch (hop.status()) {
                    case FAILED -> hop.errorType().isEmpty() ? "failed" : SafeText.errorType(hop.errorType());
                    case TIMED_OUT -> "timed out";
                    default -> "";
                });
    }

    /** Ends watching; {@link #report()} stays what it was. May be called twice. */
    @Override
    public synchronized void close() {
        closed = true;
        if (periodic != null) {
            periodic.close();
        }
    }

    /** Collects parts and listeners; not thread-safe. */
    public static final class Builder {

        private final Map<String, Supplier<Health>> required = new LinkedHashMap<>();
        private final Map<String, Supplier<Health>> optional = new LinkedHashMap<>();
        private final List<RagListener> listeners = new ArrayList<>();
        private Duration interval = DEFAULT_INTERVAL;
        private Duration outcomeWindow = DEFAULT_OUTCOME_WINDOW;

        private Builder() {}

        /**
         * Adds a part without which no question should come.
         *
         * @param name not blank, without a slash, not one that is there
         * @param part asked at each look, on the monitor's thread; must not call a provider
         */
        public Builder required(String name, Supplier<Health> part) {
            required.put(checkName(name), Objects.requireNonNull(part, "part"));
            return this;
        }

        /** Adds a part that makes the whole degraded at worst, such as drift; see {@link #required}. */
        public Builder optional(String name, Supplier<Health> part) {
            optional.put(checkName(name), Objects.requireNonNull(part, "part"));
            return this;
        }

        private String checkName(String name) {
            if (name.isBlank() || name.contains("/")) {
                throw new IllegalArgumentException("name is '" + name + "', must not be blank and have no slash");
            }
            if (required.containsKey(name)
                    || optional.containsKey(name)
                    || List.of("index", "llm", "hops", "questions").contains(name)) {
                throw new IllegalArgumentException("there is a part '" + name + "' already");
            }
            return name;
        }

        /**
         * Adds the part {@code disk}: degraded while the disk of a folder has less than so many bytes to write to.
         *
         * @param minFreeBytes from 1
         */
        public Builder diskSpace(Path folder, long minFreeBytes) {
            Objects.requireNonNull(folder, "folder");
            if (minFreeBytes < 1) {
                throw new IllegalArgumentException("minFreeBytes is " + minFreeBytes + ", must be at least 1");
            }
            return optional("disk", () -> disk(folder, minFreeBytes));
        }

        private static Health disk(Path folder, long minFreeBytes) {
            long free;
            try {
                free = Files.getFileStore(folder).getUsableSpace();
            } catch (IOException e) {
                return Health.down(
                        "its free space can't be read: " + e.getClass().getSimpleName(), Map.of());
            }
            Map<String, Object> details = new LinkedHashMap<>();
            details.put("free_bytes", free);
            details.put("min_free_bytes", minFreeBytes);
            return free < minFreeBytes
                    ? Health.down(free + " bytes free, less than " + minFreeBytes, details)
                    : Health.up(details);
        }

        /** Adds who is told of changes, as {@link RagEvent.HealthChanged}, on the thread that looked. */
        public Builder listener(RagListener listener) {
            listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /**
         * Sets how often it looks.
         *
         * @param value from one second to one hour
         */
        public Builder interval(Duration value) {
            interval = Periodic.checked("interval", value);
            return this;
        }

        /**
         * Sets for how long an outcome counts.
         *
         * @param value from one second to one hour
         */
        public Builder outcomeWindow(Duration value) {
            outcomeWindow = Periodic.checked("outcomeWindow", value);
            return this;
        }

        /** Builds it. */
        public HealthMonitor build() {
            return build(Clock.systemUTC(), System::nanoTime);
        }

        HealthMonitor build(InstantSource clock, LongSupplier nanos) {
            return new HealthMonitor(this, clock, nanos);
        }
    }
}
