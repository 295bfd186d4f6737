package dev.groundwork.rag.observability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.Answer;
import dev.groundwork.rag.Citation;
import dev.groundwork.rag.Degradation;
import dev.groundwork.rag.Hit;
import dev.groundwork.rag.Hop;
import dev.groundwork.rag.IngestReport;
import dev.groundwork.rag.LlmAttempt;
import dev.groundwork.rag.LlmUnavailableException;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.RagEvent;
import dev.groundwork.rag.RagListener;
import dev.groundwork.rag.Score;
import dev.groundwork.rag.SearchResult;
import dev.groundwork.rag.Trace;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.filter.comparison.IsEqualTo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Plants a secret wherever text, a key or a foreign message can come in, and looks for it wherever something goes out. */
class NoSecretsTest {

    private static final String CANARY = "sk-Canary joe@example.org";

    private static final String URL = "https://joe:sk-Canary@host/p?key=sk-Canary#token=sk-Canary";

    private static void plant(RagListener listener) {
        Question question = Question.of("Text " + CANARY)
                .withRequestId("r-1")
                .withConversation(List.of(UserMessage.from("Before " + CANARY)))
                .withAttributes(Map.of("user", CANARY))
                .withFilter(new IsEqualTo("owner", CANARY));
        Hop leg = Samples.hop(
                URL,
                1,
                1,
                List.of(new Hop.Candidate(URL, 0.5, Score.Kind.COSINE, 1)),
                "model@" + URL,
                3,
                4,
                List.of(new LlmAttempt(
                        "member@" + URL, Duration.ofMillis(1), LlmAttempt.Outcome.FAILED, "Echo: " + CANARY)));
        Hop chat = new Hop(
                Hop.CHAT,
                Hop.Status.FAILED,
                Duration.ZERO,
                Duration.ofMillis(1),
                1,
                0,
                List.of(),
                null,
                null,
                null,
                List.of(),
                "Echo: " + CANARY);
        List<Degradation> degradations =
                List.of(new Degradation(URL, "failed", "Detail " + CANARY), new Degradation("text", CANARY, CANARY));
        Trace trace = new Trace("r-1", URL, Samples.NOW, Duration.ofMillis(5), List.of(leg, chat), degradations);
        Citation citation = new Citation(1, Citation.Verdict.QUOTED, "a#1", URL, 1, 2, CANARY, CANARY);
        Hit hit = Hit.of("a#1", TextSegment.from(CANARY), new Score("vector", Score.Kind.COSINE, 0.5, 1));
        RuntimeException foreign = new RuntimeException(CANARY, new IllegalStateException(CANARY));
        foreign.addSuppressed(new IllegalStateException(CANARY));

        listener.onEvent(new RagEvent.HopCompleted(URL, "r-1", 1, leg));
        listener.onEvent(new RagEvent.HopCompleted(URL, "r-1", 2, chat));
        listener.onEvent(new RagEvent.AskCompleted(
                URL, question, new Answer.Grounded(CANARY, List.of(citation), Answer.Origin.GENERATED, trace)));
        listener.onEvent(new RagEvent.AskCompleted(
                URL,
                question,
                new Answer.Degraded(CANARY, List.of(citation), Answer.Origin.GENERATED, degradations, trace)));
        listener.onEvent(new RagEvent.AskCompleted(
                URL, question, new Answer.Abstained(Answer.Abstained.Reason.NO_CONTEXT, CANARY, trace)));
        listener.onEvent(new RagEvent.SearchCompleted(URL, question, new SearchResult(List.of(hit), trace)));
        listener.onEvent(new RagEvent.QuestionFailed(URL, RagEvent.Operation.ASK, question, foreign, trace));
        listener.onEvent(new RagEvent.QuestionFailed(
                URL,
                RagEvent.Operation.ASK,
                question,
                new LlmUnavailableException(leg.attempts(), null, foreign),
                trace));
        listener.onEvent(new RagEvent.IngestCompleted(
                URL,
                new IngestReport(
                        URL, 1, 1, 1, 1, List.of(new IngestReport.Failure(URL, CANARY)), 1, Duration.ofMillis(1))));
    }

    @ParameterizedTest
    @EnumSource
    void noLevelOfLogWritesASecret(LogLevel level) {
        List<String> lines = new ArrayList<>();
        JsonEventLogger logger = JsonEventLogger.to(lines::add, level, Samples.CLOCK);
        plant(logger);

        assertThat(logger.failures()).isZero();
        assertThat(lines).hasSize(level == LogLevel.MINIMAL ? 7 : 9);
        assertThat(lines).noneMatch(line -> line.contains("Canary") || line.contains("example.org"));
    }

    @Test
    void noMetricHoldsASecret() {
        InMemoryMetrics metrics = new InMemoryMetrics();
        MetricsListener listener = MetricsListener.to(metrics);
        plant(listener);

        assertThat(listener.failures()).isZero();
        assertThat(metrics.toString())
                .contains("rag.pool.attempts{member=member@https://host/p?...#...,outcome=failed}")
                .doesNotContain("Canary")
                .doesNotContain("example.org");
    }
}
