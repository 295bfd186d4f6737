package dev.groundwork.rag.observability;

import dev.groundwork.rag.MetricsSink;
import dev.groundwork.rag.RagEvent;
import dev.groundwork.rag.RagListener;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Writes what happens as structured events, each with flat keys that begin with {@code rag.}. {@link LogLevel#MINIMAL}
 * gives one line per question, {@code rag.query.completed} or {@code rag.query.failed}, and one per ingestion, change of
 * health and alert; {@link LogLevel#STANDARD} adds a {@code rag.hop.completed} per hop; {@link LogLevel#EXTENDED} has every
 * candidate in it. The levels can be changed at any time, for all pipelines or for one.
 *
 * <p>A question that failed, timed out, degraded or was slow is written as {@link LogLevel#EXTENDED} would have it,
 * whatever the level and the sampling. Therefore the hops of a question are held back until it is over, except where they
 * are to be written whole in any case; each is written once.
 *
 * <p>No level writes text of a question, an answer or a source, or the message of an exception. Texts are a switch of
 * their own, {@link #content(boolean)}, off at first, and pass a {@link Redactor}.
 *
 * <p>Thread-safe. Writes on the thread on which the event happened, so a slow sink makes a slow question unless it is
 * behind an {@link AsyncLogSink}, as {@link Builder#file} is. Never throws: an event that could not be written is counted
 * in {@link #failures()} and is gone. May be shared by several pipelines; whoever makes it closes it after them.
 */
public final class JsonEventLogger implements RagListener, AutoCloseable {

    /** The SLF4J logger that is written to. */
    public static final String LOGGER_NAME = "rag.events";

    /** From which duration on a question is slow where nothing else is set. */
    public static final Duration DEFAULT_SLOW = Duration.ofSeconds(5);

    /** What is logged of a text, where that is switched on and nothing else is set: a page or so. */
    public static final int DEFAULT_CONTENT_CHARS = 4_000;

    private static final String SINK = "log";

    private final LogSink sink;
    private final InstantSource clock;
    private final double sampling;
    private final Duration slow;
    private final Function<String, Optional<TraceIds>> traceIds;
    private final @Nullable QueryHash queryHash;
    private final @Nullable String templateId;
    private final @Nullable String configHash;
    private final ContentFields contentFields;
    private final DropCount dropped;
    private final OpenQuestions open = new OpenQuestions();
    private final Map<String, LogLevel> levels;
    private volatile LogLevel level;
    private volatile boolean content;

    private JsonEventLogger(Builder builder, InstantSource clock) {
        this.sink = builder.sink;
        this.clock = clock;
        this.level = builder.level;
        this.levels = new ConcurrentHashMap<>(builder.levels);
        this.sampling = builder.sampling;
        this.slow = builder.slow;
        this.traceIds = builder.traceIds;
        this.queryHash = builder.queryHash;
        this.templateId = builder.templateId;
        this.configHash = builder.configHash;
        this.content = builder.content;
        this.dropped = new DropCount(SINK, builder.metrics);
        this.contentFields =
                new ContentFields(builder.redactor, builder.contentChars, () -> dropped.add("redactor_failed"));
    }

    /** Returns a builder; where nothing is set, it writes JSON documents to SLF4J at the level {@code minimal}. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns one that writes to the SLF4J logger {@value #LOGGER_NAME}, whatever backend is behind it; the JSON is the
     * whole message. What failed, timed out, degraded or alerts is a warning; the rest is at info, a cancelled question
     * too. A logger that is off for a severity costs next to nothing.
     */
    public static JsonEventLogger toSlf4j(LogLevel level) {
        return builder().level(level).build();
    }

    /**
     * Returns one that hands over each line, without a line end, for instance to a test.
     *
     * @param lines called on the thread of the event, by several threads at once; what it throws is counted
     */
    public static JsonEventLogger to(Consumer<String> lines, LogLevel level) {
        return to(lines, level, Clock.systemUTC());
    }

    static JsonEventLogger to(Consumer<String> lines, LogLevel level, InstantSource clock) {
        return builder().sink(LogSink.lines(lines)).level(level).build(clock);
    }

    static JsonEventLogger toLogger(Logger logger, LogLevel level, InstantSource clock) {
        return builder().sink(Slf4jSink.message(logger)).level(level).build(clock);
    }

    /** Returns how much is written of pipelines that have no level of their own. */
    public LogLevel level() {
        return level;
    }

    /** Changes how much is written, from the next event on; a question under way goes on at the new level. */
    public void level(LogLevel changed) {
        level = Objects.requireNonNull(changed, "level");
    }

    /** Returns how much is written of a pipeline: its own level, else that of all. */
    public LogLevel level(String pipeline) {
        return levels.getOrDefault(pipeline, level);
    }

    /**
     * Changes how much is written of one pipeline, from the next event on.
     *
     * @param pipeline the name of a {@link dev.groundwork.rag.Rag}; there need not be one yet
     * @param changed {@code null} to follow the level of all again
     */
    public void level(String pipeline, @Nullable LogLevel changed) {
        Objects.requireNonNull(pipeline, "pipeline");
        if (changed == null) {
            levels.remove(pipeline);
        } else {
            levels.put(pipeline, changed);
        }
    }

    /** Returns whether texts of questions, answers and sources are written. */
    public boolean content() {
        return content;
    }

    /** Switches on or off that texts of questions, answers and sources are written, redacted and cut. */
    public void content(boolean written) {
        content = written;
    }

    /** Returns how many events could not be handed to the sink because something threw. */
    public long failures() {
        return dropped.count("failed");
    }

    /**
     * Returns how often something was left out, by reason: {@code failed}, an event; {@code redactor_failed}, a text; and
     * what the sink drops where it is an {@link AsyncLogSink}.
     */
    public Map<String, Long> dropped() {
        Map<String, Long> all = new HashMap<>(dropped.byReason());
        if (sink instanceof AsyncLogSink async) {
            async.dropped().forEach((reason, count) -> all.merge(reason, count, Long::sum));
        }
        return Map.copyOf(all);
    }

    @Override
    public void onEvent(RagEvent event) {
        try {
            switch (event) {
                case RagEvent.QuestionStarted started -> open.start(started);
                case RagEvent.HopCompleted hop -> hop(hop);
                case RagEvent.AskCompleted asked -> finished(Finished.of(asked), asked);
                case RagEvent.SearchCompleted searched -> finished(Finished.of(searched), searched);
                case RagEvent.QuestionFailed failed -> finished(Finished.of(failed), failed);
                case RagEvent.IngestCompleted ingested -> {
                    if (sink.enabled(EventFields.worrying(ingested))) {
                        sink.write(EventFields.ingest(ingested, clock.instant()));
                    }
                }
                case RagEvent.HealthChanged changed -> {
                    if (sink.enabled(EventFields.worrying(changed))) {
                        sink.write(EventFields.health(changed, clock.instant()));
                    }
                }
                case RagEvent.AlertChanged changed -> {
                    if (sink.enabled(changed.firing())) {
                        sink.write(EventFields.alert(changed, clock.instant()));
                    }
                }
            }
        } catch (Throwable e) { // a log that fails, for whatever reason, must not fail a question
            dropped.add("failed");
        }
    }

    /** A question that is not among the samples is written at {@link LogLevel#STANDARD}. */
    private LogLevel sampled(String pipeline, String requestId) {
        LogLevel wanted = level(pipeline);
        return wanted == LogLevel.EXTENDED && !Sampling.takes(requestId, sampling) ? LogLevel.STANDARD : wanted;
    }

    private void hop(RagEvent.HopCompleted event) throws IOException {
        LogLevel wanted = sampled(event.pipeline(), event.requestId());
        Instant now = clock.instant();
        LogLevel due = open.hop(event, wanted, wanted == LogLevel.EXTENDED, now);
        if (due != null && sink.enabled(EventFields.worrying(event.hop()))) {
            sink.write(EventFields.hop(event, due, now, ids(event.requestId())));
        }
    }

    private void finished(Finished done, RagEvent event) throws IOException {
        String requestId = done.question().requestId();
        boolean isSlow = done.trace().duration().compareTo(slow) >= 0;
        LogLevel due = done.worrying() || isSlow ? LogLevel.EXTENDED : sampled(done.pipeline(), requestId);
        TraceIds ids = ids(requestId);
        for (OpenQuestions.Held held : open.end(done.pipeline(), requestId, done.trace(), due)) {
            if (due != LogLevel.MINIMAL
                    && sink.enabled(EventFields.worrying(held.event().hop()))) {
                guarded(EventFields.hop(held.event(), due, held.time(), ids));
            }
        }
        if (!sink.enabled(done.worrying())) {
            return;
        }
        LogEvent.Builder fields = EventFields.question(done, due, isSlow, clock.instant(), ids);
        if (due != LogLevel.MINIMAL) {
            fields.text("rag.template_id", templateId).text("rag.config_hash", configHash);
        }
        if (queryHash != null && due == LogLevel.EXTENDED) {
            fields.text("rag.query_hmac", queryHash.of(done.question().text()));
        }
        if (content) {
            addContent(fields, event);
        }
        sink.write(fields.build(done.worrying()));
    }

    /** One hop that can't be written must not take the question's own event with it. */
    private void guarded(LogEvent hop) {
        try {
            sink.write(hop);
        } catch (Throwable e) {
            dropped.add("failed");
        }
    }

    private void addContent(LogEvent.Builder fields, RagEvent event) {
        switch (event) {
            case RagEvent.AskCompleted asked -> contentFields.add(fields, asked);
            case RagEvent.SearchCompleted searched -> contentFields.add(fields, searched);
            case RagEvent.QuestionFailed failed -> contentFields.add(fields, failed);
            default -> throw new IllegalArgumentException("not the end of a question");
        }
    }

    private @Nullable TraceIds ids(String requestId) {
        return traceIds.apply(requestId).orElse(null);
    }

    /** Closes the sink: what waits is written, for a bounded time. Never throws; a failure is counted. */
    @Override
    public void close() {
        try {
            sink.close();
        } catch (Throwable e) {
            dropped.add("failed");
        }
    }

    /** Collects what a logger needs. Not thread-safe. */
    public static final class Builder {

        private @Nullable LogSink chosen;
        private LogSink sink = event -> {};
        private LogLevel level = LogLevel.MINIMAL;
        private final Map<String, LogLevel> levels = new HashMap<>();
        private double sampling = 1;
        private Duration slow = DEFAULT_SLOW;
        private boolean content;
        private int contentChars = DEFAULT_CONTENT_CHARS;
        private Redactor redactor = Redactor.standard();
        private Function<String, Optional<TraceIds>> traceIds = requestId -> Optional.empty();
        private @Nullable QueryHash queryHash;
        private @Nullable String templateId;
        private @Nullable String configHash;
        private @Nullable MetricsSink metrics;

        private Builder() {}

        /** Sets where events go; closed with the logger. */
        public Builder sink(LogSink value) {
            chosen = Objects.requireNonNull(value, "sink");
            return this;
        }

        /**
         * Sets that events go to a {@link RollingFile} of the default size, behind an {@link AsyncLogSink}.
         *
         * @throws java.io.UncheckedIOException if it can't be written to, or another process or sink writes to it
         */
        public Builder file(Path file) {
            return sink(AsyncLogSink.of(RollingFile.open(file)));
        }

        /** Sets how much is written at first. */
        public Builder level(LogLevel value) {
            level = Objects.requireNonNull(value, "level");
            return this;
        }

        /** Sets how much is written of one pipeline at first. */
        public Builder level(String pipeline, LogLevel value) {
            levels.put(Objects.requireNonNull(pipeline, "pipeline"), Objects.requireNonNull(value, "level"));
            return this;
        }

        /**
         * Sets which share of questions {@link LogLevel#EXTENDED} writes whole, from 0 to 1; 1 where it is not set. The
         * others are written as {@link LogLevel#STANDARD} has them. The request id alone decides, so that all processes
         * that see a question take the same ones. Failures and slow questions are always whole.
         */
        public Builder sampling(double share) {
            if (!(share >= 0 && share <= 1)) {
                throw new IllegalArgumentException("sampling is " + share + ", must be from 0 to 1");
            }
            sampling = share;
            return this;
        }

        /** Sets from which duration on a question is slow, and so written whole; 0 for each one. */
        public Builder slow(Duration threshold) {
            if (threshold.isNegative()) {
                throw new IllegalArgumentException("slow is " + threshold + ", must not be negative");
            }
            slow = threshold;
            return this;
        }

        /** Sets whether texts of questions, answers and sources are written at first; {@code false} where it is not set. */
        public Builder content(boolean written) {
            content = written;
            return this;
        }

        /** Sets how many characters are written of each text, from 16 to 100,000. */
        public Builder contentChars(int most) {
            if (most < 16 || most > 100_000) {
                throw new IllegalArgumentException("contentChars is " + most + ", must be from 16 to 100000");
            }
            contentChars = most;
            return this;
        }

        /** Sets what texts pass before they are written; {@link Redactor#standard()} where it is not set. */
        public Builder redactor(Redactor value) {
            redactor = Objects.requireNonNull(value, "redactor");
            return this;
        }

        /**
         * Sets what finds the trace of a question by its request id, so that each line links to it. Called for each line,
         * on the thread of the event.
         */
        public Builder traceIds(Function<String, Optional<TraceIds>> value) {
            traceIds = Objects.requireNonNull(value, "traceIds");
            return this;
        }

        /**
         * Sets the key of {@code rag.query_hmac}, by which the same question is known again without its text. Whoever has
         * the key can try out questions, so it must be kept as any other key.
         *
         * @param key at least 16 bytes; copied
         */
        public Builder queryKey(byte[] key) {
            queryHash = new QueryHash(key);
            return this;
        }

        /** Sets the name and version of the prompt's template, for {@code rag.template_id}. */
        public Builder templateId(String value) {
            templateId = SafeText.name(value);
            return this;
        }

        /** Sets what tells one configuration from another, for {@code rag.config_hash}; any short text. */
        public Builder configHash(String value) {
            configHash = SafeText.name(value);
            return this;
        }

        /** Sets who is told of each event that is lost, as {@code rag.telemetry.dropped}. */
        public Builder metrics(MetricsSink value) {
            metrics = Objects.requireNonNull(value, "metrics");
            return this;
        }

        /** Makes the logger. */
        public JsonEventLogger build() {
            return build(Clock.systemUTC());
        }

        JsonEventLogger build(InstantSource clock) {
            LogSink set = chosen;
            sink = set == null ? LogSink.slf4jMessage() : set;
            return new JsonEventLogger(this, clock);
        }
    }
}
