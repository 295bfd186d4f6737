package dev.groundwork.rag.observability;

import dev.groundwork.rag.Hop;
import dev.groundwork.rag.HopWatch;
import dev.groundwork.rag.IngestReport;
import dev.groundwork.rag.LlmAttempt;
import dev.groundwork.rag.QuestionWatch;
import dev.groundwork.rag.RagEvent;
import dev.groundwork.rag.RagListener;
import dev.groundwork.rag.WatchScope;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes each question as an OpenTelemetry trace: one span for the question, a child of the span that its caller has open,
 * and one for each hop. Names follow OpenTelemetry's semantic conventions for generative AI where those have one.
 *
 * <table>
 * <caption>Spans</caption>
 * <tr><th>Name</th><th>What</th></tr>
 * <tr><td>{@code invoke_workflow PIPELINE}</td><td>a question or search</td></tr>
 * <tr><td>{@code embeddings MODEL}</td><td>the question is embedded</td></tr>
 * <tr><td>{@code retrieval RETRIEVER}</td><td>one leg</td></tr>
 * <tr><td>{@code rerank MODEL}, {@code chat MODEL}</td><td>as they say; the model's name stands there once it is known</td></tr>
 * <tr><td>{@code rag.rewrite}, {@code rag.fuse}, {@code rag.titles}, {@code rag.late},
 * {@code rag.augment}, {@code rag.extract}, {@code rag.cite}</td>
 *     <td>the library's own steps</td></tr>
 * <tr><td>{@code rag.ingest}</td><td>an ingestion</td></tr>
 * </table>
 *
 * <p>A hop's span is current on the thread that does the hop, so that an instrumented HTTP client or database driver in it
 * hangs below it, and log lines that are written there carry its ids. An {@link dev.groundwork.rag.AnswerHandler} is called
 * with the question's span. Attempts of the pool are events of the span {@code chat}; they tell how long each took, and stand at the
 * hop's end.
 *
 * <p>No span holds text of a question, an answer or a source, or the message of an exception.
 *
 * <p>Thread-safe, does not block unless the span processor does. Needs {@code io.opentelemetry:opentelemetry-api}.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/gen-ai/">Semantic conventions for generative AI systems</a>
 */
public final class OpenTelemetryTracing implements RagListener {

    private static final String SCOPE = "dev.groundwork.rag";

    private static final AttributeKey<String> OPERATION = AttributeKey.stringKey("gen_ai.operation.name");
    private static final AttributeKey<String> WORKFLOW = AttributeKey.stringKey("gen_ai.workflow.name");
    private static final AttributeKey<String> REQUEST_MODEL = AttributeKey.stringKey("gen_ai.request.model");
    private static final AttributeKey<String> DATA_SOURCE = AttributeKey.stringKey("gen_ai.data_source.id");
    private static final AttributeKey<Long> TOKENS_IN = AttributeKey.longKey("gen_ai.usage.input_tokens");
    private static final AttributeKey<Long> TOKENS_OUT = AttributeKey.longKey("gen_ai.usage.output_tokens");
    private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");
    private static final AttributeKey<String> REQUEST_ID = AttributeKey.stringKey("rag.request_id");
    private static final AttributeKey<String> RAG_OPERATION = AttributeKey.stringKey("rag.operation");
    private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("rag.outcome");
    private static final AttributeKey<String> ABSTAIN_REASON = AttributeKey.stringKey("rag.abstain_reason");
    private static final AttributeKey<Long> RESULTS = AttributeKey.longKey("rag.result_count");
    private static final AttributeKey<String> HOP_NAME = AttributeKey.stringKey("rag.hop_name");
    private static final AttributeKey<Long> HOP_SEQUENCE = AttributeKey.longKey("rag.hop_seq");
    private static final AttributeKey<String> HOP_STATUS = AttributeKey.stringKey("rag.hop_status");
    private static final AttributeKey<Double> QUEUE_MILLIS = AttributeKey.doubleKey("rag.queue_ms");
    private static final AttributeKey<Long> IN = AttributeKey.longKey("rag.in_count");
    private static final AttributeKey<Long> OUT = AttributeKey.longKey("rag.out_count");
    private static final AttributeKey<Double> TOP_SCORE = AttributeKey.doubleKey("rag.top_score");
    private static final AttributeKey<String> SCORE_KIND = AttributeKey.stringKey("rag.score_kind");
    private static final AttributeKey<String> MEMBER = AttributeKey.stringKey("rag.member");
    private static final AttributeKey<Double> ATTEMPT_MILLIS = AttributeKey.doubleKey("rag.attempt_ms");
    private static final String ATTEMPT = "rag.pool.attempt";

