package dev.groundwork.rag.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.groundwork.rag.CancelledException;
import dev.groundwork.rag.DeadlineExceededException;
import dev.groundwork.rag.Hop;
import dev.groundwork.rag.IngestReport;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.RagEvent;
import dev.groundwork.rag.Score;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonEventLoggerTest {

    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());

    private JsonEventLogger logger(LogLevel level) {
        return JsonEventLogger.to(lines::add, level, Samples.CLOCK);
    }

    private Map<String, Object> only() {
        assertThat(lines).hasSize(1);
        return Samples.parse(lines.getFirst());
    }

    @Test
    void minimalWritesOneLinePerQuestion() {
        Samples.sendQuestion(logger(LogLevel.MINIMAL));

        assertThat(lines)
                .containsExactly("{\"rag.timestamp\":\"2026-11-23T10:15:30.120Z\","
                        + "\"rag.event_name\":\"rag.query.completed\",\"rag.schema_version\":1,"
                        + "\"rag.pipeline\":\"docs\",\"rag.request_id\":\"r-1\",\"rag.operation\":\"ask\","
                        + "\"rag.outcome\":\"answered\",\"rag.duration_ms\":1250.0,\"rag.tokens_in\":420,"
                        + "\"rag.tokens_out\":37,\"rag.result_count\":1}");
    }

    @Test
    void standardAddsOneLinePerHopAndNothingElse() {
        Samples.sendQuestion(logger(LogLevel.STANDARD));

        assertThat(lines).hasSize(5);
        assertThat(lines.get(1))
                .isEqualTo("{\"rag.timestamp\":\"2026-11-23T10:15:30.120Z\","
                        + "\"rag.event_name\":\"rag.hop.completed\",\"rag.schema_version\":1,"
                        + "\"rag.pipeline\":\"docs\",\"rag.request_id\":\"r-1\",\"rag.hop_name\":\"vector\","
                        + "\"rag.hop_seq\":2,\"rag.hop_status\":\"ok\",\"rag.hop_start_ms\":2.0,"
                        + "\"rag.hop_ms\":12.346,\"rag.in_count\":1,\"rag.out_count\":2,\"rag.top_score\":0.75,"
                        + "\"rag.score_kind\":\"cosine\",\"rag.score_gap\":0.25}");
        Map<String, Object> chat = Samples.parse(lines.get(3));
        assertThat(chat).containsEntry("rag.model", "second").containsEntry("rag.retries", 1);
        assertThat(chat).containsEntry("rag.tokens_in", 420).containsEntry("rag.tokens_out", 37);
        assertThat(chat).doesNotContainKeys("rag.attempts", "rag.candidates");
        assertThat(lines.get(4)).contains("\"rag.event_name\":\"rag.query.completed\"");
    }

    @Test
    void extendedAddsIdsRanksScoresAndAttempts() {
        Samples.sendQuestion(logger(LogLevel.EXTENDED));

        assertThat(lines).hasSize(5);
        assertThat(Samples.parse(lines.get(1)).get("rag.candidates"))
                .isEqualTo("[{\"id\":\"a#1\",\"rank\":1,\"score\":0.75},{\"id\":\"b#2\",\"rank\":2,\"score\":0.5}]");
        assertThat(Samples.parse(lines.get(3)).get("rag.attempts"))
                .isEqualTo("[{\"member\":\"first\",\"outcome\":\"rate_limited\",\"ms\":5.0,"
                        + "\"error_type\":\"RateLimit (429)\"},"
                        + "{\"member\":\"resting\",\"outcome\":\"skipped\",\"ms\":0.0},"
                        + "{\"member\":\"second\",\"outcome\":\"served\",\"ms\":300.0}]");
        assertThat(Samples.parse(lines.get(4))).containsEntry("rag.query_length", 21);
    }

    @Test
    void anAbstentionSaysWhy() {
        logger(LogLevel.MINIMAL).onEvent(Samples.abstained());

        assertThat(only())
                .containsEntry("rag.outcome", "abstained")
                .containsEntry("rag.abstain_reason", "nothing_relevant")
                .containsEntry("rag.result_count", 0)
                .doesNotContainKeys("rag.tokens_in", "rag.tokens_out", "rag.error_type");
    }

    @Test
    void aDegradedAnswerNamesThePartsAtAnyLevel() {
        logger(LogLevel.MINIMAL).onEvent(Samples.degraded());

        assertThat(only())
                .containsEntry("rag.outcome", "degraded")
                .containsEntry("rag.result_count", 1)
                .containsEntry("rag.degradations", "rerank:timed_out");
    }

    @Test
    void resultsAreWhatTheStepAfterRetrievalGot() {
        Hop extract = Samples.hop(Hop.EXTRACT, 1, 1, List.of(), null, null, null, List.of());
        JsonEventLogger logger = logger(LogLevel.MINIMAL);
        logger.onEvent(Samples.failed(new IllegalStateException(), Samples.vector(), extract));
        logger.onEvent(Samples.failed(new IllegalStateException(), Samples.vector(), Samples.rerankTimedOut()));

        assertThat(Samples.parse(lines.get(0))).containsEntry("rag.result_count", 1);
        assertThat(Samples.parse(lines.get(1))).containsEntry("rag.result_count", 2);
    }

    @Test
    void aSecondQueryIsAStepOfItsOwnAndNoLeg() {
        Hop feedback = Samples.hop(Hop.FEEDBACK, 5, 4, List.of(), null, null, null, List.of());
        logger(LogLevel.MINIMAL)
                .onEvent(Samples.failed(new IllegalStateException(), Samples.vector(), Samples.fuse(), feedback));

        assertThat(only()).containsEntry("rag.result_count", 4);
        assertThat(Finished.isLeg(feedback)).isFalse();
    }

    @Test
    void aSearchCountsItsHits() {
        logger(LogLevel.MINIMAL).onEvent(Samples.searched());

        assertThat(only())
                .containsEntry("rag.event_name", "rag.query.completed")
                .containsEntry("rag.operation", "search")
                .containsEntry("rag.outcome", "answered")
                .containsEntry("rag.result_count", 0);
    }

    @Test
    void aQuestionTellsHowLikelyItIsAnswered() {
        JsonEventLogger logger = logger(LogLevel.STANDARD);
        logger.onEvent(Samples.answered());
        logger.onEvent(Samples.abstained());
        logger.level(LogLevel.MINIMAL);
        logger.onEvent(Samples.answered());

        assertThat((double) Samples.parse(lines.get(0)).get("rag.answerability"))
                .isCloseTo(0.7311, within(0.0001));
        assertThat(Samples.parse(lines.get(1))).doesNotContainKey("rag.answerability");
        assertThat(Samples.parse(lines.get(2))).doesNotContainKey("rag.answerability");
    }

    @Test
    void aFailureHasItsTypeAndItsFramesAtAnyLevel() {
        JsonEventLogger logger = logger(LogLevel.MINIMAL);
        logger.onEvent(Samples.failed(new IllegalStateException("secret"), Samples.vector(), Samples.chat()));

        assertThat(Samples.parse(lines.get(0)))
                .containsEntry("rag.event_name", "rag.query.failed")
                .containsEntry("rag.operation", "ask")
                .containsEntry("rag.outcome", "error")
                .containsEntry("rag.result_count", 2)
                .containsEntry("rag.error_type", "IllegalStateException");
        assertThat((String) only().get("rag.stack_trace"))
                .startsWith("java.lang.IllegalStateException\n\tat dev.groundwork.");
    }

    @Test
    void aFailureBecauseOfTimeOrTheCallerIsNoError() {
        JsonEventLogger logger = logger(LogLevel.MINIMAL);
        logger.onEvent(Samples.failed(new DeadlineExceededException(Hop.CHAT, Duration.ofSeconds(1))));
        logger.onEvent(Samples.failed(new CancelledException(Hop.CHAT)));

        assertThat(Samples.parse(lines.get(0))).containsEntry("rag.outcome", "timeout");
        assertThat(Samples.parse(lines.get(1))).containsEntry("rag.outcome", "cancelled");
    }

    @ParameterizedTest
    @EnumSource
    void anIngestionIsOneLineAtEveryLevel(LogLevel level) {
        logger(level).onEvent(Samples.ingested(new IngestReport.Failure("secret.pdf", "encrypted")));

        assertThat(lines)
                .containsExactly("{\"rag.timestamp\":\"2026-11-23T10:15:30.120Z\","
                        + "\"rag.event_name\":\"rag.ingest.completed\",\"rag.schema_version\":1,"
                        + "\"rag.pipeline\":\"docs\",\"rag.outcome\":\"degraded\",\"rag.duration_ms\":2000.0,"
                        + "\"rag.added_count\":4,\"rag.updated_count\":3,\"rag.unchanged_count\":2,"
                        + "\"rag.deleted_count\":1,\"rag.failed_count\":1,\"rag.segment_count\":99}");
    }

    @Test
    void aCompleteIngestionSaysSo() {
        logger(LogLevel.MINIMAL).onEvent(Samples.ingested());

        assertThat(only()).containsEntry("rag.outcome", "completed").containsEntry("rag.failed_count", 0);
    }

    @Test
    void valuesAreScalarsAndNoKeyIsAnotherOneAndADot() {
        JsonEventLogger logger = logger(LogLevel.EXTENDED);
        Samples.sendQuestion(logger);
        logger.onEvent(Samples.completed(5, Samples.rerankTimedOut()));
        logger.onEvent(Samples.abstained());
        logger.onEvent(Samples.degraded());
        logger.onEvent(Samples.failed(new IllegalStateException()));
        logger.onEvent(Samples.ingested());

        Set<String> keys = new TreeSet<>();
        for (String line : lines) {
            Samples.parse(line).forEach((key, value) -> {
                keys.add(key);
                assertThat(value).as(key).isInstanceOfAny(String.class, Number.class);
            });
        }
        assertThat(keys).allMatch(key -> key.matches("rag\\.[a-z_]+")).hasSizeGreaterThan(25);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{} {} {0} %s ${jndi:x}",
                "a\nb\r\nc",
                "\u0000\u001b[31m\u007f",
                "\uD83D\uDE00",
                "\u2028\u0085",
                "\"},{\"x\":\"",
                "\\",
                "\\\""
            })
    void hostileValuesStayOneLineAndComeBackWhole(String hostile) {
        String id = "id " + hostile;
        JsonEventLogger logger = logger(LogLevel.EXTENDED);
        logger.onEvent(new RagEvent.HopCompleted(
                hostile + ".",
                id,
                1,
                Samples.hop(
                        "hop " + hostile,
                        1,
                        1,
                        List.of(new Hop.Candidate(id, 0.5, Score.Kind.OTHER, 1)),
                        "model " + hostile,
                        null,
                        null,
                        List.of())));

        assertThat(lines.getFirst()).matches("[ -~\u007f]+");
        assertThat(only())
                .containsEntry("rag.pipeline", hostile + ".")
                .containsEntry("rag.request_id", id)
                .containsEntry("rag.hop_name", "hop " + hostile)
                .containsEntry("rag.model", "model " + hostile);
        assertThat(Samples.parseArray(only().get("rag.candidates")))
                .containsExactly(Map.of("id", id, "rank", 1, "score", 0.5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\uD83D", "\uDE00", "\uDE00\uD83D", "a\uD83Db", "\uD83D\uD83D\uDE00"})
    void halfOfASurrogatePairIsReplaced(String half) {
        logger(LogLevel.EXTENDED).onEvent(new RagEvent.HopCompleted(half, half, 1, Samples.vector()));

        String whole = half.equals("\uD83D\uD83D\uDE00")
                ? "\uFFFD\uD83D\uDE00"
                : half.replace('\uD83D', '\uFFFD').replace('\uDE00', '\uFFFD');
        assertThat(only()).containsEntry("rag.pipeline", whole).containsEntry("rag.request_id", whole);
    }

    @Test
    void hugeValuesAreCutAndStayJson() {
        String huge = "x".repeat(1_000_000);
        List<Hop.Candidate> candidates = IntStream.rangeClosed(1, 10_000)
                .mapToObj(rank -> new Hop.Candidate(rank == 2 ? huge : "id" + rank, 1.0 / rank, Score.Kind.OTHER, rank))
                .toList();
        JsonEventLogger logger = logger(LogLevel.EXTENDED);
        logger.onEvent(new RagEvent.HopCompleted(
                huge, huge, 1, Samples.hop(huge, 1, 1, candidates, huge, null, null, List.of())));
        logger.onEvent(new RagEvent.QuestionFailed(
                huge,
                RagEvent.Operation.ASK,
                Question.of(huge).withRequestId(huge),
                new IllegalStateException(huge),
                Samples.trace(List.of())));

        assertThat(lines).hasSize(2).allMatch(line -> line.length() < 20_000);
        Map<String, Object> hop = Samples.parse(lines.get(0));
        assertThat(hop).containsEntry("rag.request_id", "x".repeat(197) + "...");
        List<Map<String, Object>> kept = Samples.parseArray(hop.get("rag.candidates"));
        assertThat(kept).hasSizeBetween(50, 200);
        assertThat(hop).containsEntry("rag.candidates_omitted", 10_000 - kept.size());
        assertThat(Samples.parse(lines.get(1))).containsEntry("rag.query_length", 1_000_000);
    }

    @Test
    void aScoreThatIsNoNumberIsLeftOut() {
        logger(LogLevel.EXTENDED)
                .onEvent(Samples.completed(
                        1,
                        Samples.hop(
                                "mine",
                                1,
                                1,
                                List.of(new Hop.Candidate("a", Double.NaN, Score.Kind.OTHER, 1)),
                                null,
                                null,
                                null,
                                List.of())));

        assertThat(only())
                .doesNotContainKeys("rag.top_score", "rag.score_gap")
                .containsEntry("rag.candidates", "[{\"id\":\"a\",\"rank\":1}]");
    }

    @Test
    void theLevelCanBeChangedAtAnyTime() {
        JsonEventLogger logger = logger(LogLevel.MINIMAL);
        logger.onEvent(Samples.completed(1, Samples.embed()));
        assertThat(lines).isEmpty();

        logger.level(LogLevel.STANDARD);
        logger.onEvent(Samples.completed(1, Samples.embed()));
        assertThat(lines).hasSize(1);
        assertThat(logger.level()).isEqualTo(LogLevel.STANDARD);

        logger.level(LogLevel.MINIMAL);
        logger.onEvent(Samples.completed(1, Samples.embed()));
        assertThat(lines).hasSize(1);
    }

    @Test
    void whatGoesWrongIsCountedAndNeverThrown() {
        JsonEventLogger broken = JsonEventLogger.to(
                line -> {
                    throw new StackOverflowError();
                },
                LogLevel.MINIMAL);
        broken.onEvent(Samples.answered());
        broken.onEvent(Samples.ingested());
        broken.onEvent(Samples.completed(1, Samples.embed())); // not written at this level, so it can't fail
        assertThat(broken.failures()).isEqualTo(2);

        JsonEventLogger logger = logger(LogLevel.EXTENDED);
        logger.onEvent(Samples.failed(new RuntimeException() {
            @Override
            public StackTraceElement[] getStackTrace() {
                throw new IllegalStateException("hostile");
            }
        }));
        logger.onEvent(null);
        assertThat(logger.failures()).isEqualTo(2);
        assertThat(lines).isEmpty();
    }

    @Test
    void linesOfManyThreadsDoNotMix() throws Exception {
        JsonEventLogger logger = logger(LogLevel.EXTENDED);
        CountDownLatch start = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<?>> done = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                String id = "thread-" + t;
                done.add(threads.submit(() -> {
                    start.await();
                    for (int i = 1; i <= 500; i++) {
                        logger.onEvent(new RagEvent.HopCompleted(id, id, i, Samples.vector()));
                    }
                    return null;
                }));
            }
            start.countDown();
            for (Future<?> one : done) {
                one.get();
            }
        }

        assertThat(lines).hasSize(4_000);
        assertThat(logger.failures()).isZero();
        Set<String> seen = new TreeSet<>();
        for (String line : lines) {
            Map<String, Object> fields = Samples.parse(line);
            assertThat(fields.get("rag.pipeline")).isEqualTo(fields.get("rag.request_id"));
            seen.add(fields.get("rag.request_id") + "/" + fields.get("rag.hop_seq"));
        }
        assertThat(seen).hasSize(4_000);
    }
}
