package dev.groundwork.rag.llm.pool;

import static dev.groundwork.rag.llm.pool.ScriptedModel.fails;
import static dev.groundwork.rag.llm.pool.ScriptedModel.hangs;
import static dev.groundwork.rag.llm.pool.ScriptedModel.says;
import static dev.groundwork.rag.llm.pool.ScriptedModel.status;
import static dev.groundwork.rag.llm.pool.ScriptedModel.streams;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.CancelledException;
import dev.groundwork.rag.DeadlineExceededException;
import dev.groundwork.rag.LlmAttempt;
import dev.groundwork.rag.LlmAttempt.Outcome;
import dev.groundwork.rag.LlmPool.LlmStream;
import dev.groundwork.rag.LlmUnavailableException;
import dev.groundwork.rag.MemberStatus.State;
import dev.groundwork.rag.PartialAnswerException;
import dev.langchain4j.exception.ContentFilteredException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Members that fail, hang and come back, in virtual time. */
class OutageFaultsTest {

    private static final Duration FAST = Duration.ofMillis(100);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofSeconds(50);

    private static RuntimeException dead() {
        return new RuntimeException(new ConnectException("refused"));
    }

    @Test
    void oneHiccupIsTriedAgainOnTheSameMember() {
        try (VirtualPool at = new VirtualPool()
                .member("a", fails(status(500, "oops"), FAST), says("a", FAST))
                .member("b", says("b", FAST))) {
            RecordingHandler call = at.ask(LONG);
            at.passSeconds(1);

            assertThat(requireNonNull(call.reply).member()).isEqualTo("a");
            assertThat(requireNonNull(call.reply).attempts())
                    .extracting(LlmAttempt::outcome)
                    .containsExactly(Outcome.FAILED, Outcome.SERVED);
            at.assertSound();
        }
    }

    @Test
    void aMemberThatIsNotThereFailsOver() {
        try (VirtualPool at =
                new VirtualPool().member("a", fails(status(503, "busy"), FAST)).member("b", says("b", FAST))) {
            RecordingHandler call = at.ask(LONG);
            at.passSeconds(1);

            assertThat(requireNonNull(call.reply).member()).isEqualTo("b");
            assertThat(at.calls("a")).isEqualTo(1);
            at.assertSound();
        }
    }

    @Test
    void aSilentPrimaryCostsOneAttemptAndHalfOfTheTime() {
        try (VirtualPool at = new VirtualPool().member("a", hangs()).member("b", says("b", FAST))) {
            RecordingHandler call = at.ask(Duration.ofSeconds(10));
            at.passSeconds(5.2);

            assertThat(requireNonNull(call.reply).member()).isEqualTo("b");
            assertThat(at.calls("a")).isEqualTo(1);
            assertThat(requireNonNull(call.reply).attempts().getFirst().outcome())
                    .isEqualTo(Outcome.TIMED_OUT);
            at.assertSound();
        }
    }

    @Test
    void theFirstTokenHasALimitOfItsOwn() {
        try (VirtualPool at = new VirtualPool()
                .with(b -> b.firstTokenTimeout(Duration.ofSeconds(2)))
                .member("a", streams(3, Duration.ofSeconds(3), says("late", FAST)))
                .member("b", streams(3, SECOND, says("end", FAST)))) {
            RecordingHandler call = at.ask(LONG);
            at.passSeconds(20);

            assertThat(requireNonNull(call.reply).member()).isEqualTo("b");
            assertThat(call.text()).isEqualTo("t0 t1 t2 end");
            assertThat(requireNonNull(call.reply).attempts())
                    .extracting(LlmAttempt::firstToken)
                    .containsExactly(null, SECOND);
            assertThat(at.calls("a")).isEqualTo(1);
            at.assertSound();
        }
    }