    private final Tracer tracer;
    /** By request id; a second question under way with the same id leaves the first one's where it is. */
    private final Map<String, SpanContext> open = new ConcurrentHashMap<>();

    private OpenTelemetryTracing(Tracer tracer) {
        this.tracer = tracer;
    }

    /** Returns one that writes to this OpenTelemetry. */
    public static OpenTelemetryTracing to(OpenTelemetry telemetry) {
        Objects.requireNonNull(telemetry, "telemetry");
        return new OpenTelemetryTracing(telemetry.getTracer(SCOPE));
    }

    /**
     * Returns the ids of a question that is under way, for log lines: {@code JsonEventLogger.builder().traceIds(tracing::traceIds)}.
     *
     * @param requestId the question's {@link dev.groundwork.rag.Question#requestId()}; where two questions with the same id
     *     are under way, the one that began first counts
     * @return empty before it began, after it ended, and where there is no tracer behind the telemetry
     */
    public Optional<TraceIds> traceIds(String requestId) {
        return Optional.ofNullable(open.get(requestId)).map(span -> new TraceIds(span.getTraceId(), span.getSpanId()));
    }

    /** Writes ingestions down; questions are followed by {@link #watch}. */
    @Override
    public void onEvent(RagEvent event) {
        if (event instanceof RagEvent.IngestCompleted ingested) {
            ingested(ingested);
        }
    }

    @Override
    public QuestionWatch watch(RagEvent.QuestionStarted started) {
        String pipeline = SafeText.name(started.pipeline());
        Span span = tracer.spanBuilder("invoke_workflow " + pipeline)
                .setAttribute(OPERATION, "invoke_workflow")
                .setAttribute(WORKFLOW, pipeline)
                .setAttribute(REQUEST_ID, SafeText.name(started.question().requestId()))
                .setAttribute(RAG_OPERATION, Finished.lower(started.operation()))
                .startSpan();
        return new Question(
                started.question().requestId(), span, Context.current().with(span));
    }

    private void ingested(RagEvent.IngestCompleted event) {
        IngestReport report = event.report();
        Instant end = Instant.now();
        Span span = tracer.spanBuilder("rag.ingest")
                .setStartTimestamp(end.minus(report.duration()))
                .setAttribute(WORKFLOW, SafeText.name(event.pipeline()))
                .setAttribute("rag.added_count", report.added())
                .setAttribute("rag.updated_count", report.updated())
                .setAttribute("rag.unchanged_count", report.unchanged())
                .setAttribute("rag.deleted_count", report.deleted())
                .setAttribute("rag.failed_count", report.failed().size())
                .setAttribute("rag.segment_count", report.segments())
                .startSpan();
        span.end(end);
    }

    private static void set(Span span, AttributeKey<Long> key, @Nullable Integer value) {
        if (value != null) {
            span.setAttribute(key, (long) value);
        }
    }

    /** The conventions' operation and span name of a hop, as far as they can be told when it begins. */
    private record Kind(String operation, String span, SpanKind kind) {

        static Kind of(String hop) {
            return switch (hop) {
                case Hop.EMBED -> new Kind("embeddings", "embeddings", SpanKind.CLIENT);
                case Hop.RERANK -> new Kind("rerank", "rerank", SpanKind.CLIENT);
                case Hop.CHAT -> new Kind("chat", "chat", SpanKind.CLIENT);
                case Hop.REWRITE, Hop.FUSE, Hop.FEEDBACK, Hop.TITLES, Hop.LATE, Hop.AUGMENT, Hop.EXTRACT, Hop.CITE ->
                    new Kind("", "rag." + hop, SpanKind.INTERNAL);
                default -> new Kind("retrieval", "retrieval " + SafeText.name(hop), SpanKind.CLIENT);
            };
        }
    }

    /** A question that is under way. */
    private final class Question implements QuestionWatch {

        private final String requestId;
        private final Span span;
        private final Context context;

        Question(String requestId, Span span, Context context) {
            this.requestId = requestId;
            this.span = span;
            this.context = context;
            if (span.getSpanContext().isValid()) {
                open.putIfAbsent(requestId, span.getSpanContext());
            }
        }

