package dev.groundwork.rag.observability;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.groundwork.rag.Answer;
import dev.groundwork.rag.Answerability;
import dev.groundwork.rag.Citation;
import dev.groundwork.rag.Degradation;
import dev.groundwork.rag.Hop;
import dev.groundwork.rag.IngestReport;
import dev.groundwork.rag.LlmAttempt;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.RagEvent;
import dev.groundwork.rag.RagListener;
import dev.groundwork.rag.Score;
import dev.groundwork.rag.SearchResult;
import dev.groundwork.rag.Trace;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Events of one pipeline {@code docs} and one request {@code r-1}, with figures that tests can name. */
final class Samples {

    static final String PIPELINE = "docs";
    static final Instant NOW = Instant.parse("2026-11-23T10:15:30.120Z");
    static final InstantSource CLOCK = InstantSource.fixed(NOW);

    /** By it, {@link #vector()} answers with the probability 1 / (1 + exp(-1)). */
    private static final Answerability.Calibration CALIBRATION = new Answerability.Calibration(2, -2.2625);

    private static final ObjectMapper JSON = new ObjectMapper();

    private Samples() {}

    static Question question() {
        return Question.of("What is the rotation?").withRequestId("r-1");
    }

    static Hop embed() {
        return hop(Hop.EMBED, 1, 1, List.of(), "bge-small", 6, null, List.of());
    }

    static Hop vector() {
        return hop(
                Hop.VECTOR,
                1,
                2,
                List.of(
                        new Hop.Candidate("a#1", 0.75, Score.Kind.COSINE, 1),
                        new Hop.Candidate("b#2", 0.5, Score.Kind.COSINE, 2)),
                null,
                null,
                null,
                List.of());
    }

    static Hop fuse() {
        return hop(
                Hop.FUSE,
                2,
                1,
                List.of(new Hop.Candidate("a#1", 1.0, Score.Kind.FUSED, 1)),
                null,
                null,
                null,
                List.of());
    }

    static Hop chat() {
        return hop(
                Hop.CHAT,
                1,
                1,
                List.of(),
                "second",
                420,
                37,
                List.of(
                        new LlmAttempt(
                                "first", Duration.ofMillis(5), LlmAttempt.Outcome.RATE_LIMITED, "RateLimit (429)"),
                        new LlmAttempt("resting", Duration.ZERO, LlmAttempt.Outcome.SKIPPED, ""),
                        new LlmAttempt("second", Duration.ofMillis(300), LlmAttempt.Outcome.SERVED, "")));
    }

    static Hop rerankTimedOut() {
        return new Hop(
                Hop.RERANK,
                Hop.Status.TIMED_OUT,
                Duration.ofMillis(20),
                Duration.ofMillis(50),
                1,
                0,
                List.of(),
                "cross-encoder",
                null,
                null,
                List.of(),
                "DeadlineExceededException");
    }

    static Hop hop(
            String name,
            int in,
            int out,
            List<Hop.Candidate> candidates,
            String model,
            Integer tokensIn,
            Integer tokensOut,
            List<LlmAttempt> attempts) {
        return new Hop(
                name,
                Hop.Status.OK,
                Duration.ofMillis(2),
                Duration.ofNanos(12_345_678),
                in,
                out,
                candidates,
                model,
                tokensIn,
                tokensOut,
                attempts,
                "");
    }

    static Trace trace(List<Degradation> degradations, Hop... hops) {
        Optional<Answerability> answerability = Stream.of(hops)
                .filter(hop -> hop.name().equals(Hop.VECTOR))
                .map(hop -> new Answerability(0.75, 0.25).with(CALIBRATION))
                .findFirst();
        return new Trace("r-1", PIPELINE, NOW, Duration.ofMillis(1_250), List.of(hops), degradations, answerability);
    }

    static RagEvent.AskCompleted answered() {
        Citation citation = new Citation(1, Citation.Verdict.QUOTED, "a#1", "a.md", 1, 2, "Every day.", "Every day.");
        Trace trace = trace(List.of(), embed(), vector(), fuse(), chat());
        return new RagEvent.AskCompleted(
                PIPELINE,
                question(),
                new Answer.Grounded("Every day. [1]", List.of(citation), Answer.Origin.GENERATED, trace));
    }

    static RagEvent.AskCompleted abstained() {
        return new RagEvent.AskCompleted(
                PIPELINE,
                question(),
                new Answer.Abstained(
                        Answer.Abstained.Reason.NOTHING_RELEVANT, "Not found here.", trace(List.of(), embed())));
    }

    static RagEvent.AskCompleted degraded() {
        List<Degradation> degradations = List.of(new Degradation(Hop.RERANK, "timed_out", "after 50 ms"));
        Trace trace = trace(degradations, embed(), vector(), fuse(), rerankTimedOut(), chat());
        return new RagEvent.AskCompleted(
                PIPELINE,
                question(),
                new Answer.Degraded("Every day.", List.of(), Answer.Origin.GENERATED, degradations, trace));
    }

    static RagEvent.SearchCompleted searched() {
        return new RagEvent.SearchCompleted(
                PIPELINE, question(), new SearchResult(List.of(), trace(List.of(), embed(), vector())));
    }

    static RagEvent.QuestionFailed failed(Throwable error, Hop... hops) {
        return new RagEvent.QuestionFailed(PIPELINE, RagEvent.Operation.ASK, question(), error, trace(List.of(), hops));
    }

    static RagEvent.HopCompleted completed(int sequence, Hop hop) {
        return new RagEvent.HopCompleted(PIPELINE, "r-1", sequence, hop);
    }

    static RagEvent.IngestCompleted ingested(IngestReport.Failure... failures) {
        return new RagEvent.IngestCompleted(
                PIPELINE, new IngestReport("docs", 4, 3, 2, 1, List.of(failures), 99, Duration.ofSeconds(2)));
    }

    /** What a {@code Rag} sends for one question: each hop, then the end. */
    static void sendQuestion(RagListener listener) {
        listener.onEvent(completed(1, embed()));
        listener.onEvent(completed(2, vector()));
        listener.onEvent(completed(3, fuse()));
        listener.onEvent(completed(4, chat()));
        listener.onEvent(answered());
    }

    /** Returns the keys and values of a line, in its order. Fails if it is not one whole event of the schema. */
    static Map<String, Object> parse(String line) {
        Map<String, Object> fields = new LinkedHashMap<>();
        try {
            Schemas.check(JSON.readTree(line));
            JSON.readerForMapOf(Object.class)
                    .with(com.fasterxml.jackson.databind.DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .<Map<String, Object>>readValue(line)
                    .forEach(fields::put);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not one JSON object: " + line, e);
        }
        return fields;
    }

    /** Returns the objects of a string that holds a JSON array. */
    static List<Map<String, Object>> parseArray(Object array) {
        try {
            return JSON.readerForListOf(Map.class).readValue((String) array);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not a JSON array: " + array, e);
        }
    }
}
