package dev.groundwork.rag.llm.pool;

import static dev.groundwork.rag.llm.pool.ScriptedModel.fails;
import static dev.groundwork.rag.llm.pool.ScriptedModel.says;
import static dev.groundwork.rag.llm.pool.ScriptedModel.status;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.LlmAttempt.Outcome;
import dev.groundwork.rag.LlmUnavailableException;
import dev.groundwork.rag.MemberStatus.State;
import dev.groundwork.rag.OverloadedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rate limits, quotas and budgets in virtual time: what providers refuse, and what is known before they do. */
class LimitFaultsTest {

    private static final Duration FAST = Duration.ofMillis(100);
    private static final Duration LONG = Duration.ofSeconds(50);

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }

    @Test
    void aSingleMemberIsAskedAgainNotBeforeItsRetryAfter() {
        for (int seed = 0; seed < 20; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            try (VirtualPool at = new VirtualPool()
                    .with(b -> b.random(random))
                    .member("a", fails(status(429, "no"), FAST, Map.of("retry-after", "2")), says("hi", FAST))) {
                RecordingHandler call = at.ask(LONG);
                at.passSeconds(10);

                assertThat(call.text()).isEqualTo("hi");
                double waited = seconds(at.model("a").calls.get(1)) - 0.1;
                assertThat(waited).as("seed " + seed).isBetween(2.0, 2.2);
                assertThat(requireNonNull(call.reply).waited().toMillis() / 1e3).isBetween(2.0, 2.21);
                at.assertSound();
            }
        }
    }

    @Test
    void anotherMemberServesAtOnceWhileOneCools() {
        try (VirtualPool at = new VirtualPool()
                .member("a", fails(status(429, "no"), FAST, Map.of("retry-after", "30")), says("a", FAST))
                .member("b", says("b", FAST))) {
            RecordingHandler call = at.ask(LONG);
            at.passSeconds(0.3);

            assertThat(call.text()).isEqualTo("b");
            assertThat(at.status("a").state()).isEqualTo(State.RESTING);
            at.passSeconds(1);
            RecordingHandler second = at.ask(LONG);
            at.passSeconds(1);
            assertThat(requireNonNull(second.reply).member()).isEqualTo("b");
            assertThat(at.calls("a")).isEqualTo(1);
            at.assertSound();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "retry-after | 7 | 7",
                "retry-after | 1.5 | 1.5",
                "retry-after-ms | 1234 | 1.234",
                "retry-after | 6m0s | 360",
                "retry-after | Thu, 01 Jan 2026 00:00:20 GMT | 19.9",
                "retry-after | 2026-01-01T00:00:20Z | 19.9",
                "x-ratelimit-reset-requests | 6m0s | 360",
                "x-ratelimit-reset-tokens | 450ms | 0.45",
                "anthropic-ratelimit-tokens-reset | 2026-01-01T00:00:30Z | 29.9",
                // Nonsense: the pool's own back-off.
                "retry-after | -1 | 1",
                "retry-after | 1000000000000000000 | 1",
                "retry-after | soon | 1",
                "retry-after | NaN | 1",
            })
    void everyFormOfRetryAfterIsObeyed(String header, String value, double expected) {
        try (VirtualPool at = new VirtualPool()
                .member("a", fails(status(429, "no"), FAST, Map.of(header, value)), says("hi", FAST))) {
            RecordingHandler call = at.ask(Duration.ofMinutes(10));
            at.passSeconds(500);

            assertThat(call.text()).isEqualTo("hi");
            assertThat(seconds(at.model("a").calls.get(1)) - 0.1).isBetween(expected - 1e-6, expected * 1.1 + 0.001);
            at.assertSound();
        }
    }

    @Test
    void aDateIsReadByTheProvidersClockWhereItTellsIt() {
        Map<String, String> headers =
                Map.of("retry-after", "Mon, 02 Mar 2026 10:00:05 GMT", "date", "Mon, 02 Mar 2026 10:00:00 GMT");
        try (VirtualPool at =
                new VirtualPool().member("a", fails(status(429, "no"), FAST, headers), says("hi", FAST))) {
            at.ask(LONG);
            at.passSeconds(10);

            assertThat(seconds(at.model("a").calls.get(1)) - 0.1).isBetween(5.0, 5.51);
            at.assertSound();
        }
    }

    @Test
    void aRestBeyondTheDeadlineFailsAtOnceAndSaysWhenToComeBack() {
        try (VirtualPool at = new VirtualPool()
                .member("a", fails(status(429, "no"), FAST, Map.of("retry-after", "107")), says("hi", FAST))) {
            RecordingHandler call = at.ask(Duration.ofSeconds(30));
            at.passSeconds(0.2);

            assertThat(call.error)
                    .isInstanceOfSatisfying(
                            LlmUnavailableException.class,
                            e -> assertThat(e.retryAfter().orElseThrow())
                                    .isBetween(Duration.ofSeconds(106), Duration.ofSeconds(110)));
            RecordingHandler second = at.ask(Duration.ofSeconds(30));
            assertThat(second.error).as("without a call").isInstanceOf(LlmUnavailableException.class);
            at.passSeconds(110);
            assertThat(at.calls("a")).isEqualTo(1);
            at.assertSound();
        }
    }

    @Test
    void theLaterOfTwoRetryAftersWins() {
        try (VirtualPool at = new VirtualPool()
                .member(
                        "a",
                        fails(status(429, "no"), FAST, Map.of("retry-after", "20")),
                        fails(status(429, "no"), Duration.ofMillis(200), Map.of("retry-after", "2")),
                        says("hi", FAST))) {
            at.ask(LONG);
            at.ask(LONG);
            at.passSeconds(45);

            assertThat(at.model("a").calls.subList(2, 4))
                    .allSatisfy(nanos -> assertThat(seconds(nanos)).isGreaterThanOrEqualTo(20.1));
            at.assertSound();
        }
    }

    @Test
    void persistentRefusalsWithoutATimeAreAskedSeldom() {
        try (VirtualPool at = new VirtualPool().member("a", fails(status(429, "no"), Duration.ofMillis(1)))) {
            RecordingHandler call = at.ask(Duration.ofMinutes(5));
            at.passSeconds(3);
            assertThat(at.calls("a")).isBetween(2, 4);
            at.passSeconds(300);

            assertThat(at.calls("a")).isLessThanOrEqualTo(6);
            assertThat(call.error).isInstanceOf(LlmUnavailableException.class);
            assertThat(at.attempts())
                    .extracting(PoolEvent.AttemptEnded::outcome)
                    .containsOnly(Outcome.RATE_LIMITED);
            at.assertSound();
        }
    }

    @Test
    void aGroupThatSharesAQuotaCoolsTogether() {
        try (VirtualPool at = new VirtualPool()
                .member(
                        "a",
                        m -> m.quotaGroup("q"),
                        fails(status(429, "no"), FAST, Map.of("retry-after", "5")),
                        says("a", FAST))
                .member("b", m -> m.quotaGroup("q"), says("b", FAST))
                .member("c", m -> m.quotaGroup("q"), says("c", FAST))) {
            at.ask(LONG);
            at.passSeconds(4.9);

            assertThat(at.calls("b") + at.calls("c")).as("instant retries").isZero();
            assertThat(at.pool().members()).extracting(m -> m.state()).containsOnly(State.RESTING);
            at.passSeconds(5);
            assertThat(at.handlers.getFirst().reply).isNotNull();
            at.assertSound();
        }
    }

    @ParameterizedTest
    @CsvSource({"402, pay", "429, insufficient_quota: check your plan"})
    void usedUpMoneyBenchesTheMemberWithoutARetry(int status, String body) {
        try (VirtualPool at = new VirtualPool()
                .member("a", fails(status(status, body), FAST), says("a", FAST))
                .member("b", says("b", FAST))) {
            RecordingHandler call = at.ask(LONG);
            at.passSeconds(60);

            assertThat(requireNonNull(call.reply).member()).isEqualTo("b");
            at.ask(LONG);
            at.passSeconds(200);
            assertThat(at.calls("a")).isEqualTo(1);
            assertThat(at.events)
                    .anySatisfy(e -> assertThat(e).isInstanceOfSatisfying(PoolEvent.MemberChanged.class, c -> {
                        assertThat(c.member()).isEqualTo("a");
                        assertThat(c.state()).isEqualTo(State.RESTING);
                        assertThat(c.retryIn()).isGreaterThanOrEqualTo(Duration.ofMinutes(5));
                    }));
            at.assertSound();
        }
    }

    @Test
    void waitersComeBackFewAtATimeAfterARest() {
        try (VirtualPool at = new VirtualPool()
                .member(
                        "a",
                        fails(status(429, "no"), Duration.ofMillis(10), Map.of("retry-after", "5")),
                        says("hi", Duration.ofSeconds(1)))) {
            at.ask(Duration.ofMinutes(5));
            at.passSeconds(1);
            for (int i = 0; i < 500; i++) {
                at.ask(Duration.ofMinutes(5));
            }
            at.passSeconds(5.2);
            assertThat(at.model("a").underWay).as("right after the rest").isEqualTo(1);
            at.passSeconds(100);

            assertThat(at.handlers).allSatisfy(h -> assertThat(h.reply).isNotNull());
            at.assertSound();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void requestsAndTokensStayWithinEveryStretchOfAMinute(int seed) {
        int rpm = 60;
        int tpm = 1_500;
        SplittableRandom random = new SplittableRandom(seed);
        try (VirtualPool at = new VirtualPool()
                .with(b -> b.maxWaiting(100_000))
                .member(
                        "a",
                        m -> m.limits(Limits.none().requestsPerMinute(rpm).tokensPerMinute(tpm)),
                        (model, request, handler) -> {
                            int out = 5 + random.nextInt(20);
                            PoolClock.Timer unused = at(model)
                                    .schedule(1_000_000_000L + random.nextInt(500_000_000), () -> {
                                        model.underWay--;
                                        handler.onPartialResponse("x");
                                        handler.onCompleteResponse(ScriptedModel.response("x", 11, out));
                                    });
                        })) {
            clock = at.clock;
            for (int i = 0; i < 400; i++) {
                at.ask(Duration.ofHours(1));
                at.passSeconds(random.nextDouble());
            }
            at.passSeconds(1_500);

            assertThat(at.handlers).allSatisfy(h -> assertThat(h.reply).isNotNull());
            List<Long> calls = at.model("a").calls;
            long minute = Duration.ofMinutes(1).toNanos();
            for (int i = rpm; i < calls.size(); i++) {
                assertThat(calls.get(i) - calls.get(i - rpm)).isGreaterThan(minute);
            }
            at.assertSound();
        }
    }

    private VirtualClock clock = new VirtualClock();

    private VirtualClock at(ScriptedModel unused) {
        return clock;
    }

    @Test
    void whatTheProvidersHeadersSayIsKeptWithoutBeingSet() {
        List<Long> sent = new ArrayList<>();
        ScriptedModel.Act tells = (model, request, handler) -> {
            Wire wire = requireNonNull(Wire.current());
            sent.add(clock.nanoTime());
            PoolClock.Timer unused = clock.schedule(100_000_000, () -> {
                model.underWay--;
                wire.answered(ScriptedModel.listed(Map.of(
                        "x-ratelimit-limit-requests", "10",
                        "x-ratelimit-remaining-requests", "0",
                        "x-ratelimit-reset-requests", "20s")));
                handler.onPartialResponse("x");
                handler.onCompleteResponse(ScriptedModel.response("x", 1, 1));
            });
        };
        try (VirtualPool at = new VirtualPool().member("a", tells)) {
            clock = at.clock;
            at.ask(LONG);
            at.passSeconds(1);
            at.ask(LONG);
            at.passSeconds(30);

            assertThat(seconds(sent.get(1)))
                    .as("one of ten is back after a tenth of the time")
                    .isBetween(2.1, 2.2);
            at.assertSound();
        }
    }

    @Test
    void aBudgetIsNeverOverspentBeyondTheReservationAndTheNextMemberServes() {
        Price price = new Price(1_000_000, 1_000_000); // One for a token.
        try (VirtualPool at = new VirtualPool()
                .member(
                        "a",
                        m -> m.price(price).limits(Limits.none().budget(1_200, Duration.ofHours(1))),
                        says("a", Duration.ofSeconds(1)))
                .member(
                        "b",
                        m -> m.price(price).limits(Limits.none().budget(2_000, Duration.ofHours(1))),
                        says("b", FAST))) {
            for (int i = 0; i < 8; i++) {
                at.ask(LONG); // A burst: each sets aside its prompt and 384 tokens of answer.
            }
            at.passSeconds(20);

            assertThat(at.calls("a")).isGreaterThanOrEqualTo(2);
            assertThat(at.status("a").cost()).isLessThanOrEqualTo(1_200);
            assertThat(at.status("b").cost()).isLessThanOrEqualTo(2_000);
            double spent = at.status("a").cost();
            assertThat(at.status("a").limitsLeft().get("budget")).isEqualTo(1_200 - spent);
            at.passSeconds(40);
            at.assertSound();
        }
    }

    @Test
    void aFullQueueRefusesOneMoreAndGivesTheOthersTheirTurn() {
        try (VirtualPool at = new VirtualPool()
                .with(b -> b.maxWaiting(2))
                .member("a", m -> m.limits(Limits.none().concurrency(1)), says("hi", Duration.ofSeconds(1)))) {
            for (int i = 0; i < 3; i++) {
                at.ask(LONG);
            }
            RecordingHandler refused = at.ask(LONG);
            at.passSeconds(4);

            assertThat(refused.error).isInstanceOf(OverloadedException.class);
            assertThat(at.handlers.stream().filter(h -> h.reply != null)).hasSize(3);
            assertThat(at.model("a").mostUnderWay).isEqualTo(1);
            at.assertSound();
        }
    }
}