        @Override
        public HopWatch hop(int sequence, String name) {
            Kind kind = Kind.of(name);
            SpanBuilder builder = tracer.spanBuilder(kind.span())
                    .setParent(context)
                    .setSpanKind(kind.kind())
                    .setAttribute(HOP_NAME, SafeText.name(name))
                    .setAttribute(HOP_SEQUENCE, (long) sequence);
            if (!kind.operation().isEmpty()) {
                builder.setAttribute(OPERATION, kind.operation());
            }
            if (kind.operation().equals("retrieval")) {
                builder.setAttribute(DATA_SOURCE, SafeText.name(name));
            }
            Span hop = builder.startSpan();
            return new HopSpan(kind, hop, context.with(hop));
        }

        @Override
        public WatchScope enter() {
            return current(context);
        }

        @Override
        public void end(RagEvent event) {
            open.remove(requestId, span.getSpanContext());
            Finished done = switch (event) {
                case RagEvent.AskCompleted asked -> Finished.of(asked);
                case RagEvent.SearchCompleted searched -> Finished.of(searched);
                case RagEvent.QuestionFailed failed -> Finished.of(failed);
                default ->
                    throw new IllegalArgumentException("no event ends a question that is a "
                            + event.getClass().getSimpleName());
            };
            span.setAttribute(OUTCOME, done.outcome());
            span.setAttribute(RESULTS, (long) done.results());
            if (done.reason() != null) {
                span.setAttribute(ABSTAIN_REASON, done.reason());
            }
            Throwable error = done.error();
            if (error != null) {
                span.setAttribute(ERROR_TYPE, SafeText.errorType(error));
                span.setStatus(StatusCode.ERROR);
            }
            span.end();
        }
    }

    /** A hop that is under way. */
    private record HopSpan(Kind kind, Span span, Context context) implements HopWatch {

        @Override
        public WatchScope enter() {
            return current(context);
        }

        @Override
        public void end(RagEvent.HopCompleted event) {
            Hop hop = event.hop();
            String model = hop.model();
            if (model != null) {
                span.setAttribute(REQUEST_MODEL, SafeText.name(model));
                if (!kind.operation().isEmpty()) {
                    span.updateName(kind.span() + " " + SafeText.name(model));
                }
            }
            span.setAttribute(HOP_STATUS, Finished.lower(hop.status()));
            span.setAttribute(IN, (long) hop.in());
            span.setAttribute(OUT, (long) hop.out());
            if (!hop.queued().isZero()) {
                span.setAttribute(QUEUE_MILLIS, hop.queued().toNanos() / 1e6);
            }
            set(span, TOKENS_IN, hop.tokensIn());
            set(span, TOKENS_OUT, hop.tokensOut());
            if (!hop.candidates().isEmpty()) {
                Hop.Candidate best = hop.candidates().getFirst();
                if (Double.isFinite(best.score())) {
                    span.setAttribute(TOP_SCORE, best.score());
                    span.setAttribute(SCORE_KIND, Finished.lower(best.kind()));
                }
            }
            for (LlmAttempt attempt : hop.attempts()) {
                span.addEvent(ATTEMPT, attributes(attempt));
            }
            if (hop.status() == Hop.Status.FAILED || hop.status() == Hop.Status.TIMED_OUT) {
                String type = hop.errorType();
                span.setAttribute(ERROR_TYPE, type.isEmpty() ? Finished.lower(hop.status()) : SafeText.errorType(type));
                span.setStatus(StatusCode.ERROR);
            }
            span.end();
        }

        private static Attributes attributes(LlmAttempt attempt) {
            AttributesBuilder attributes = Attributes.builder()
                    .put(MEMBER, SafeText.name(attempt.member()))
                    .put(OUTCOME, Finished.lower(attempt.outcome()))
                    .put(ATTEMPT_MILLIS, attempt.duration().toNanos() / 1e6);
            if (!attempt.errorType().isEmpty()) {
                attributes.put(ERROR_TYPE, SafeText.errorType(attempt.errorType()));
            }
            return attributes.build();
        }
    }

    @SuppressWarnings("MustBeClosedChecker") // the pipeline closes what enter() returns, on the same thread
    private static WatchScope current(Context context) {
        Scope scope = context.makeCurrent();
        return scope::close;
    }
}