    @Test
    void aPrimaryThatIsOutForAMinuteCostsFourAttemptsAndIsBackWithinHalfAMinute() {
        for (int seed = 0; seed < 20; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            try (VirtualPool at = new VirtualPool()
                    .with(b -> b.random(random))
                    .member("a", says("a", FAST))
                    .member("b", says("b", FAST))) {
                for (int i = 0; i < 10; i++) {
                    at.ask(LONG);
                    at.passSeconds(4);
                }
                int before = at.calls("a");
                at.model("a").then(fails(status(503, "out"), FAST));
                for (int i = 0; i < 15; i++) {
                    at.ask(LONG);
                    at.passSeconds(4);
                }
                int during = at.calls("a") - before;
                at.model("a").then(says("a", FAST));
                double back = 0;
                while (back < 60) {
                    RecordingHandler call = at.ask(LONG);
                    at.passSeconds(1);
                    back++;
                    if (requireNonNull(call.reply).member().equals("a")) {
                        break;
                    }
                }
                at.passSeconds(2);

                assertThat(at.handlers).allSatisfy(h -> assertThat(h.reply).isNotNull());
                assertThat(during)
                        .as("attempts on the dead member, seed " + seed)
                        .isBetween(1, 4);
                assertThat(back).as("seconds until it is back, seed " + seed).isLessThanOrEqualTo(30);
                at.assertSound();
            }
        }
    }

    @Test
    void restsGrowAndAreForgottenByAHealthyWhile() {
        try (VirtualPool at = new VirtualPool().member("a", fails(dead(), FAST)).member("b", says("b", FAST))) {
            for (int i = 0; i < 600; i++) {
                at.ask(LONG);
                at.passSeconds(1);
            }
            List<Long> calls = at.model("a").calls;
            long first = calls.get(2) - calls.get(1);
            long second = calls.get(3) - calls.get(2);
            long third = calls.get(4) - calls.get(3);
            assertThat(first / 1e9).isBetween(10.0, 12.2);
            assertThat(second / 1e9).isBetween(20.0, 23.2);
            assertThat(third / 1e9).isBetween(30.0, 34.2);
            assertThat(calls).as("600 s of it").hasSizeBetween(9, 13);

            at.model("a").then(says("a", FAST));
            for (int i = 0; i < 1_500; i++) {
                at.ask(LONG);
                at.passSeconds(1);
            }
            at.model("a").then(fails(dead(), FAST));
            at.ask(LONG);
            at.ask(LONG);
            at.ask(LONG);
            at.ask(LONG);
            at.ask(LONG);
            at.passSeconds(1);
            assertThat(at.status("a").retryIn()).isLessThan(Duration.ofSeconds(12));
            at.assertSound();
        }
    }

    @Test
    void fiveHundredWaitersMeetOneProbeAndThenARamp() {
        try (VirtualPool at = new VirtualPool().member("a", fails(dead(), FAST))) {
            for (int i = 0; i < 8; i++) {
                at.ask(Duration.ofSeconds(2));
                at.passSeconds(2);
            }
            assertThat(at.status("a").state()).isEqualTo(State.RESTING);
            at.passSeconds(1);
            ScriptedModel a = at.model("a");
            a.then(says("a", SECOND));
            a.underWay = 0;
            a.mostUnderWay = 0;
            int before = at.calls("a");
            for (int i = 0; i < 500; i++) {
                at.ask(Duration.ofMinutes(10));
            }
            while (at.calls("a") == before) {
                at.passSeconds(0.1);
            }
            at.passSeconds(0.5);
            assertThat(a.underWay).as("the probe").isEqualTo(1);
            at.passSeconds(1);
            assertThat(a.underWay).as("after the first answer").isEqualTo(2);
            at.passSeconds(1);
            assertThat(a.underWay).isBetween(4, 8);
            at.passSeconds(60);

            assertThat(at.handlers.stream().filter(h -> h.reply != null)).hasSize(500);
            assertThat(at.status("a").state()).isEqualTo(State.UP);
            at.assertSound();
        }
    }

