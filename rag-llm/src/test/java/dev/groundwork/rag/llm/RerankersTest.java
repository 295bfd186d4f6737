package dev.groundwork.rag.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.DeadlineExceededException;
import dev.groundwork.rag.Hit;
import dev.groundwork.rag.Hop;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.Score;
import dev.groundwork.rag.llm.pool.ChatModelPool;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.scoring.ScoringModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RerankersTest {

    private static final Question QUESTION = Question.of("What?");
    private static final Deadline LATER = Deadline.after(Duration.ofSeconds(60));

    private static List<Hit> hits(String... texts) {
        List<Hit> hits = new ArrayList<>();
        for (String text : texts) {
            hits.add(Hit.of(text, TextSegment.from(text), new Score(Hop.FUSE, Score.Kind.FUSED, 0.5, hits.size() + 1)));
        }
        return hits;
    }

    /** Scores by the length of the text. */
    private static ScoringModel byLength(List<Integer> batches) {
        return (segments, query) -> {
            batches.add(segments.size());
            return Response.from(
                    segments.stream().map(s -> (double) s.text().length()).toList());
        };
    }

    @Test
    void aScoringModelGetsBatchesAndItsScoresOrder() throws InterruptedException {
        List<Integer> batches = new ArrayList<>();
        List<Hit> ranked = ScoringModelReranker.of("length", byLength(batches), 2)
                .rerank(QUESTION, hits("bb", "a", "cc", "dddd", "e"), 4, LATER);
        assertThat(batches).containsExactly(2, 2, 1);
        // Equal scores stay in the order that they came in.
        assertThat(ranked).extracting(Hit::id).containsExactly("dddd", "bb", "cc", "a");
        assertThat(ranked.getFirst().score()).isEqualTo(new Score(Hop.RERANK, Score.Kind.RERANK, 4, 1));
        assertThat(ranked.getFirst().scores()).hasSize(2);
    }

    @Test
    void aLateScoringModelEndsWithTheDeadline() {
        List<Integer> batches = new ArrayList<>();
        Deadline passed = Deadline.after(Duration.ofMillis(1));
        while (!passed.remaining().isZero() && !passed.remaining().isNegative()) {
            Thread.onSpinWait();
        }
        assertThatThrownBy(() -> ScoringModelReranker.of("length", byLength(batches), 2)
                        .rerank(QUESTION, hits("a", "b"), 2, passed))
                .isInstanceOf(DeadlineExceededException.class);
        assertThat(batches).isEmpty();
    }

    @Test
    void scoresThatCantBeUsedAreAFailure() {
        ScoringModel tooFew = (segments, query) -> Response.from(List.of(1.0));
        assertThatThrownBy(() -> ScoringModelReranker.of("few", tooFew).rerank(QUESTION, hits("a", "b"), 2, LATER))
                .hasMessageContaining("few gave 1 scores for 2 texts");
        ScoringModel notFinite = (segments, query) -> Response.from(List.of(Double.NaN));
        assertThatThrownBy(() -> ScoringModelReranker.of("nan", notFinite).rerank(QUESTION, hits("a"), 2, LATER))
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> ScoringModelReranker.of("x", tooFew, 0)).hasMessageContaining("batch is 0");
    }

    private static ChatModelPool replying(String reply, List<ChatRequest> requests) {
        ChatModel model = new ChatModel() {
            @Override
            public ChatResponse doChat(ChatRequest request) {
                requests.add(request);
                return ChatResponse.builder().aiMessage(AiMessage.from(reply)).build();
            }
        };
        return ChatModelPool.of(model);
    }

    @Test
    void aChatModelOrdersAndWhatItLeavesOutFollows() throws InterruptedException {
        List<ChatRequest> requests = new ArrayList<>();
        try (ChatModelPool pool = replying("[3] > [1] > [3] > [77]", requests)) {
            List<Hit> ranked = ChatModelReranker.of(pool).rerank(QUESTION, hits("a", "b", "c", "d"), 10, LATER);
            assertThat(ranked).extracting(Hit::id).containsExactly("c", "a", "b", "d");
            assertThat(requests).hasSize(1);
            assertThat(requests.getFirst().messages().getLast().toString())
                    .contains("[4] d")
                    .contains("What?");
        }
    }

    @Test
    void aReplyWithoutNumbersIsAFailure() {
        try (ChatModelPool pool = replying("I can't tell.", new ArrayList<>())) {
            assertThatThrownBy(() -> ChatModelReranker.of(pool).rerank(QUESTION, hits("a", "b"), 2, LATER))
                    .hasMessageContaining("no number");
        }
    }

    @Test
    void twentyHitsAreShownAndTheRestStaysBehind() throws InterruptedException {
        List<ChatRequest> requests = new ArrayList<>();
        String[] texts = IntStream.range(0, 25).mapToObj(i -> "t" + i).toArray(String[]::new);
        try (ChatModelPool pool = replying("[20] > [21]", requests)) {
            List<Hit> ranked = ChatModelReranker.of(pool).rerank(QUESTION, hits(texts), 25, LATER);
            assertThat(ranked).hasSize(25);
            assertThat(ranked.get(0).id()).isEqualTo("t19");
            assertThat(ranked.get(1).id()).isEqualTo("t0");
            assertThat(ranked.get(24).id()).isEqualTo("t24");
            assertThat(requests.getFirst().messages().getLast().toString()).doesNotContain("[21]");
        }
    }

    @Test
    void aSingleHitNeedsNoModel() throws InterruptedException {
        List<ChatRequest> requests = new ArrayList<>();
        try (ChatModelPool pool = replying("[1]", requests)) {
            assertThat(ChatModelReranker.of(pool).rerank(QUESTION, hits("a"), 3, LATER))
                    .hasSize(1);
            assertThat(ChatModelReranker.of(pool).rerank(QUESTION, hits(), 3, LATER))
                    .isEmpty();
            assertThat(requests).isEmpty();
        }
    }
}
