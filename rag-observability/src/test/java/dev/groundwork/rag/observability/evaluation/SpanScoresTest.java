package dev.groundwork.rag.observability.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.observability.evaluation.SpanScores.Span;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpanScoresTest {

    @Test
    void countsCharacters() {
        SpanScores scores =
                SpanScores.of(List.of(new Span("a", 0, 100)), List.of(new Span("a", 80, 120), new Span("a", 10, 20)));
        assertThat(scores).isEqualTo(new SpanScores(30.0 / 50, 30.0 / 100, 30.0 / 120));
    }

    @Test
    void evidenceThatOverlapsCountsOnce() {
        SpanScores scores =
                SpanScores.of(List.of(new Span("a", 0, 10)), List.of(new Span("a", 0, 10), new Span("a", 5, 20)));
        assertThat(scores.recall()).isEqualTo(0.5);
    }

    @Test
    void passagesThatOverlapCostPrecisionAndGainNoRecall() {
        SpanScores scores =
                SpanScores.of(List.of(new Span("a", 0, 10), new Span("a", 0, 10)), List.of(new Span("a", 0, 10)));
        assertThat(scores).isEqualTo(new SpanScores(1, 0.5, 0.5));
    }

    @Test
    void otherDocumentsDoNotCount() {
        SpanScores scores = SpanScores.of(List.of(new Span("b", 0, 10)), List.of(new Span("a", 0, 10)));
        assertThat(scores).isEqualTo(new SpanScores(0, 0, 0));
        assertThat(SpanScores.of(List.of(), List.of(new Span("a", 0, 10)))).isEqualTo(new SpanScores(0, 0, 0));
    }

    @Test
    void refusesWhatHasNoMeaning() {
        assertThatThrownBy(() -> SpanScores.of(List.of(), List.of())).hasMessageContaining("evidence is empty");
        assertThatThrownBy(() -> new Span("a", 3, 3)).hasMessageContaining("3..3");
    }
}