    @Test
    void aRefusedKeyIsAskedForAgainUntilItIsAnotherOne() {
        String[] key = {"old"};
        int[] asked = {0};
        ApiKey supplied = new ApiKey(() -> {
            asked[0]++;
            return key[0];
        });
        try (VirtualPool at = new VirtualPool()
                .member("a", m -> m.apiKey(supplied), (model, request, handler) -> {
                    boolean good = supplied.forRequest().equals("new");
                    (good ? says("a", FAST) : fails(status(401, "key"), FAST)).play(model, request, handler);
                })
                .member("b", says("b", FAST))) {
            for (int i = 0; i < 20; i++) {
                at.ask(LONG);
                at.passSeconds(1);
            }
            assertThat(at.calls("a")).isEqualTo(1);
            assertThat(asked[0]).as("once each five seconds").isBetween(3, 7);
            key[0] = "new";
            at.passSeconds(6);
            RecordingHandler call = at.ask(LONG);
            at.passSeconds(1);

            assertThat(call.text()).isEqualTo("a");
            at.assertSound();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {503, 401})
    void aHealthCheckProbesInsteadOfCallers(int status) {
        boolean[] well = {false};
        int[] checks = {0};
        PoolMember.HealthCheck check = () -> {
            checks[0]++;
            if (!well[0]) {
                throw new IllegalStateException("ill");
            }
        };
        try (VirtualPool at = new VirtualPool()
                .member("a", m -> m.healthCheck(check), fails(status(status, "out"), FAST))
                .member("b", says("b", FAST))) {
            for (int i = 0; i < 400; i++) {
                at.ask(LONG);
                at.passSeconds(1);
            }
            int calls = at.calls("a");
            assertThat(calls).as("until it rested").isLessThanOrEqualTo(4);
            assertThat(checks[0]).isPositive();

            at.model("a").then(says("a", FAST));
            well[0] = true;
            for (int i = 0; i < 320; i++) {
                at.ask(LONG);
                at.passSeconds(1);
            }
            assertThat(at.calls("a")).as("back after the check").isGreaterThan(calls);
            assertThat(at.status("a").state()).isEqualTo(State.UP);
            at.assertSound();
        }
    }

    @Test
    void aProbeThatIsCancelledIsNotLost() {
        try (VirtualPool at = new VirtualPool().member("a", fails(dead(), FAST))) {
            for (int i = 0; i < 8; i++) {
                at.ask(Duration.ofSeconds(2));
                at.passSeconds(2);
            }
            at.passSeconds(20);
            at.model("a").then(hangs(), says("a", FAST));
            RecordingHandler probe = new RecordingHandler();
            LlmStream stream = at.stream(LONG, probe, Priority.NORMAL);
            at.passSeconds(1);
            assertThat(at.status("a").inFlight()).isEqualTo(1);
            stream.cancel();

            RecordingHandler next = at.ask(LONG);
            at.passSeconds(1);
            assertThat(probe.error).isInstanceOf(CancelledException.class);
            assertThat(next.text()).isEqualTo("a");
            assertThat(at.status("a").state()).isEqualTo(State.UP);
            at.assertSound();
        }
    }

    @Test
    void whenAllRestACallWaitsOrSaysWhen() {
        try (VirtualPool at = new VirtualPool().member("a", fails(dead(), FAST)).member("b", fails(dead(), FAST))) {
            for (int i = 0; i < 10; i++) {
                at.ask(Duration.ofSeconds(3));
                at.passSeconds(3);
                if (at.pool().members().stream().allMatch(m -> m.state() == State.RESTING)) {
                    break;
                }
            }
            assertThat(at.pool().members()).extracting(m -> m.state()).containsOnly(State.RESTING);
            RecordingHandler soon = at.ask(Duration.ofSeconds(1));
            assertThat(soon.error)
                    .isInstanceOfSatisfying(
                            LlmUnavailableException.class,
                            e -> assertThat(e.retryAfter()).isPresent());
            at.model("a").then(says("a", FAST));
            at.model("b").then(says("b", FAST));
            RecordingHandler waits = at.ask(Duration.ofSeconds(30));
            at.passSeconds(25);

            assertThat(waits.reply).isNotNull();
            at.assertSound();
        }
    }

    @Test
    void halfOfAllCallsFailingEverywhereAddsATenthOfLoadAndBenchesNobody() {
        SplittableRandom random = new SplittableRandom(11);
        ScriptedModel.Act flaky = (model, request, handler) -> {
            ScriptedModel.Act act =
                    random.nextBoolean() ? says("ok", Duration.ofMillis(20)) : fails(status(503, "x"), FAST);
            act.play(model, request, handler);
        };
        try (VirtualPool at =
                new VirtualPool().member("a", m -> m.tier(0), flaky).member("b", m -> m.tier(0), flaky)) {
            int calls = 20_000;
            for (int i = 0; i < calls; i++) {
                at.ask(LONG);
                at.passSeconds(0.001);
            }
            at.passSeconds(60);

            assertThat(at.calls("a") + at.calls("b") - calls).isLessThanOrEqualTo(calls / 10);
            assertThat(at.pool().members()).extracting(m -> m.state()).containsOnly(State.UP);
            at.assertSound();
        }
    }

    @Test
    void everyMemberIsTriedWhereKeysAreRefused() {
        try (VirtualPool at = new VirtualPool()
                .member("a", fails(status(401, "key"), FAST))
                .member("b", fails(status(403, "key"), FAST))
                .member("c", fails(status(404, "model"), FAST))
                .member("d", fails(status(401, "key"), FAST))
                .member("e", fails(status(401, "key"), FAST))
                .member("f", fails(status(401, "key"), FAST))
                .member("g", fails(status(401, "key"), FAST))
                .member("h", says("h", FAST))) {
            RecordingHandler call = at.ask(LONG);
            at.passSeconds(2);

            assertThat(requireNonNull(call.reply).member()).isEqualTo("h");
            assertThat(requireNonNull(call.reply).attempts()).hasSize(8);
            at.ask(LONG);
            at.passSeconds(2);
            assertThat(at.calls("a")).as("benched").isEqualTo(1);
            at.assertSound();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "400, 'context_length_exceeded: maximum context length is 100'",
        "413, too large",
        "400, prompt is too long: 200 tokens"
    })
    void aPromptThatIsTooLongGoesToALargerMemberOnly(int status, String body) {
        try (VirtualPool at = new VirtualPool()
                .member("a", m -> m.contextTokens(100), fails(status(status, body), FAST))
                .member("same", m -> m.contextTokens(100), says("same", FAST))
                .member("unknown", says("unknown", FAST))
                .member("large", m -> m.contextTokens(1_000), says("large", FAST))) {
            RecordingHandler call = at.ask(LONG);
            at.passSeconds(1);

            assertThat(call.text()).isEqualTo("large");
            assertThat(at.calls("same")).isZero();
            assertThat(at.status("a").state()).isEqualTo(State.UP);
            at.assertSound();
        }
        try (VirtualPool at = new VirtualPool()
                .member("a", m -> m.contextTokens(100), fails(status(status, body), FAST))
                .member("same", m -> m.contextTokens(100), says("same", FAST))) {
            RecordingHandler call = at.ask(LONG);
            at.passSeconds(1);
            assertThat(call.error)
                    .isInstanceOfSatisfying(
                            LlmUnavailableException.class,
                            e -> assertThat(e.attempts())
                                    .extracting(LlmAttempt::outcome)
                                    .containsExactly(Outcome.REJECTED));
            at.assertSound();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void filteredContentGoesElsewhereOnlyWhereAllowed(boolean allowed) {
        try (VirtualPool at = new VirtualPool()
                .with(b -> b.filteredElsewhere(allowed))
                .member("a", fails(new ContentFilteredException("no"), FAST))
                .member("b", says("b", FAST))) {
            RecordingHandler call = at.ask(LONG);
            at.passSeconds(1);

            assertThat(call.reply != null).isEqualTo(allowed);
            assertThat(at.calls("b")).isEqualTo(allowed ? 1 : 0);
            assertThat(at.status("a").state()).isEqualTo(State.UP);
            at.assertSound();
        }
    }

    @Test
    void cancellingEndsACallWhereverItIs() {
        try (VirtualPool at =
                new VirtualPool().member("a", m -> m.limits(Limits.none().concurrency(1)), hangs())) {
            RecordingHandler beforeFirstToken = new RecordingHandler();
            RecordingHandler inQueue = new RecordingHandler();
            LlmStream first = at.stream(LONG, beforeFirstToken, Priority.NORMAL);
            LlmStream queued = at.stream(LONG, inQueue, Priority.NORMAL);
            queued.cancel();
            first.cancel();
            assertThat(inQueue.error).isInstanceOf(CancelledException.class);
            assertThat(beforeFirstToken.error).isInstanceOf(CancelledException.class);

            at.model("a").then(fails(status(500, "x"), FAST), says("never", FAST));
            RecordingHandler inBackOff = new RecordingHandler();
            LlmStream third = at.stream(LONG, inBackOff, Priority.NORMAL);
            at.passSeconds(0.15);
            third.cancel();
            assertThat(inBackOff.error)
                    .isInstanceOfSatisfying(
                            CancelledException.class,
                            e -> assertThat(e.attempts())
                                    .extracting(LlmAttempt::outcome)
                                    .containsExactly(Outcome.FAILED));

            at.model("a").then(streams(10, SECOND, says("never", FAST)));
            RecordingHandler midStream = new RecordingHandler();
            LlmStream fourth = at.stream(LONG, midStream, Priority.NORMAL);
            at.passSeconds(3.5);
            fourth.cancel();
            assertThat(midStream.error).isInstanceOf(CancelledException.class);
            assertThat(midStream.partials).hasSize(3);
            assertThat(at.status("a").state()).isEqualTo(State.UP);
            assertThat(at.status("a").inFlight()).isZero();
            at.passSeconds(20);
            assertThat(at.calls("a")).isEqualTo(3);
            at.assertSound();
        }
    }

    @Test
    void theDeadlineEndsACallOverAllAttempts() {
        try (VirtualPool at =
                new VirtualPool().member("a", hangs()).member("b", hangs()).member("c", hangs())) {
            RecordingHandler call = at.ask(Duration.ofSeconds(8));
            at.passSeconds(7.9);
            assertThat(call.done()).isFalse();
            at.passSeconds(0.1);

            assertThat(call.error)
                    .isInstanceOfSatisfying(
                            DeadlineExceededException.class,
                            e -> assertThat(e.attempts())
                                    .extracting(LlmAttempt::outcome)
                                    .containsExactly(Outcome.TIMED_OUT, Outcome.TIMED_OUT, Outcome.TIMED_OUT));
            assertThat(at.calls("a") + at.calls("b") + at.calls("c")).isEqualTo(3);
            at.assertSound();
        }
    }

    @Test
    void aProcessThatStoodStillBlamesNobody() {
        try (VirtualPool at = new VirtualPool()
                .with(b -> b.firstTokenTimeout(Duration.ofSeconds(5)).streamIdleTimeout(Duration.ofSeconds(5)))
                .member("a", says("a", Duration.ofSeconds(4)))
                .member("b", says("b", FAST))) {
            RecordingHandler call = at.ask(LONG);
            at.passSeconds(1);
            at.clock.jump(Duration.ofSeconds(20));
            at.passSeconds(1);

            assertThat(requireNonNull(call.reply).member())
                    .as("its answer was there already")
                    .isEqualTo("a");
            assertThat(at.status("a").state()).isEqualTo(State.UP);
            at.assertSound();
        }
    }

    @Test
    void aHedgeComesAfterTheSlowestTwentiethAndCostsATwentieth() {
        SplittableRandom random = new SplittableRandom(5);
        ScriptedModel.Act act = (model, request, handler) -> {
            boolean slow = random.nextInt(25) == 0;
            says("a", Duration.ofMillis(slow ? 5_000 : 80 + random.nextInt(40))).play(model, request, handler);
        };
        try (VirtualPool at = new VirtualPool()
                .with(b -> b.hedging(0.05))
                .member("a", act)
                .member("b", says("b", Duration.ofMillis(50)))) {
            int calls = 2_000;
            for (int i = 0; i < calls; i++) {
                at.ask(LONG);
                at.passSeconds(0.3);
            }
            at.passSeconds(10);

            List<PoolEvent.AttemptEnded> hedges =
                    at.attempts().stream().filter(PoolEvent.AttemptEnded::hedge).toList();
            assertThat(hedges).hasSizeBetween(20, calls / 20);
            assertThat(at.attempts().stream().filter(a -> a.outcome() == Outcome.CANCELLED && !a.hedge()))
                    .as("losers are told")
                    .hasSizeBetween(20, calls / 20)
                    .allSatisfy(a -> assertThat(a.duration()).isGreaterThanOrEqualTo(Duration.ofMillis(115 + 50)));
            at.assertSound();
        }
    }

    @Test
    void nobodyHedgesWhileAMemberCools() {
        try (VirtualPool at = new VirtualPool()
                .with(b -> b.hedging(0.2))
                .member("a", says("a", FAST))
                .member("b", says("b", FAST))
                .member("c", fails(status(429, "no"), FAST, java.util.Map.of("retry-after", "600")))) {
            for (int i = 0; i < 30; i++) {
                at.ask(LONG);
                at.passSeconds(1);
            }
            at.pool().remove("b");
            at.model("a").then(fails(status(503, "x"), FAST), says("a", FAST));
            at.ask(LONG);
            at.passSeconds(1); // The third one is asked, and cools.
            assertThat(at.status("c").state()).isEqualTo(State.RESTING);
            at.pool().add(at.newMember("d", says("d", FAST)).build());
            at.model("a").then(says("a", Duration.ofSeconds(5)));
            at.ask(LONG);
            at.passSeconds(20);

            assertThat(at.calls("d")).isZero();
        }
    }

    @Test
    void aStreamThatBreaksRestartsWhereTheHandlerCan() {
        for (int tokens = 1; tokens <= 5; tokens++) {
            try (VirtualPool at = new VirtualPool()
                    .member("a", streams(tokens, FAST, fails(status(502, "cut"), FAST)))
                    .member("b", streams(2, FAST, says("end", FAST)))) {
                RecordingHandler restarts = at.ask(LONG, new RecordingHandler().restartable());
                at.passSeconds(3);

                assertThat(restarts.restarts).hasValue(1);
                assertThat(restarts.text()).isEqualTo("t0 t1 end");
                assertThat(requireNonNull(restarts.reply).member()).isEqualTo("b");
                at.assertSound();
            }
            try (VirtualPool at = new VirtualPool()
                    .member("a", streams(tokens, FAST, fails(status(502, "cut"), FAST)))
                    .member("b", says("b", FAST))) {
                RecordingHandler cannot = at.ask(LONG);
                at.passSeconds(3);

                int seen = tokens;
                assertThat(cannot.error)
                        .isInstanceOfSatisfying(
                                PartialAnswerException.class,
                                e -> assertThat(e.text()).hasSize(3 * seen).startsWith("t0 "));
                assertThat(at.calls("b")).isZero();
                at.assertSound();
            }
        }
    }

    @Test
    void aStreamGoesOnWhereItBrokeWithoutRepeating() {
        try (VirtualPool at = new VirtualPool()
                .with(b -> b.streamRecovery(StreamRecovery.CONTINUE))
                .member("a", streams(4, FAST, fails(status(502, "cut"), FAST)))
                .member("b", says("t1 t2 t3 and so on", FAST))) {
            RecordingHandler call = at.ask(LONG);
            at.passSeconds(3);

            assertThat(call.text()).isEqualTo("t0 t1 t2 t3 and so on");
            assertThat(requireNonNull(call.reply).response().aiMessage().text()).isEqualTo("t0 t1 t2 t3 and so on");
            assertThat(at.model("b").requests.getFirst().messages()).hasSize(3);
            at.assertSound();
        }
    }

    @Test
    void nobodyLeftToGoOnMakesAPartialAnswer() {
        for (StreamRecovery recovery : StreamRecovery.values()) {
            try (VirtualPool at = new VirtualPool()
                    .with(b -> b.streamRecovery(recovery))
                    .member("a", streams(2, FAST, fails(status(401, "cut"), FAST)))) {
                RecordingHandler call = at.ask(LONG, new RecordingHandler().restartable());
                at.passSeconds(3);

                assertThat(call.error)
                        .as(recovery.name())
                        .isInstanceOfSatisfying(
                                PartialAnswerException.class,
                                e -> assertThat(e.text()).isEqualTo("t0 t1 "));
                assertThat(call.text()).isEqualTo("t0 t1 ");
                at.assertSound();
            }
        }
    }

    @Test
    void aStreamThatStallsIsEndedByItsOwnTimer() {
        try (VirtualPool at = new VirtualPool()
                .with(b -> b.streamIdleTimeout(Duration.ofSeconds(3)))
                .member("a", streams(3, Duration.ofMillis(2_900), hangs()))
                .member("b", says("b", FAST))) {
            RecordingHandler call = at.ask(Duration.ofMinutes(5), new RecordingHandler().restartable());
            at.passSeconds(3 * 2.9 + 2.9);
            assertThat(call.restarts).hasValue(0);
            at.passSeconds(0.3);

            assertThat(call.text()).isEqualTo("b");
            assertThat(requireNonNull(call.reply).attempts().getFirst().errorType())
                    .isEqualTo("StalledStream");
            at.assertSound();
        }
    }

    @Test
    void membersComeGoAndAreReplacedWhileOthersServe() {
        try (VirtualPool at = new VirtualPool().member("a", says("old", SECOND)).member("b", says("b", SECOND))) {
            for (int i = 0; i < 20; i++) {
                at.ask(LONG);
                at.passSeconds(0.1);
            }
            at.passSeconds(0.05);
            ScriptedModel old = at.model("a");
            int before = old.calls.size();
            at.pool().replace(at.newMember("a", says("new", SECOND)).build());
            at.pool().remove("b");
            for (int i = 0; i < 20; i++) {
                at.ask(LONG);
                at.passSeconds(0.1);
            }
            at.passSeconds(5);

            assertThat(old.calls).as("none after it was replaced").hasSize(before);
            assertThat(at.handlers)
                    .as("none lost")
                    .allSatisfy(h -> assertThat(h.reply).isNotNull());
            assertThat(at.handlers.getLast().text()).isEqualTo("new");
            assertThat(at.pool().members()).extracting(m -> m.name()).containsExactly("a");
        }
    }
}
