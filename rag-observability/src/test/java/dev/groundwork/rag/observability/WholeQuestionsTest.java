package dev.groundwork.rag.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.Answer;
import dev.groundwork.rag.CancelledException;
import dev.groundwork.rag.Hop;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.RagEvent;
import dev.groundwork.rag.Trace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Levels, sampling, and that a failure or a slow question is whole in any case, with each of its hops once. */
class WholeQuestionsTest {

    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());

    private JsonEventLogger.Builder builder() {
        return JsonEventLogger.builder().sink(LogSink.lines(lines::add)).slow(Duration.ofSeconds(2));
    }

    private JsonEventLogger logger(LogLevel level) {
        return builder().level(level).build(Samples.CLOCK);
    }

    private List<Map<String, Object>> events() {
        return lines.stream().map(Samples::parse).toList();
    }

    private static Question question(String id) {
        return Question.of("What is the rotation?").withRequestId(id);
    }

    private static void start(JsonEventLogger logger, String pipeline, String id) {
        logger.onEvent(new RagEvent.QuestionStarted(pipeline, RagEvent.Operation.ASK, question(id)));
    }

    private static void hop(JsonEventLogger logger, String pipeline, String id, int sequence, Hop hop) {
        logger.onEvent(new RagEvent.HopCompleted(pipeline, id, sequence, hop));
    }

    private static void answer(JsonEventLogger logger, String pipeline, String id, Duration took, Hop... hops) {
        Trace trace = new Trace(id, pipeline, Samples.NOW, took, List.of(hops), List.of());
        logger.onEvent(new RagEvent.AskCompleted(
                pipeline,
                question(id),
                new Answer.Abstained(Answer.Abstained.Reason.NO_CONTEXT, "Not found here.", trace)));
    }

    private static void fail(JsonEventLogger logger, String id, Throwable error, Hop... hops) {
        Trace trace = new Trace(id, "docs", Samples.NOW, Duration.ofMillis(9), List.of(hops), List.of());
        logger.onEvent(new RagEvent.QuestionFailed("docs", RagEvent.Operation.ASK, question(id), error, trace));
    }

    private static void ordinary(JsonEventLogger logger, String pipeline, String id) {
        Hop[] hops = {Samples.embed(), Samples.vector(), Samples.chat()};
        start(logger, pipeline, id);
        for (int i = 0; i < hops.length; i++) {
            hop(logger, pipeline, id, i + 1, hops[i]);
        }
        answer(logger, pipeline, id, Duration.ofMillis(40), hops);
    }

    @Test
    void eachLevelWritesWhatItSays() {
        ordinary(logger(LogLevel.MINIMAL), "docs", "r-1");
        assertThat(events())
                .singleElement()
                .satisfies(event -> assertThat(event)
                        .containsEntry("rag.event_name", "rag.query.completed")
                        .doesNotContainKey("rag.hop_count"));

        lines.clear();
        ordinary(logger(LogLevel.STANDARD), "docs", "r-1");
        assertThat(events()).extracting(event -> event.get("rag.hop_seq")).containsExactly(1, 2, 3, null);
        assertThat(events()).noneMatch(event -> event.containsKey("rag.candidates"));

        lines.clear();
        ordinary(logger(LogLevel.EXTENDED), "docs", "r-1");
        assertThat(events()).extracting(event -> event.get("rag.hop_seq")).containsExactly(1, 2, 3, null);
        assertThat(events().get(1)).containsKey("rag.candidates");
        assertThat(events().get(3)).containsEntry("rag.query_script", "latin");
    }

    @Test
    void onePipelineCanHaveItsOwnLevel() {
        JsonEventLogger logger = builder()
                .level(LogLevel.MINIMAL)
                .level("wiki", LogLevel.STANDARD)
                .build(Samples.CLOCK);
        ordinary(logger, "docs", "r-1");
        ordinary(logger, "wiki", "r-2");
        assertThat(events())
                .extracting(event -> event.get("rag.pipeline"))
                .containsExactly("docs", "wiki", "wiki", "wiki", "wiki");

        lines.clear();
        logger.level(LogLevel.EXTENDED);
        assertThat(logger.level("docs")).isEqualTo(LogLevel.EXTENDED);
        assertThat(logger.level("wiki")).isEqualTo(LogLevel.STANDARD);
        logger.level("wiki", null);
        assertThat(logger.level("wiki")).isEqualTo(LogLevel.EXTENDED);
        logger.level("docs", LogLevel.MINIMAL);
        ordinary(logger, "docs", "r-1");
        ordinary(logger, "wiki", "r-2");
        assertThat(events())
                .filteredOn(event -> event.get("rag.pipeline").equals("docs"))
                .hasSize(1);
        assertThat(events())
                .filteredOn(event -> event.containsKey("rag.candidates"))
                .hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void aFailureIsWholeWithEachHopOnce(LogLevel level) {
        JsonEventLogger logger = logger(level);
        Hop embed = Samples.embed();
        Hop vector = Samples.vector();
        start(logger, "docs", "r-1");
        hop(logger, "docs", "r-1", 2, embed);
        hop(logger, "docs", "r-1", 1, vector);
        fail(logger, "r-1", new IllegalStateException("secret"), embed, vector);

        assertThat(events()).extracting(event -> event.get("rag.hop_seq")).containsExactly(2, 1, null);
        assertThat(events().get(1)).containsKey("rag.candidates");
        assertThat(events().get(2)).containsKeys("rag.stack_trace", "rag.query_length");
    }

    @ParameterizedTest
    @EnumSource
    void aSlowQuestionIsWholeWithEachHopOnce(LogLevel level) {
        JsonEventLogger logger = logger(level);
        Hop vector = Samples.vector();
        start(logger, "docs", "r-1");
        hop(logger, "docs", "r-1", 1, vector);
        answer(logger, "docs", "r-1", Duration.ofSeconds(2), vector);

        assertThat(events()).extracting(event -> event.get("rag.hop_seq")).containsExactly(1, null);
        assertThat(events().get(0)).containsKey("rag.candidates");
        assertThat(events().get(1)).containsEntry("rag.slow", true);

        lines.clear();
        start(logger, "docs", "r-2");
        answer(logger, "docs", "r-2", Duration.ofMillis(1_999));
        assertThat(events().getFirst()).doesNotContainKey("rag.slow");
    }

    @Test
    void whoCancelsNeedsNoWholeQuestion() {
        JsonEventLogger logger = logger(LogLevel.MINIMAL);
        Hop vector = Samples.vector();
        start(logger, "docs", "r-1");
        hop(logger, "docs", "r-1", 1, vector);
        fail(logger, "r-1", new CancelledException("chat"), vector);

        assertThat(events())
                .singleElement()
                .satisfies(event -> assertThat(event)
                        .containsEntry("rag.outcome", "cancelled")
                        .doesNotContainKey("rag.stack_trace"));
    }

    @ParameterizedTest
    @EnumSource
    void aHopThatIsToldOfAfterItsQuestionIsWrittenOnceAsItsQuestionWas(LogLevel level) {
        JsonEventLogger logger = logger(level);
        Hop vector = Samples.vector();
        start(logger, "docs", "r-1");
        fail(logger, "r-1", new IllegalStateException(), vector);
        hop(logger, "docs", "r-1", 1, vector);
        assertThat(events()).extracting(event -> event.get("rag.hop_seq")).containsExactly(null, 1);
        assertThat(events().get(1)).containsKey("rag.candidates");

        lines.clear();
        start(logger, "docs", "r-2");
        answer(logger, "docs", "r-2", Duration.ofMillis(1), vector);
        hop(logger, "docs", "r-2", 1, vector);
        assertThat(lines).hasSize(level == LogLevel.MINIMAL ? 1 : 2);
    }

    @Test
    void questionsOfTheSameIdAreNotMixed() {
        JsonEventLogger logger = logger(LogLevel.MINIMAL);
        Hop bad = Samples.vector();
        Hop good = Samples.embed();
        start(logger, "docs", "same");
        start(logger, "docs", "same");
        hop(logger, "docs", "same", 1, bad);
        hop(logger, "docs", "same", 1, good);
        fail(logger, "same", new IllegalStateException(), bad);
        assertThat(events()).extracting(event -> event.get("rag.hop_name")).containsExactly("vector", null);

        lines.clear();
        answer(logger, "docs", "same", Duration.ofMillis(1), good);
        assertThat(lines).hasSize(1);
    }

    @Test
    void theLevelThatCountsIsThatOfTheEndForHopsThatAreHeld() {
        JsonEventLogger logger = logger(LogLevel.MINIMAL);
        Hop vector = Samples.vector();
        Hop embed = Samples.embed();
        start(logger, "docs", "r-1");
        hop(logger, "docs", "r-1", 1, vector);
        logger.level(LogLevel.EXTENDED);
        hop(logger, "docs", "r-1", 2, embed);
        answer(logger, "docs", "r-1", Duration.ofMillis(1), vector, embed);

        assertThat(events()).extracting(event -> event.get("rag.hop_seq")).containsExactly(2, 1, null);
        assertThat(events().get(1)).containsKey("rag.candidates");
    }

    @Test
    void aSampledQuestionIsWholeAndAnotherIsStandard() {
        JsonEventLogger logger =
                builder().level(LogLevel.EXTENDED).sampling(0.25).build(Samples.CLOCK);
        for (int i = 0; i < 1_000; i++) {
            ordinary(logger, "docs", "r-" + i);
        }

        assertThat(lines).hasSize(4_000);
        int whole = 0;
        for (int i = 0; i < 4_000; i += 4) {
            boolean extended = lines.get(i + 3).contains("rag.query_length");
            assertThat(lines.get(i + 1).contains("rag.candidates")).isEqualTo(extended);
            assertThat(lines.get(i + 2).contains("rag.attempts")).isEqualTo(extended);
            whole += extended ? 1 : 0;
        }
        // Four standard deviations of a binomial distribution around a quarter.
        assertThat(whole).isBetween(195, 305);
    }

    @Test
    void theIdAloneDecidesOnSampling() {
        assertThat(Sampling.takes("r-1", 1)).isTrue();
        assertThat(Sampling.takes("r-1", 0)).isFalse();
        assertThat(IntStream.range(0, 100_000).filter(i -> Sampling.takes("r-" + i, 0.01)))
                .hasSizeBetween(875, 1_125);
        // What is in a sample of a tenth is in one of a half.
        assertThat(IntStream.range(0, 1_000).filter(i -> Sampling.takes("q" + i, 0.1)))
                .allMatch(i -> Sampling.takes("q" + i, 0.5));
    }

    @Test
    void withNoSamplesAtAllAFailureIsWholeAllTheSame() {
        JsonEventLogger logger = builder().level(LogLevel.EXTENDED).sampling(0).build(Samples.CLOCK);
        Hop vector = Samples.vector();
        start(logger, "docs", "r-1");
        hop(logger, "docs", "r-1", 1, vector);
        fail(logger, "r-1", new IllegalStateException(), vector);

        assertThat(events()).hasSize(2);
        assertThat(events().getFirst()).containsKey("rag.candidates");
    }

    @Test
    void questionsSideBySideKeepTheirHops() throws Exception {
        JsonEventLogger logger = logger(LogLevel.STANDARD);
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<?>> done = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                String id = "t" + t;
                done.add(threads.submit(() -> {
                    for (int i = 0; i < 200; i++) {
                        ordinary(logger, "docs", i % 2 == 0 ? id + "-" + i : "same");
                    }
                }));
            }
            for (Future<?> one : done) {
                one.get();
            }
        }

        assertThat(lines).hasSize(8 * 200 * 4);
        assertThat(events())
                .filteredOn(event -> !event.get("rag.request_id").equals("same"))
                .filteredOn(event -> event.containsKey("rag.hop_seq"))
                .extracting(event -> event.get("rag.request_id") + "/" + event.get("rag.hop_seq"))
                .doesNotHaveDuplicates()
                .hasSize(8 * 100 * 3);
        assertThat(logger.dropped()).isEmpty();
    }

    @Test
    void whatIsOverIsForgotten() {
        OpenQuestions open = new OpenQuestions();
        for (int i = 0; i < 100; i++) {
            Hop hop = Samples.embed();
            String id = "r-" + i;
            open.start(new RagEvent.QuestionStarted("docs", RagEvent.Operation.ASK, question(id)));
            assertThat(open.hop(new RagEvent.HopCompleted("docs", id, 1, hop), LogLevel.STANDARD, false, Samples.NOW))
                    .isNull();
            Trace trace = new Trace(id, "docs", Samples.NOW, Duration.ZERO, List.of(hop), List.of());
            assertThat(open.end("docs", id, trace, LogLevel.STANDARD)).hasSize(1);
        }
        assertThat(open.size()).isZero();
    }

    @Test
    void questionsThatNeverEndDoNotFillTheMemory() {
        OpenQuestions open = new OpenQuestions();
        for (int i = 0; i < OpenQuestions.MAX_OPEN + 10; i++) {
            open.start(new RagEvent.QuestionStarted("docs", RagEvent.Operation.ASK, question("r-" + i)));
        }
        assertThat(open.size()).isEqualTo(OpenQuestions.MAX_OPEN);
        String last = "r-" + (OpenQuestions.MAX_OPEN + 9);
        assertThat(open.hop(
                        new RagEvent.HopCompleted("docs", last, 1, Samples.embed()),
                        LogLevel.STANDARD,
                        false,
                        Samples.NOW))
                .isEqualTo(LogLevel.STANDARD);
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> builder().sampling(1.5)).hasMessageContaining("sampling is 1.5");
        assertThatThrownBy(() -> builder().sampling(Double.NaN)).hasMessageContaining("from 0 to 1");
        assertThatThrownBy(() -> builder().slow(Duration.ofMillis(-1))).hasMessageContaining("slow");
        assertThatThrownBy(() -> builder().contentChars(3)).hasMessageContaining("contentChars is 3");
        assertThatThrownBy(() -> builder().queryKey(new byte[15])).hasMessageContaining("15 bytes");
    }
}
