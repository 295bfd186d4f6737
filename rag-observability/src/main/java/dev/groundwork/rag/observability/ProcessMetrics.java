package dev.groundwork.rag.observability;

import dev.groundwork.rag.IndexStats;
import dev.groundwork.rag.LlmPool;
import dev.groundwork.rag.MemberStatus;
import dev.groundwork.rag.MetricsSink;
import dev.groundwork.rag.Rag;
import dev.groundwork.rag.RagLoad;
import dev.groundwork.rag.SegmentIndex;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads figures that matter to sizing, again and again, and hands them to a {@link MetricsSink}: threads that are busy, the
 * index's size, memory of the process and of models, each member of the pool with its limits and costs, objectives.
 *
 * <pre>{@code
 * try (ProcessMetrics process = ProcessMetrics.to(sink).rag(rag).index("docs", index).pool(pool).start()) {
 *     ...
 * }
 * }</pre>
 *
 * <p>Reads on a daemon thread of its own until it is closed, and whenever {@link #read()} is called. A source that fails
 * is counted in {@code rag.telemetry.dropped} (sink {@code process}, reason {@code source_failed}), told once in the log,
 * and read again next time; the others go on. Close it before what it reads. Thread-safe.
 */
public final class ProcessMetrics implements AutoCloseable {

    /** How often it reads where the builder says nothing: as often as a Prometheus server usually asks. */
    public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(15);

    private static final Logger LOG = LoggerFactory.getLogger(ProcessMetrics.class);
    private static final String SINK = "process";
    private static final String POOL = "pool";
    private static final String FAILED = "source_failed";

    private final SafeMetrics metrics;
    private final List<Source> sources;
    private final Map<List<String>, Double> totals = new HashMap<>();
    private final @Nullable Periodic periodic;

    /** What is read. */
    private static final class Source {

        private final String name;
        private final Reading reading;
        private boolean warned;

        Source(String name, Reading reading) {
            this.name = name;
            this.reading = reading;
        }
    }

    /** Reads one source. */
    private interface Reading {
        void read(ProcessMetrics to);
    }

    private ProcessMetrics(Builder builder, boolean ticking) {
        this.metrics = new SafeMetrics(builder.sink);
        this.sources = List.copyOf(builder.sources);
        metrics.take(Metric.TELEMETRY_DROPPED, 0, SINK, FAILED);
        read();
        this.periodic = ticking ? Periodic.start("groundwork-metrics", builder.interval, this::read) : null;
    }

    /** Returns a builder that reads memory, and what else it is given. */
    public static Builder to(MetricsSink sink) {
        return new Builder(Objects.requireNonNull(sink, "sink"));
    }

    /** Reads everything now. */
    public synchronized void read() {
        for (Source source : sources) {
            try {
                source.reading.read(this);
            } catch (RuntimeException | LinkageError | StackOverflowError e) {
                metrics.take(Metric.TELEMETRY_DROPPED, 1, SINK, FAILED);
                if (!source.warned) {
                    source.warned = true;
                    LOG.warn(
                            "metrics of {} can't be read: {}; it is tried again, and further failures are only counted",
                            source.name,
                            e.getClass().getName());
                }
            }
        }
    }

    /** Returns how many measurements were lost because the sink threw. */
    public long failures() {
        return metrics.failures();
    }

    /** Ends the reading. May be called twice. */
    @Override
    public void close() {
        if (periodic != null) {
            periodic.close();
        }
    }

    /** Adds what a total has grown by since it was read last. One that starts anew, in a new pool, counts from 0. */
    private void total(Metric metric, double total, String... labels) {
        List<String> key = new ArrayList<>(List.of(labels));
        key.add(metric.metricName());
        double before = Objects.requireNonNullElse(totals.put(key, total), 0.0);
        metrics.take(metric, total >= before ? total - before : total, labels);
    }

    private void memory() {
        for (BufferPoolMXBean buffers : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            if (buffers.getName().equals("mapped")) {
                metrics.take(Metric.MEMORY_MAPPED, (double) buffers.getMemoryUsed());
            }
        }
        ResidentMemory.read().forEach((kind, bytes) -> metrics.take(Metric.MEMORY_RESIDENT, (double) bytes, kind));
    }

    private void load(String pipeline, RagLoad load) {
        metrics.take(Metric.EXECUTOR_ACTIVE, load.busyThreads(), pipeline);
        metrics.take(Metric.EXECUTOR_LIMIT, load.maxThreads(), pipeline);
        total(Metric.EXECUTOR_REFUSED, (double) load.refused(), pipeline);
    }

    private void index(String name, IndexStats stats) {
        metrics.take(Metric.INDEX_SEGMENTS, (double) stats.segments(), name);
        metrics.take(Metric.INDEX_DOCUMENTS, (double) stats.documents(), name);
        metrics.take(Metric.INDEX_DELETED, (double) stats.deleted(), name);
        metrics.take(Metric.INDEX_PARTS, stats.parts(), name);
        metrics.take(Metric.INDEX_SIZE, (double) stats.bytes(), name);
        metrics.take(Metric.INDEX_VECTOR_SIZE, (double) stats.vectorBytes(), name);
        metrics.take(Metric.INDEX_TOKEN_VECTOR_SIZE, (double) stats.tokenVectorBytes(), name);
    }

    private void member(MemberStatus member) {
        String name = member.name();
        state(name, member.state());
        metrics.take(Metric.POOL_MEMBER_ACTIVE, member.inFlight(), name);
        member.limitsLeft().forEach((limit, left) -> metrics.take(Metric.POOL_MEMBER_LIMIT_LEFT, left, name, limit));
        seconds(Metric.POOL_MEMBER_FIRST_TOKEN, member.firstTokenLatency(), name);
        seconds(Metric.POOL_MEMBER_ANSWER, member.answerLatency(), name);
        total(Metric.POOL_TOKENS, (double) member.inputTokens(), name, "input");
        total(Metric.POOL_TOKENS, (double) member.outputTokens(), name, "output");
        total(Metric.POOL_COST, member.cost(), name);
    }

    private void state(String member, MemberStatus.@Nullable State state) {
        for (MemberStatus.State one : MemberStatus.State.values()) {
            metrics.take(Metric.POOL_MEMBER_STATE, one == state ? 1 : 0, member, Finished.lower(one));
        }
    }

    private void seconds(Metric metric, @Nullable Duration latency, String member) {
        if (latency != null) {
            metrics.take(metric, latency.toNanos() / 1e9, member);
        }
    }

    private void slo(SloMonitor.Status status) {
        String slo = status.slo().name();
        metrics.take(Metric.SLO_OBJECTIVE, status.slo().objective(), status.pipeline(), slo);
        metrics.take(Metric.SLO_BURN_RATE, status.shortBurn(), status.pipeline(), slo, "short");
        metrics.take(Metric.SLO_BURN_RATE, status.longBurn(), status.pipeline(), slo, "long");
        metrics.take(Metric.SLO_FIRING, status.firing() ? 1 : 0, status.pipeline(), slo);
        metrics.take(Metric.SLO_ALERTS, 0, status.pipeline(), slo);
    }

    /** Collects what is read; not thread-safe. */
    public static final class Builder {

        private final MetricsSink sink;
        private final List<Source> sources = new ArrayList<>();
        private Duration interval = DEFAULT_INTERVAL;
        private int pools;

        private Builder(MetricsSink sink) {
            this.sink = sink;
            sources.add(new Source("memory", ProcessMetrics::memory));
        }

        /** Reads how busy a pipeline is. */
        public Builder rag(Rag rag) {
            String name = rag.name();
            sources.add(new Source("pipeline " + SafeText.name(name), to -> to.load(name, rag.load())));
            return this;
        }

        /**
         * Reads an index's size.
         *
         * @param name the value of the label {@code index}
         */
        public Builder index(String name, SegmentIndex index) {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(index, "index");
            sources.add(new Source("index " + SafeText.name(name), to -> to.index(name, index.stats())));
            return this;
        }

        /**
         * Reads how much native memory a model holds, for instance {@code OnnxEmbeddingModel.memoryBytes()}.
         *
         * @param name the value of the label {@code model}
         * @param bytes 0 once it is closed
         */
        public Builder model(String name, LongSupplier bytes) {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(bytes, "bytes");
            sources.add(new Source(
                    "model " + SafeText.name(name),
                    to -> to.metrics.take(Metric.MODEL_MEMORY, (double) bytes.getAsLong(), name)));
            return this;
        }

        /** Reads the state of each member of a pool, and how many calls wait for one (label {@code pool}: {@code pool},
         * {@code pool-2} ...). Calls no provider. */
        public Builder pool(LlmPool pool) {
            Supplier<List<MemberStatus>> members = Objects.requireNonNull(pool, "pool")::members;
            Set<String> before = new HashSet<>();
            pools++;
            String name = pools == 1 ? POOL : POOL + "-" + pools;
            sources.add(new Source(name, to -> {
                to.metrics.take(Metric.POOL_WAITING, pool.waiting(), name);
                List<MemberStatus> now = members.get();
                now.forEach(member -> before.remove(member.name()));
                for (String member : before) {
                    to.state(member, null);
                    to.metrics.take(Metric.POOL_MEMBER_ACTIVE, 0, member);
                }
                before.clear();
                for (MemberStatus member : now) {
                    to.member(member);
                    before.add(member.name());
                }
            }));
            return this;
        }

        /** Reads how objectives stand; {@link SloMonitor.Builder#metrics} is not needed then. */
        public Builder slos(SloMonitor monitor) {
            Objects.requireNonNull(monitor, "monitor");
            sources.add(new Source("objectives", to -> monitor.check().forEach(to::slo)));
            return this;
        }

        /**
         * Reads how much a sink of telemetry has left out since it was made, for instance a log that is full.
         *
         * @param name the value of the label {@code sink}
         * @param reason the value of the label {@code reason}
         * @param total what was left out in all; only grows
         */
        public Builder dropped(String name, String reason, LongSupplier total) {
            Objects.requireNonNull(total, "total");
            sources.add(new Source(
                    "drops of " + SafeText.name(name),
                    to -> to.total(Metric.TELEMETRY_DROPPED, (double) total.getAsLong(), name, SafeText.code(reason))));
            return this;
        }

        /**
         * Sets how often everything is read.
         *
         * @param value from one second to one hour
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder interval(Duration value) {
            interval = Periodic.checked("interval", value);
            return this;
        }

        /** Reads everything once, and starts reading again and again. */
        public ProcessMetrics start() {
            return build(true);
        }

        ProcessMetrics build(boolean ticking) {
            return new ProcessMetrics(this, ticking);
        }
    }
}
