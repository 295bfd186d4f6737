package dev.groundwork.rag.observability;

import dev.groundwork.rag.Answer;
import dev.groundwork.rag.Answerability;
import dev.groundwork.rag.Citation;
import dev.groundwork.rag.Degradation;
import dev.groundwork.rag.Hit;
import dev.groundwork.rag.Hop;
import dev.groundwork.rag.IngestReport;
import dev.groundwork.rag.LlmAttempt;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.RagEvent;
import dev.groundwork.rag.RagListener;
import dev.groundwork.rag.Score;
import dev.groundwork.rag.SearchResult;
import dev.groundwork.rag.Trace;
import dev.langchain4j.data.segment.TextSegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Events that together hold every field there is. */
final class Everything {

    private Everything() {}

    static JsonEventLogger logger(LogSink sink, LogLevel level) {
        return logger(sink, level, Redactor.standard());
    }

    static JsonEventLogger logger(LogSink sink, LogLevel level, Redactor redactor) {
        return JsonEventLogger.builder()
                .redactor(redactor)
                .sink(sink)
                .level(level)
                .content(true)
                .slow(Duration.ofSeconds(1))
                .templateId("default/3")
                .configHash("9f2c")
                .queryKey("0123456789abcdef".getBytes(StandardCharsets.US_ASCII))
                .traceIds(id -> Optional.of(new TraceIds("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")))
                .build(Samples.CLOCK);
    }

    /** Sends events whose names, ids and texts are ordinary. */
    static void send(RagListener listener) {
        send(listener, "docs", "r-1", "Every day.");
    }

    /**
     * Sends every kind of event.
     *
     * @param name the pipeline, and part of all other names
     * @param id the request id, and part of other ids
     * @param text the text of question, answer and sources
     */
    static void send(RagListener listener, String name, String id, String text) {
        Question question = Question.of(text).withRequestId(id).withLimit(5);
        List<Hop.Candidate> many = IntStream.rangeClosed(1, 1_000)
                .mapToObj(rank -> new Hop.Candidate(id, 1.0 / rank, Score.Kind.BM25, rank))
                .toList();
        List<LlmAttempt> attempts = IntStream.rangeClosed(1, 200)
                .mapToObj(i ->
                        new LlmAttempt(name, Duration.ofMillis(i), LlmAttempt.Outcome.FAILED, "HttpException (503)"))
                .toList();
        Hop found = Samples.hop("text", 1, 1_000, many, null, null, null, List.of());
        Hop reranked = Samples.hop(Hop.RERANK, 50, 1, many.subList(1, 2), name, 900, null, List.of());
        Hop chat = new Hop(
                Hop.CHAT,
                Hop.Status.FAILED,
                Duration.ofMillis(3),
                Duration.ofMillis(4),
                1,
                0,
                List.of(),
                name,
                10,
                20,
                attempts,
                "LlmUnavailableException",
                Duration.ofMillis(2));
        List<Degradation> degradations = List.of(new Degradation(name, "failed", text));
        Trace trace = new Trace(
                id,
                name,
                Samples.NOW,
                Duration.ofSeconds(2),
                List.of(found, reranked, chat),
                degradations,
                Optional.of(new Answerability(0.9, 0.2)));
        Citation citation = new Citation(1, Citation.Verdict.QUOTED, id, name, 1, 2, text, text);

        List<Citation> citations =
                IntStream.range(0, 2_000).mapToObj(i -> citation).toList();
        List<Hit> hits = IntStream.range(0, 2_000)
                .mapToObj(i -> Hit.of(id, TextSegment.from(text), new Score("text", Score.Kind.BM25, 1, 1)))
                .toList();
        begin(listener, name, question, RagEvent.Operation.ASK, trace);
        listener.onEvent(new RagEvent.AskCompleted(
                name, question, new Answer.Degraded(text, citations, Answer.Origin.GENERATED, degradations, trace)));
        begin(listener, name, question, RagEvent.Operation.ASK, trace);
        listener.onEvent(new RagEvent.AskCompleted(
                name, question, new Answer.Abstained(Answer.Abstained.Reason.MODEL_DECLINED, text, trace)));
        begin(listener, name, question, RagEvent.Operation.SEARCH, trace);
        listener.onEvent(new RagEvent.SearchCompleted(name, question, new SearchResult(hits, trace)));
        begin(listener, name, question, RagEvent.Operation.ASK, trace);
        listener.onEvent(new RagEvent.QuestionFailed(
                name, RagEvent.Operation.ASK, question, new IllegalStateException(text), trace));
        listener.onEvent(new RagEvent.IngestCompleted(
                name,
                new IngestReport(
                        name, 4, 3, 2, 1, List.of(new IngestReport.Failure(id, text)), 99, Duration.ofSeconds(2))));
        listener.onEvent(new RagEvent.HealthChanged(name, "llm/" + name, "up", "down", name));
        listener.onEvent(new RagEvent.HealthChanged(name, "", "down", "up", ""));
        listener.onEvent(new RagEvent.AlertChanged(
                name, "p95 " + name, RagEvent.AlertChanged.Kind.SLO, true, 2.5, 1, Duration.ofMinutes(5)));
        listener.onEvent(new RagEvent.AlertChanged(
                name, "psi " + name, RagEvent.AlertChanged.Kind.DRIFT, false, 0.1, 0.2, Duration.ofHours(1)));
        listener.onEvent(new RagEvent.AlertChanged(
                name,
                "none",
                RagEvent.AlertChanged.Kind.DRIFT,
                true,
                Double.NaN,
                Double.POSITIVE_INFINITY,
                Duration.ZERO));
    }

    private static void begin(
            RagListener listener, String name, Question question, RagEvent.Operation operation, Trace trace) {
        listener.onEvent(new RagEvent.QuestionStarted(name, operation, question));
        int sequence = 0;
        for (Hop hop : trace.hops()) {
            listener.onEvent(new RagEvent.HopCompleted(name, question.requestId(), ++sequence, hop));
        }
    }
}
