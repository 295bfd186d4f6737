package dev.groundwork.rag.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.groundwork.rag.Answer;
import dev.groundwork.rag.AnswerHandler;
import dev.groundwork.rag.AugmentedPrompt;
import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.ExtractiveAnswerer;
import dev.groundwork.rag.Hit;
import dev.groundwork.rag.Hop;
import dev.groundwork.rag.LlmAttempt;
import dev.groundwork.rag.LlmPool;
import dev.groundwork.rag.LlmReply;
import dev.groundwork.rag.MemberStatus;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.QuestionWatch;
import dev.groundwork.rag.Rag;
import dev.groundwork.rag.RagBuilder;
import dev.groundwork.rag.RagEvent;
import dev.groundwork.rag.RetrievalFailedException;
import dev.groundwork.rag.Retriever;
import dev.groundwork.rag.Score;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.TokenUsage;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class OpenTelemetryTracingTest {

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final OpenTelemetrySdk telemetry = OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                    .build())
            .build();
    private final Tracer caller = telemetry.getTracer("caller");
    private final OpenTelemetryTracing tracing = OpenTelemetryTracing.to(telemetry);

    @AfterEach
    void close() {
        telemetry.close();
    }

    /** A pool that opens a span of its own while it answers, as an instrumented HTTP client would. */
    private final class Pool implements LlmPool {

        @Override
        public LlmReply chat(ChatRequest request, Deadline deadline) {
            caller.spanBuilder("http of " + text(request)).startSpan().end();
            if (text(request).contains("broken")) {
                throw new IllegalStateException("Canary: " + text(request));
            }
            return reply(text(request));
        }

        @Override
        public LlmStream stream(ChatRequest request, Deadline deadline, LlmStreamHandler handler) {
            Thread.ofVirtual().start(() -> {
                handler.onPartial("It is " + text(request) + " [1]");
                handler.onComplete(reply(text(request)));
            });
            return () -> {};
        }

        private static String text(ChatRequest request) {
            return ((UserMessage) request.messages().getFirst()).singleText();
        }

        private static LlmReply reply(String text) {
            ChatResponse response = ChatResponse.builder()
                    .aiMessage(AiMessage.from("It is " + text + " [1]"))
                    .modelName("m-1")
                    .tokenUsage(new TokenUsage(11, 5))
                    .build();
            return new LlmReply(
                    response,
                    "second",
                    List.of(
                            new LlmAttempt(
                                    "first",
                                    Duration.ofMillis(3),
                                    LlmAttempt.Outcome.RATE_LIMITED,
                                    "RateLimitException (429)"),
                            new LlmAttempt("second", Duration.ofMillis(5), LlmAttempt.Outcome.SERVED, "")));
        }

        @Override
        public StreamingChatModel streaming() {
            throw new UnsupportedOperationException("not needed here");
        }

        @Override
        public List<MemberStatus> members() {
            return List.of();
        }

        @Override
        public void close() {
            // Nothing to close.
        }
    }

    private RagBuilder rag(Retriever... retrievers) {
        RagBuilder builder = Rag.builder()
                .name("docs")
                .promptAugmenter((question, hits, maxTokens) ->
                        new AugmentedPrompt(List.of(UserMessage.from(question.text())), hits, 7, "NO_ANSWER"))
                .citationChecker((answer, sources) -> List.of())
                .extractiveAnswerer((question, hits, deadline) ->
                        Optional.of(new ExtractiveAnswerer.CitedText("Daily. [1]", List.of())))
                .listener(tracing);
        for (Retriever retriever : retrievers) {
            builder.retriever(retriever);
        }
        return builder;
    }

    private Retriever leg(String name) {
        return new Retriever() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public List<Hit> retrieve(Question question, int limit, Deadline deadline) {
                caller.spanBuilder("query of " + name).startSpan().end();
                if (question.text().contains("nowhere")) {
                    throw new IllegalStateException("Canary");
                }
                return List.of(Hit.of("a#1", TextSegment.from("Daily."), new Score(name, Score.Kind.OTHER, 0.5, 1)));
            }
        };
    }

    private Map<String, SpanData> spans() {
        return exporter.getFinishedSpanItems().stream()
                .collect(Collectors.toMap(SpanData::getName, Function.identity()));
    }

    @Test
    void writesATraceBelowTheCallersSpan() {
        Span request = caller.spanBuilder("request").startSpan();
        try (Rag rag = rag(leg("one"), leg("two")).llmPool(new Pool()).build();
                Scope scope = request.makeCurrent()) {
            assertThat(scope).isNotNull();
            rag.ask(Question.of("what?").withRequestId("r-1"));
        }
        request.end();

        Map<String, SpanData> spans = spans();
        SpanData root = spans.get("invoke_workflow docs");
        assertThat(root.getParentSpanId()).isEqualTo(request.getSpanContext().getSpanId());
        assertThat(root.getAttributes().asMap())
                .containsEntry(AttributeKey.stringKey("rag.request_id"), "r-1")
                .containsEntry(AttributeKey.stringKey("rag.outcome"), "degraded")
                .containsEntry(AttributeKey.stringKey("gen_ai.operation.name"), "invoke_workflow");
        assertThat(List.of(
                        "retrieval one", "retrieval two", "rag.fuse", "rag.augment", "chat m-1 (second)", "rag.cite"))
                .allSatisfy(
                        name -> assertThat(spans.get(name).getParentSpanId()).isEqualTo(root.getSpanId()));
        assertThat(spans.get("query of one").getParentSpanId())
                .isEqualTo(spans.get("retrieval one").getSpanId());
        assertThat(spans.get("http of what?").getParentSpanId())
                .isEqualTo(spans.get("chat m-1 (second)").getSpanId());
        assertThat(spans).hasSize(11);
        assertThat(exporter.getFinishedSpanItems())
                .extracting(SpanData::getTraceId)
                .containsOnly(root.getTraceId());
    }

    @Test
    void tellsTokensAndAttemptsOfTheModel() {
        try (Rag rag = rag(leg("one")).llmPool(new Pool()).build()) {
            rag.ask("what?");
        }
        SpanData chat = spans().get("chat m-1 (second)");
        assertThat(chat.getAttributes().asMap())
                .containsEntry(AttributeKey.stringKey("gen_ai.operation.name"), "chat")
                .containsEntry(AttributeKey.stringKey("gen_ai.request.model"), "m-1 (second)")
                .containsEntry(AttributeKey.longKey("gen_ai.usage.input_tokens"), 11L)
                .containsEntry(AttributeKey.longKey("gen_ai.usage.output_tokens"), 5L);
        assertThat(chat.getEvents())
                .extracting(
                        e -> e.getName(),
                        e -> e.getAttributes().get(AttributeKey.stringKey("rag.member")),
                        e -> e.getAttributes().get(AttributeKey.stringKey("rag.outcome")),
                        e -> e.getAttributes().get(AttributeKey.stringKey("error.type")))
                .containsExactly(
                        tuple("rag.pool.attempt", "first", "rate_limited", "RateLimitException (429)"),
                        tuple("rag.pool.attempt", "second", "served", null));
    }

    @Test
    void aQuestionThatFailsIsAnErrorWithoutItsMessage() {
        try (Rag rag = rag(leg("one")).build()) {
            assertThatThrownBy(() -> rag.search("nowhere")).isInstanceOf(RetrievalFailedException.class);
        }
        Map<String, SpanData> spans = spans();
        assertThat(spans.get("invoke_workflow docs").getStatus().getStatusCode())
                .isEqualTo(StatusCode.ERROR);
        assertThat(spans.get("invoke_workflow docs").getAttributes().get(AttributeKey.stringKey("error.type")))
                .isEqualTo("RetrievalFailedException");
        assertThat(spans.get("retrieval one").getAttributes().get(AttributeKey.stringKey("error.type")))
                .isEqualTo("IllegalStateException");
        assertThat(exporter.getFinishedSpanItems().toString()).doesNotContain("Canary");
    }

    @Test
    void theHandlerOfAStreamedAnswerFindsTheQuestionsSpan() throws InterruptedException {
        List<SpanContext> seen = Collections.synchronizedList(new ArrayList<>());
        Span request = caller.spanBuilder("request").startSpan();
        try (Rag rag = rag(leg("one")).llmPool(new Pool()).build();
                Scope scope = request.makeCurrent()) {
            assertThat(scope).isNotNull();
            rag.askStreaming(Question.of("what?"), new AnswerHandler() {
                        @Override
                        public void onPartial(String text) {
                            seen.add(Span.current().getSpanContext());
                        }

                        @Override
                        public void onComplete(Answer answer) {
                            seen.add(Span.current().getSpanContext());
                        }

                        @Override
                        public void onError(Throwable error) {
                            throw new AssertionError(error);
                        }
                    })
                    .await();
        }
        SpanData root = spans().get("invoke_workflow docs");
        assertThat(root.getParentSpanId()).isEqualTo(request.getSpanContext().getSpanId());
        assertThat(seen)
                .hasSizeGreaterThanOrEqualTo(2)
                .allSatisfy(context -> assertThat(context.getSpanId()).isEqualTo(root.getSpanId()));
    }

    @Test
    void manyQuestionsAtOnceFromVirtualThreadsKeepTheirOwnTraces() throws Exception {
        int questions = 200;
        try (Rag rag = rag(leg("one"), leg("two")).llmPool(new Pool()).build();
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> asked = new ArrayList<>();
            for (int i = 0; i < questions; i++) {
                String id = (i % 3 == 0 ? "broken " : "fine ") + i;
                asked.add(callers.submit(() -> {
                    Span request = caller.spanBuilder("request " + id).startSpan();
                    try (Scope scope = request.makeCurrent()) {
                        assertThat(scope).isNotNull();
                        rag.ask(Question.of(id).withRequestId(id));
                    } finally {
                        request.end();
                    }
                }));
            }
            for (Future<?> future : asked) {
                future.get();
            }
        }

        Map<String, List<SpanData>> byTrace =
                exporter.getFinishedSpanItems().stream().collect(Collectors.groupingBy(SpanData::getTraceId));
        assertThat(byTrace).hasSize(questions).allSatisfy((trace, spans) -> {
            String id = spans.stream()
                    .map(SpanData::getName)
                    .filter(name -> name.startsWith("request "))
                    .findFirst()
                    .orElseThrow()
                    .substring("request ".length());
            List<String> expected = new ArrayList<>(List.of(
                    "request " + id,
                    "invoke_workflow docs",
                    "retrieval one",
                    "query of one",
                    "retrieval two",
                    "query of two",
                    "rag.fuse",
                    "rag.augment",
                    "http of " + id));
            expected.addAll(
                    id.startsWith("broken")
                            ? List.of("chat", "rag.extract")
                            : List.of("chat m-1 (second)", "rag.cite"));
            assertThat(spans).extracting(SpanData::getName).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(spans)
                    .filteredOn(span -> span.getName().equals("invoke_workflow docs"))
                    .allSatisfy(span -> assertThat(span.getAttributes().get(AttributeKey.stringKey("rag.request_id")))
                            .isEqualTo(id));
        });
    }

    @Test
    void linesOfTheLogHaveTheIdsOfTheirQuestionsSpan() {
        List<Map<String, Object>> lines = Collections.synchronizedList(new ArrayList<>());
        JsonEventLogger log = JsonEventLogger.builder()
                .sink(LogSink.lines(line -> lines.add(Samples.parse(line))))
                .level(LogLevel.EXTENDED)
                .traceIds(tracing::traceIds)
                .build();
        try (Rag rag = rag(leg("one")).listener(log).build()) {
            rag.search(Question.of("what?").withRequestId("r-1"));
        }
        SpanContext root = spans().get("invoke_workflow docs").getSpanContext();
        assertThat(lines)
                .hasSize(2)
                .allSatisfy(line -> assertThat(line)
                        .containsEntry("rag.trace_id", root.getTraceId())
                        .containsEntry("rag.span_id", root.getSpanId()));
        assertThat(tracing.traceIds("r-1")).isEmpty();
    }

    @Test
    void anIngestionIsASpan() {
        RagEvent.IngestCompleted ingested = Samples.ingested();
        tracing.onEvent(ingested);
        SpanData span = spans().get("rag.ingest");
        assertThat(span.getEndEpochNanos() - span.getStartEpochNanos())
                .isEqualTo(ingested.report().duration().toNanos());
        assertThat(span.getAttributes().get(AttributeKey.longKey("rag.added_count")))
                .isEqualTo(ingested.report().added());
    }

    @Test
    void worksWithNoTelemetryAtAll() {
        OpenTelemetryTracing none = OpenTelemetryTracing.to(OpenTelemetry.noop());
        try (Rag rag = rag(leg("one")).listener(none).build()) {
            assertThat(rag.search("what?").hits()).hasSize(1);
        }
        assertThat(none.traceIds("r-1")).isEmpty();
    }

    @Test
    void noSpanHoldsASecret() {
        String url = "https://joe:sk-Canary@host/p?key=sk-Canary#token=sk-Canary";
        Question question = Question.of("Text Canary")
                .withRequestId(url)
                .withAttributes(Map.of("user", "Canary"))
                .withConversation(List.of(UserMessage.from("Before Canary")));
        RuntimeException foreign = new RuntimeException("Canary", new IllegalStateException("Canary"));
        QuestionWatch watch = tracing.watch(new RagEvent.QuestionStarted(url, RagEvent.Operation.ASK, question));
        Hop hop = Samples.hop(
                url,
                1,
                1,
                List.of(new Hop.Candidate(url, 0.5, Score.Kind.COSINE, 1)),
                "model@" + url,
                3,
                4,
                List.of(new LlmAttempt(
                        "member@" + url, Duration.ofMillis(1), LlmAttempt.Outcome.FAILED, "Echo: Canary")));
        watch.hop(1, url).end(new RagEvent.HopCompleted(url, url, 1, hop));
        watch.end(new RagEvent.QuestionFailed(
                url, RagEvent.Operation.ASK, question, foreign, Samples.trace(List.of(), hop)));
        assertThat(exporter.getFinishedSpanItems()).hasSize(2);
        assertThat(exporter.getFinishedSpanItems().toString())
                .contains("host/p")
                .doesNotContain("Canary");
    }
}
