package dev.groundwork.rag.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.CancelledException;
import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.Hit;
import dev.groundwork.rag.Hop;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.Score;
import dev.langchain4j.data.segment.TextSegment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a real graph, whose score is the number of the passage's tokens and one. */
class OnnxRerankerTest {

    @TempDir
    Path folder;

    private Path model;
    private Path tokenizer;

    @BeforeEach
    void write() throws IOException {
        model = Files.write(folder.resolve("model.onnx"), OnnxGraph.sumOfTypes());
        tokenizer = Files.write(folder.resolve("tokenizer.json"), BgeSmall.tokenizerJson());
    }

    @Test
    void readsQuestionAndPassageAsTwoTexts() {
        try (OnnxReranker reranker = OnnxReranker.of(model, tokenizer)) {
            List<Double> scores = reranker.scoreAll(
                            List.of(TextSegment.from("one two three"), TextSegment.from("one")), "how many words")
                    .content();
            assertThat(scores).containsExactly(4.0, 2.0);
            assertThat(reranker.score("one two", "x").content()).isEqualTo(3.0);
        }
    }

    @Test
    void cutsWhatIsTooLong() {
        try (OnnxReranker reranker = OnnxReranker.of(model, tokenizer, 16)) {
            // 16 less three special tokens and two of the question; and with a question cut at eight.
            assertThat(reranker.score("one ".repeat(50), "a b").content()).isEqualTo(12.0);
            assertThat(reranker.score("one ".repeat(50), "a ".repeat(50)).content())
                    .isEqualTo(6.0);
        }
    }

    @Test
    void ordersHitsByTheScoringModelsReranker() throws InterruptedException {
        Score score = new Score(Hop.FUSE, Score.Kind.FUSED, 0.5, 1);
        List<Hit> hits = List.of(
                Hit.of("short", TextSegment.from("one"), score), Hit.of("long", TextSegment.from("one two"), score));
        try (OnnxReranker reranker = OnnxReranker.of(model, tokenizer)) {
            List<Hit> ranked = ScoringModelReranker.of("cross-encoder", reranker)
                    .rerank(Question.of("q"), hits, 2, Deadline.after(Duration.ofMinutes(1)));
            assertThat(ranked).extracting(Hit::id).containsExactly("long", "short");
        }
    }

    @Test
    void anInterruptEndsIt() {
        try (OnnxReranker reranker = OnnxReranker.of(model, tokenizer)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> reranker.score("a", "b")).isInstanceOf(CancelledException.class);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void saysWhatIsWrongWithAModel() throws IOException {
        Path noModel = Files.write(folder.resolve("bad.onnx"), new byte[] {1, 2, 3});
        assertThatThrownBy(() -> OnnxReranker.of(noModel, tokenizer))
                .isInstanceOf(OnnxModelException.class)
                .hasMessageContaining("bad.onnx");
        assertThatThrownBy(() -> OnnxReranker.of(folder.resolve("none"), tokenizer))
                .isInstanceOf(OnnxModelException.class);
        assertThatThrownBy(() -> OnnxReranker.of(model, tokenizer, 15)).hasMessageContaining("maxTokens is 15");
        Path encoder = Files.write(folder.resolve("encoder.onnx"), OnnxGraph.sines(100, 4, -1));
        assertThatThrownBy(() -> OnnxReranker.of(encoder, tokenizer))
                .isInstanceOf(OnnxModelException.class)
                .hasMessageContaining("expected a float output [batch, 1] or [batch, 2], found");
    }

    @Test
    void holdsItsWeightsUntilItIsClosed() {
        OnnxReranker reranker = OnnxReranker.of(model, tokenizer);
        assertThat(reranker.memoryBytes()).isEqualTo(OnnxGraph.sumOfTypes().length);

        reranker.close();
        reranker.close();

        assertThat(reranker.memoryBytes()).isZero();
        assertThatThrownBy(() -> reranker.score("a", "b"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the reranker is closed");
    }
}
