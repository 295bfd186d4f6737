package dev.groundwork.rag.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.DeadlineExceededException;
import dev.groundwork.rag.Hit;
import dev.groundwork.rag.Hop;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.Score;
import dev.langchain4j.data.segment.TextSegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** With the weights of bge-small-en. */
class LateInteractionRerankerIT {

    private static OnnxEmbeddingModel model;

    @BeforeAll
    static void load() {
        model = OnnxEmbeddingModel.bgeSmallEn();
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static List<Hit> hits(String... texts) {
        List<Hit> hits = new ArrayList<>();
        for (String text : texts) {
            hits.add(Hit.of(text, TextSegment.from(text), new Score(Hop.FUSE, Score.Kind.FUSED, 0.5, hits.size() + 1)));
        }
        return hits;
    }

    private static List<Hit> rerank(LateInteractionReranker reranker, List<Hit> hits, int limit)
            throws InterruptedException {
        return reranker.rerank(
                Question.of("How often is an API key rotated?"), hits, limit, Deadline.after(Duration.ofMinutes(1)));
    }

    @Test
    void thePassageThatAnswersComesFirst() throws InterruptedException {
        List<Hit> hits = hits(
                "A user may have several passwords.",
                "Keys of pianos are black and white.",
                "The API key of a service is rotated every thirty days.",
                "Ducks eat aquatic plants.");
        LateInteractionReranker reranker = LateInteractionReranker.of(model);
        List<Hit> ranked = rerank(reranker, hits, 3);
        assertThat(ranked).hasSize(3);
        assertThat(ranked.getFirst().id()).startsWith("The API key");
        assertThat(ranked.getFirst().score().hop()).isEqualTo(Hop.RERANK);
        assertThat(rerank(reranker, hits, 3)).as("from memory").isEqualTo(ranked);
    }

    @Test
    void whatIsBehindTheCandidatesStaysBehind() throws InterruptedException {
        List<Hit> hits = hits("Ducks eat plants.", "An API key is long.", "An API key is rotated daily.", "x");
        List<Hit> ranked = rerank(LateInteractionReranker.of(model, 2), hits, 10);
        assertThat(ranked)
                .extracting(Hit::id)
                .containsExactly("An API key is long.", "Ducks eat plants.", "An API key is rotated daily.", "x");
        assertThatThrownBy(() -> LateInteractionReranker.of(model, 1)).hasMessageContaining("candidates is 1");
    }

    @Test
    void textWithoutTokensAndEmptyListsAreNoFailure() throws InterruptedException {
        assertThat(rerank(LateInteractionReranker.of(model), List.of(), 3)).isEmpty();
        assertThat(rerank(LateInteractionReranker.of(model), hits("\u200b", "An API key is rotated."), 3))
                .hasSize(2);
    }

    @Test
    void endsWithTheDeadline() {
        Deadline passed = Deadline.after(Duration.ofMillis(1));
        while (!passed.remaining().isZero() && !passed.remaining().isNegative()) {
            Thread.onSpinWait();
        }
        assertThatThrownBy(() -> LateInteractionReranker.of(model).rerank(Question.of("q"), hits("a", "b"), 2, passed))
                .isInstanceOf(DeadlineExceededException.class);
    }

    @Test
    void aMultilingualModelIsFluentInAll() {
        try (OnnxEmbeddingModel all =
                OnnxEmbeddingModel.builder().bgeSmallEn().multilingual().build()) {
            assertThat(all.fluency("黑豹队的防守丢了多少分？")).isEqualTo(1);
        }
    }

    @Test
    void fluencyTellsLanguagesApart() {
        assertThat(model.fluency("How often is the key of the service rotated?"))
                .isGreaterThan(0.9);
        assertThat(model.fluency("Wie viele Punkte gab die Verteidigung der Panthers ab?"))
                .isLessThan(0.6);
        assertThat(model.fluency("黑豹队的防守丢了多少分？")).isZero();
        assertThat(model.fluency("42 % ?")).isEqualTo(1);
    }
}
