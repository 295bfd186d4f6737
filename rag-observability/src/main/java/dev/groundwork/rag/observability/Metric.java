package dev.groundwork.rag.observability;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Every metric of the library: the one place for names, kinds, units, buckets and label keys. Each binding makes the same
 * series of it; who writes a binding of their own looks up here what a name of a {@link dev.groundwork.rag.MetricsSink} means.
 *
 * <p>In Prometheus dots become underscores, seconds and bytes are a suffix of the name, and counters end with
 * {@code _total}; see {@link #prometheusName()}.
 */
public enum Metric {
    /** How long a question or search took. */
    QUERY_DURATION(
            "rag.query.duration",
            "How long a question or search took",
            Kind.HISTOGRAM,
            Unit.SECONDS,
            Buckets.QUERY,
            "pipeline",
            "outcome"),
    /** How many questions and searches are under way. */
    QUERY_ACTIVE("rag.query.active", "Questions and searches under way", Kind.GAUGE, Unit.NONE, "pipeline"),
    /** How long a hop took. */
    HOP_DURATION(
            "rag.hop.duration",
            "How long a hop of a question took",
            Kind.HISTOGRAM,
            Unit.SECONDS,
            Buckets.HOP,
            "pipeline",
            "hop",
            "error.type"),

    /** How many segments came out of a step of retrieval. */
    RETRIEVAL_RESULTS(
            "rag.retrieval.results",
            "Segments that came out of a step of retrieval",
            Kind.HISTOGRAM,
            Unit.NONE,
            Buckets.RESULTS,
            "retriever",
            "stage"),
    /** The best score of a step of retrieval, on that step's scale; 0 where it is negative. */
    RETRIEVAL_TOP_SCORE(
            "rag.retrieval.top_score",
            "Best score of a step of retrieval, on its own scale; 0 where it is negative",
            Kind.HISTOGRAM,
            Unit.NONE,
            Buckets.SCORES,
            "retriever",
            "stage"),
    /** Counts searches that worked and found nothing. */
    RETRIEVAL_EMPTY(
            "rag.retrieval.empty", "Searches that worked and found nothing", Kind.COUNTER, Unit.NONE, "retriever"),
    /** How alike the best ten were before and after reranking: 1 the same order, 0 nothing in common. */
    RERANK_OVERLAP(
            "rag.rerank.overlap",
            "How alike the best ten are before and after reranking, 1 the same order, 0 nothing in common",
            Kind.HISTOGRAM,
            Unit.NONE,
            Buckets.RATIOS,
            "model"),

    /** How long one call of a model took: of a chat model each attempt of the pool. */
    OPERATION_DURATION(
            "gen_ai.client.operation.duration",
            "How long a call of a model took; of a chat model, each attempt of the pool",
            Kind.HISTOGRAM,
            Unit.SECONDS,
            Buckets.MODEL,
            "gen_ai.operation.name",
            "gen_ai.provider.name",
            "gen_ai.request.model",
            "error.type"),
    /** How long the first token of a streamed call took, in seconds. */
    TIME_TO_FIRST_CHUNK(
            "gen_ai.client.operation.time_to_first_chunk",
            "How long the first token of a streamed attempt of the pool took",
            Kind.HISTOGRAM,
            Unit.SECONDS,
            Buckets.MODEL,
            "gen_ai.operation.name",
            "gen_ai.provider.name",
            "gen_ai.request.model",
            "error.type"),
    /** Tokens that one call of a model read or wrote. */
    TOKEN_USAGE(
            "gen_ai.client.token.usage",
            "Tokens that one call of a model read or wrote",
            Kind.HISTOGRAM,
            Unit.NONE,
            Buckets.TOKENS,
            "gen_ai.operation.name",
            "gen_ai.provider.name",
            "gen_ai.request.model",
            "gen_ai.token.type"),

    /** Counts attempts of the pool's members. */
    POOL_ATTEMPTS("rag.pool.attempts", "Attempts of the pool's members", Kind.COUNTER, Unit.NONE, "member", "outcome"),
    /** 1 at the state that a member of the pool is in, 0 at the others. */
    POOL_MEMBER_STATE(
            "rag.pool.member.state",
            "1 at the state that a member is in, 0 at the others",
            Kind.GAUGE,
            Unit.NONE,
            "member",
            "state"),
    /** Calls that wait for a member. */
    POOL_WAITING("rag.pool.waiting", "Calls that wait for a member of the pool", Kind.GAUGE, Unit.NONE, "pool"),
    /** Calls of a member of the pool that are under way. */
    POOL_MEMBER_ACTIVE(
            "rag.pool.member.active", "Calls of a member that are under way", Kind.GAUGE, Unit.NONE, "member"),
    /** What is left of a member's limits. */
    POOL_MEMBER_LIMIT_LEFT(
            "rag.pool.member.limit_left", "What is left of a member's limit", Kind.GAUGE, Unit.NONE, "member", "limit"),
    /** The moving average of a member's time to the first token of a stream. */
    POOL_MEMBER_FIRST_TOKEN(
            "rag.pool.member.first_token",
            "Moving average of a member's time to the first token of a stream",
            Kind.GAUGE,
            Unit.SECONDS,
            "member"),
    /** The moving average of a member's time to a whole answer. */
    POOL_MEMBER_ANSWER(
            "rag.pool.member.answer",
            "Moving average of a member's time to a whole answer",
            Kind.GAUGE,
            Unit.SECONDS,
            "member"),
    /** Counts tokens that members of the pool read and wrote, also in attempts that did not serve. */
    POOL_TOKENS(
            "rag.pool.tokens",
            "Tokens that members read and wrote",
            Kind.COUNTER,
            Unit.NONE,
            "member",
            "gen_ai.token.type"),
    /** Adds up what members of the pool cost, in the currency of the pool's prices. */
    POOL_COST("rag.pool.cost", "What members cost, in the currency of their prices", Kind.COUNTER, Unit.NONE, "member"),

    /** Counts documents by what an ingestion did with them. */
    INGEST_DOCUMENTS(
            "rag.ingest.documents",
            "Documents by what an ingestion did with them",
            Kind.COUNTER,
            Unit.NONE,
            "pipeline",
            "outcome"),
    /** Segments that can be found. */
    INDEX_SEGMENTS("rag.index.segments", "Segments that can be found", Kind.GAUGE, Unit.NONE, "index"),
    /** Documents in the index's ledger. */
    INDEX_DOCUMENTS("rag.index.documents", "Documents in the index's ledger", Kind.GAUGE, Unit.NONE, "index"),
    /** Entries of the index that were deleted and still take space. */
    INDEX_DELETED(
            "rag.index.deleted", "Entries that were deleted and still take space", Kind.GAUGE, Unit.NONE, "index"),
    /** Parts that a search has to look into. */
    INDEX_PARTS("rag.index.parts", "Parts that a search has to look into", Kind.GAUGE, Unit.NONE, "index"),
    /** The index's size on disk, or in memory where it is kept there. */
    INDEX_SIZE("rag.index.size", "Size of the index", Kind.GAUGE, Unit.BYTES, "index"),
    /** Of that, the size of vectors and what finds them. */
    INDEX_VECTOR_SIZE(
            "rag.index.vector.size",
            "Size of the index's vectors and what finds them",
            Kind.GAUGE,
            Unit.BYTES,
            "index"),
    /** The size of the vectors of tokens. */
    INDEX_TOKEN_VECTOR_SIZE(
            "rag.index.token_vector.size", "Size of the index's vectors of tokens", Kind.GAUGE, Unit.BYTES, "index"),

    /** Threads at work on a hop. */
    EXECUTOR_ACTIVE("rag.executor.active", "Threads at work on a hop", Kind.GAUGE, Unit.NONE, "pipeline"),
    /** As many threads as there can be. */
    EXECUTOR_LIMIT(
            "rag.executor.limit", "Threads that can be at work on hops at once", Kind.GAUGE, Unit.NONE, "pipeline"),
    /** Counts hops that were refused because all threads were busy. */
    EXECUTOR_REFUSED(
            "rag.executor.refused",
            "Hops that were refused because all threads were busy",
            Kind.COUNTER,
            Unit.NONE,
            "pipeline"),
    /** Files that the process has mapped into memory, the index's among them. */
    MEMORY_MAPPED("rag.memory.mapped", "Files that the process has mapped into memory", Kind.GAUGE, Unit.BYTES),
    /**
     * What the process has of the machine's memory: {@code anonymous} is the Java heap and all native memory, models with what
     * they work in among it, {@code file} the parts of mapped files that were read. Only where the system tells, as Linux does.
     */
    MEMORY_RESIDENT(
            "rag.memory.resident",
            "What the process has of the machine's memory; anonymous is heap and native memory",
            Kind.GAUGE,
            Unit.BYTES,
            "kind"),
    /** Native memory that a model's weights take; what it needs while it works is part of the resident memory. */
    MODEL_MEMORY("rag.model.memory", "Native memory that a model's weights take", Kind.GAUGE, Unit.BYTES, "model"),

    /** 1 where a part is up, 0.5 where degraded, 0 where down, -1 where it is gone; the whole is {@code all}. */
    HEALTH_STATUS(
            "rag.health.status",
            "1 up, 0.5 degraded, 0 down, -1 gone; the whole is the component 'all'",
            Kind.GAUGE,
            Unit.NONE,
            "pipeline",
            "component"),
    /** How many times faster than allowed an objective's error budget is spent. */
    SLO_BURN_RATE(
            "rag.slo.burn_rate",
            "How many times faster than allowed the error budget is spent",
            Kind.GAUGE,
            Unit.NONE,
            "pipeline",
            "slo",
            "window"),
    /** The share of events that should be good. */
    SLO_OBJECTIVE("rag.slo.objective", "Share of events that should be good", Kind.GAUGE, Unit.NONE, "pipeline", "slo"),
    /** 1 while an objective alerts, 0 when it no longer does. */
    SLO_FIRING("rag.slo.firing", "1 while the objective alerts", Kind.GAUGE, Unit.NONE, "pipeline", "slo"),
    /** Counts how often an objective began to alert. */
    SLO_ALERTS("rag.slo.alerts", "How often the objective began to alert", Kind.COUNTER, Unit.NONE, "pipeline", "slo"),

    /** Scores of an evaluation. */
    EVAL_SCORE(
            "rag.eval.score",
            "Scores of an evaluation, from 0 to 1",
            Kind.HISTOGRAM,
            Unit.NONE,
            Buckets.RATIOS,
            "evaluation",
            "stage"),
    /** Counts evaluations that failed. */
    EVAL_ERRORS("rag.eval.errors", "Evaluations that failed", Kind.COUNTER, Unit.NONE, "evaluation"),
    /** What a detector of drift measured last. */
    DRIFT_STATISTIC("rag.drift.statistic", "What the detector measured last", Kind.GAUGE, Unit.NONE, "detector"),
    /** What it alerts above. */
    DRIFT_THRESHOLD("rag.drift.threshold", "What the detector alerts above", Kind.GAUGE, Unit.NONE, "detector"),
    /** Counts how often a detector began to alert. */
    DRIFT_ALARMS("rag.drift.alarms", "How often the detector began to alert", Kind.COUNTER, Unit.NONE, "detector"),
    /** Counts questions by topic. */
    TOPIC_QUERIES("rag.topic.queries", "Questions by topic", Kind.COUNTER, Unit.NONE, "topic"),

    /** Counts what telemetry left out, or whose labels it replaced. */
    TELEMETRY_DROPPED(
            "rag.telemetry.dropped",
            "Telemetry that was left out, or whose labels were replaced",
            Kind.COUNTER,
            Unit.NONE,
            "sink",
            "reason");

    /** What a series is. */
    public enum Kind {
        /** Only grows, by {@link dev.groundwork.rag.MetricsSink#count}. */
        COUNTER,
        /** Is set, by {@link dev.groundwork.rag.MetricsSink#gauge}. */
        GAUGE,
        /** Counts values in buckets, by {@link dev.groundwork.rag.MetricsSink#record}. */
        HISTOGRAM
    }

    /** What values are measured in. */
    public enum Unit {
        /** Counts, shares and scores. */
        NONE("", ""),
        /** Seconds. */
        SECONDS("s", "seconds"),
        /** Bytes. */
        BYTES("By", "bytes");

        private final String ucum;
        private final String word;

        Unit(String ucum, String word) {
            this.ucum = ucum;
            this.word = word;
        }

        /** Returns the symbol in the Unified Code for Units of Measure, which OpenTelemetry uses; empty for none. */
        public String ucum() {
            return ucum;
        }

        /** Returns the word, which Prometheus and Micrometer use; empty for none. */
        public String word() {
            return word;
        }
    }

    private static final Map<String, Metric> BY_NAME =
            Arrays.stream(values()).collect(Collectors.toMap(Metric::metricName, Function.identity()));

    private final String metricName;
    private final String description;
    private final Kind kind;
    private final Unit unit;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<Double> buckets;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> labelKeys;

    Metric(String metricName, String description, Kind kind, Unit unit, String... labelKeys) {
        this(metricName, description, kind, unit, List.of(), labelKeys);
    }

    Metric(String metricName, String description, Kind kind, Unit unit, List<Double> buckets, String... labelKeys) {
        this.metricName = metricName;
        this.description = description;
        this.kind = kind;
        this.unit = unit;
        this.buckets = buckets;
        this.labelKeys = List.of(labelKeys);
    }

    /** Returns the metric of this name, if it is one of the library's. */
    public static Optional<Metric> of(String metricName) {
        return Optional.ofNullable(BY_NAME.get(metricName));
    }

    /** Returns the dotted name, for instance {@code rag.hop.duration}. */
    public String metricName() {
        return metricName;
    }

    /** Returns one sentence for people, without a full stop. */
    public String description() {
        return description;
    }

    /** Returns what its series are. */
    public Kind kind() {
        return kind;
    }

    /** Returns what its values are measured in. */
    public Unit unit() {
        return unit;
    }

    /** Returns the upper bounds of a histogram's buckets, all above 0, rising; empty where it is none. */
    public List<Double> buckets() {
        return buckets;
    }

    /** Returns the keys of its labels, always all of them. */
    public List<String> labelKeys() {
        return labelKeys;
    }

    /**
     * Returns the name in Prometheus, for instance {@code rag_hop_duration_seconds}; a histogram's series add
     * {@code _bucket}, {@code _sum} and {@code _count} to it.
     */
    public String prometheusName() {
        String name = metricName.replace('.', '_');
        if (unit != Unit.NONE) {
            name += "_" + unit.word();
        }
        return kind == Kind.COUNTER ? name + "_total" : name;
    }

    /** Returns the labels with these values, in the order of the keys. */
    Map<String, String> labels(String... values) {
        if (values.length != labelKeys.size()) {
            throw new IllegalArgumentException(metricName + " has the labels " + labelKeys + ", got " + values.length);
        }
        Map<String, String> labels = LinkedHashMap.newLinkedHashMap(values.length);
        for (int i = 0; i < values.length; i++) {
            labels.put(labelKeys.get(i), values[i]);
        }
        return labels;
    }
}
