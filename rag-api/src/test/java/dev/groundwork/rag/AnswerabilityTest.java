package dev.groundwork.rag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.segment.TextSegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnswerabilityTest {

    private static Hit hit(String id, String source, Score.Kind kind, double score) {
        TextSegment segment = TextSegment.from("text", Metadata.from(SegmentKeys.SOURCE, source));
        return Hit.of(id, segment, new Score(Hop.VECTOR, kind, score, 1));
    }

    @Test
    void theLeadIsOverOtherDocuments() {
        List<Hit> hits = List.of(
                hit("1", "a", Score.Kind.COSINE, 0.8),
                hit("2", "a", Score.Kind.COSINE, 0.79),
                hit("3", "b", Score.Kind.COSINE, 0.6),
                hit("4", "c", Score.Kind.COSINE, 0.5));
        Answerability seen = Answerability.of(hits).orElseThrow();
        assertThat(seen.cosine()).isEqualTo(0.8);
        assertThat(seen.lead()).isCloseTo(0.25, within(1e-12));
        assertThat(seen.signal()).isCloseTo(1.3 + 0.25 * (1.5 * 1.3 - 0.35), within(1e-12));
    }

    @Test
    void nineteenDocumentsBehindTheFirstOneCount() {
        List<Hit> hits = new ArrayList<>();
        hits.add(hit("0", "0", Score.Kind.COSINE, 0.9));
        for (int i = 1; i <= 60; i++) {
            hits.add(hit("" + i, "" + i, Score.Kind.COSINE, i <= 19 ? 0.5 : 0.1));
        }
        assertThat(Answerability.of(hits).orElseThrow().lead()).isCloseTo(0.4, within(1e-12));
    }

    @Test
    void withoutCosinesThereIsNothingToSay() {
        assertThat(Answerability.of(List.of())).isEmpty();
        assertThat(Answerability.of(List.of(hit("1", "a", Score.Kind.BM25, 12))))
                .isEmpty();
        assertThat(Answerability.of(List.of(hit("1", "a", Score.Kind.COSINE, 0.7)))
                        .orElseThrow()
                        .lead())
                .isZero();
    }

    @Test
    void tokensCountByDocumentAndWhatTheySayAsARuleStandsInForThem() {
        List<Hit> hits = List.of(
                hit("1", "a", Score.Kind.COSINE, 0.8),
                hit("2", "a", Score.Kind.COSINE, 0.8),
                hit("3", "b", Score.Kind.COSINE, 0.8),
                hit("4", "c", Score.Kind.COSINE, 0.8));
        Answerability.Tokens said = Answerability.Tokens.of(hits, Map.of("1", 0.5, "2", 0.9, "3", 0.4))
                .orElseThrow();
        assertThat(said.nearness()).isEqualTo(0.9);
        assertThat(said.lead()).isCloseTo(0.5, within(1e-12));
        assertThat(Answerability.Tokens.of(hits, Map.of())).isEmpty();
        assertThat(Answerability.Tokens.of(hits, Map.of("3", 0.4)).orElseThrow().lead())
                .isZero();

        Answerability without = new Answerability(0.7, 0.1);
        assertThat(without.with(new Answerability.Tokens(0.8, 0.3)).signal()).isGreaterThan(without.signal());
        assertThat(without.with(new Answerability.Tokens(0.4, 0)).signal()).isLessThan(without.signal());
        assertThatThrownBy(() -> new Answerability.Tokens(1.1, 0)).hasMessageContaining("nearness");
        assertThatThrownBy(() -> new Answerability.Tokens(0.5, -0.1)).hasMessageContaining("lead");
    }

    @Test
    void theProbabilityIsLogistic() {
        Answerability seen = new Answerability(0.6, 0.2).with(new Answerability.Tokens(0.6, 0.1));
        assertThat(seen.signal()).isCloseTo(1.2, within(1e-12));
        assertThat(seen.with(new Answerability.Calibration(10, -12)).probability())
                .isCloseTo(0.5, within(1e-12));
        assertThat(seen.with(new Answerability.Calibration(10, -11)).probability())
                .isCloseTo(1 / (1 + Math.exp(-1)), within(1e-12));
        assertThat(new Answerability(0.8, 0.3).probability()).isGreaterThan(0.9);
        assertThat(new Answerability(0.5, 0.05).probability()).isLessThan(0.1);
    }

    @Test
    void aCalibrationIsFittedToQuestionsOfOnesOwn() {
        List<Answerability> questions = new ArrayList<>();
        List<Boolean> answered = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            // From .5 to .7; below .6 a fifth is answered, above it four fifths.
            double cosine = 0.5 + i * 0.001;
            questions.add(new Answerability(cosine, 0));
            answered.add(i < 100 == (i % 5 == 0));
        }
        Answerability.Calibration fitted = Answerability.Calibration.fit(questions, answered);
        assertThat(new Answerability(0.6, 0).with(fitted).probability()).isCloseTo(0.5, within(0.05));
        assertThat(new Answerability(0.7, 0).with(fitted).probability()).isBetween(0.8, 0.97);
        assertThat(new Answerability(0.5, 0).with(fitted).probability()).isBetween(0.03, 0.2);
    }

    @Test
    void kindsThatDoNotOverlapStillGiveAFiniteCalibration() {
        Answerability.Calibration fitted = Answerability.Calibration.fit(
                List.of(new Answerability(0.9, 0), new Answerability(0.1, 0)), List.of(true, false));
        assertThat(fitted.slope()).isPositive().isFinite();
        assertThat(new Answerability(0.9, 0).with(fitted).probability()).isGreaterThan(0.9);
        assertThatThrownBy(() -> Answerability.Calibration.fit(List.of(), List.of()))
                .hasMessageContaining("both");
    }

    private static RagBuilder nearAndFar() {
        return Fakes.rag(Fakes.finding("vector", Fakes.hit("a", "near", 0.9), Fakes.hit("b", "far", 0.5)));
    }

    @Test
    void everyAnswerAndEverySearchTellsItByTheCalibrationOfTheRag() {
        Answerability.Calibration calibration = new Answerability.Calibration(10, -22.5);
        Answerability expected = new Answerability(0.9, 0.4).with(calibration);
        RagBuilder builder = nearAndFar().calibration(calibration);
        try (Rag rag = builder.build();
                Rag strict = builder.settings(
                                RagSettings.builder().minAnswerability(0.51).build())
                        .build()) {
            Answer answer = rag.ask("key?");
            Answer refused = strict.ask("key?");

            assertThat(answer).isInstanceOf(Answer.Grounded.class);
            assertThat(answer.answerability()).contains(expected);
            assertThat(refused)
                    .isInstanceOfSatisfying(
                            Answer.Abstained.class,
                            abstained ->
                                    assertThat(abstained.reason()).isEqualTo(Answer.Abstained.Reason.NOTHING_RELEVANT));
            assertThat(refused.answerability()).contains(expected);
            assertThat(rag.search("key?").answerability()).contains(expected);
            assertThat(expected.probability()).isCloseTo(0.5, within(1e-12));
            assertThat(answer.trace().toJson())
                    .contains("\"answerability\":{\"probability\":0.5,\"cosine\":0.9,\"lead\":0.4},");
        }
    }

    @Test
    void nothingIsToldWhereNoLegGivesCosinesOrTheLegIsMissing() {
        try (Rag words = Fakes.rag(Fakes.finding("text", hit("1", "a", Score.Kind.BM25, 12)))
                        .build();
                Rag missing = Fakes.rag(
                                Fakes.failing("vector"), Fakes.finding("text", hit("1", "a", Score.Kind.BM25, 12)))
                        .build()) {
            assertThat(words.ask("key?").answerability()).isEmpty();
            assertThat(words.search("key?").trace().toJson()).doesNotContain("answerability");
            assertThat(missing.ask("key?").answerability()).isEmpty();
        }
    }

    @Test
    void aQuestionThatFailsTellsItToo() {
        List<Trace> traces = new ArrayList<>();
        try (Rag rag = nearAndFar()
                .extractiveAnswerer((question, hits, deadline) -> {
                    throw new IllegalStateException("broken");
                })
                .listener(event -> {
                    if (event instanceof RagEvent.QuestionFailed failed) {
                        traces.add(failed.trace());
                    }
                })
                .build()) {
            assertThatThrownBy(() -> rag.ask("key?")).hasMessage("broken");
        }
        assertThat(traces)
                .singleElement()
                .satisfies(trace -> assertThat(trace.answerability()).contains(new Answerability(0.9, 0.4)));
    }
}
