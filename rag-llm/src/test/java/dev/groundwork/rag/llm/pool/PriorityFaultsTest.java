package dev.groundwork.rag.llm.pool;

import static dev.groundwork.rag.llm.pool.ScriptedModel.says;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Floods of calls that are less important, in virtual time: they neither delay the important ones nor starve. */
class PriorityFaultsTest {

    private static final int IMPORTANT = 200;

    /** What a flood fills up. */
    enum Scarce {
        CONCURRENCY,
        REQUESTS,
        TOKENS;

        Limits limits() {
            return switch (this) {
                case CONCURRENCY -> Limits.none().concurrency(10);
                case REQUESTS -> Limits.none().requestsPerMinute(600);
                case TOKENS -> Limits.none().tokensPerMinute(9_000); // Of 15 tokens a call.
            };
        }
    }

    /** Answers within half a second to a second and a half. */
    private static ScriptedModel.Act answers(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return (model, request, handler) ->
                says("hi", Duration.ofMillis(500 + random.nextInt(1_000))).play(model, request, handler);
    }

    private static VirtualPool pool(Scarce scarce) {
        return new VirtualPool()
                .with(b -> b.maxWaiting(100_000))
                .member("a", m -> m.limits(scarce.limits()), answers(1));
    }

    /** Asks now and then with high priority; returns how long the calls took, in milliseconds, sorted. */
    private static List<Long> important(VirtualPool at) {
        List<Long> took = new ArrayList<>();
        for (int i = 0; i < IMPORTANT; i++) {
            RecordingHandler handler = new RecordingHandler();
            long start = at.clock.nanoTime();
            at.stream(Duration.ofMinutes(1), handler, Priority.HIGH);
            while (!handler.done()) {
                at.pass(Duration.ofMillis(10));
            }
            requireNonNull(handler.reply);
            took.add((at.clock.nanoTime() - start) / 1_000_000);
            at.passSeconds(0.4);
        }
        return took.stream().sorted().toList();
    }

    private static long p99(List<Long> sorted) {
        return sorted.get(sorted.size() * 99 / 100);
    }

    @ParameterizedTest
    @EnumSource(Scarce.class)
    void aFloodOfLowPriorityNeitherDelaysTheImportantNorStarves(Scarce scarce) {
        long idle;
        try (VirtualPool at = pool(scarce)) {
            idle = p99(important(at));
        }
        try (VirtualPool at = pool(scarce)) {
            List<RecordingHandler> low = new ArrayList<>();
            for (int i = 0; i < 5_000; i++) {
                RecordingHandler handler = new RecordingHandler();
                low.add(handler);
                at.stream(Duration.ofHours(2), handler, Priority.LOW);
            }
            at.passSeconds(5);

            long flooded = p99(important(at));

            assertThat(flooded).as("p99 in milliseconds, idle " + idle).isLessThanOrEqualTo(idle * 3 / 2);
            assertThat(low.stream().filter(h -> h.reply != null).count())
                    .as("of low priority were served meanwhile")
                    .isGreaterThan(1_000);
            at.passSeconds(900);
            assertThat(low).allSatisfy(h -> assertThat(h.reply).isNotNull());
            at.assertSound();
        }
    }

    @ParameterizedTest
    @EnumSource(Scarce.class)
    void lowPriorityIsServedNowAndThenWhileTheImportantFillThePool(Scarce scarce) {
        try (VirtualPool at = pool(scarce)) {
            for (int i = 0; i < 800; i++) {
                at.stream(Duration.ofHours(1), new RecordingHandler(), Priority.HIGH);
            }
            List<RecordingHandler> low = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                RecordingHandler handler = new RecordingHandler();
                low.add(handler);
                at.stream(Duration.ofHours(1), handler, Priority.LOW);
            }
            long served = 0;
            while (at.handlers.stream().anyMatch(h -> h.terminals.get() == 0)) {
                at.passSeconds(1);
                long waiting = at.handlers.stream().filter(h -> !h.done()).count();
                served = waiting > 0
                        ? low.stream().filter(RecordingHandler::done).count()
                        : served;
            }
            assertThat(served).as("served while important ones waited").isGreaterThanOrEqualTo(20);
            at.assertSound();
        }
    }

    @Test
    void withinAPriorityTheFirstToAskIsTheFirstToBeServed() {
        try (VirtualPool at = new VirtualPool()
                .with(b -> b.maxWaiting(100))
                .member("a", m -> m.limits(Limits.none().concurrency(1)), says("hi", Duration.ofSeconds(1)))) {
            for (int i = 0; i < 50; i++) {
                at.ask(Duration.ofMinutes(5));
            }
            for (int i = 1; i <= 50; i++) {
                at.passSeconds(1);
                int done = i;
                assertThat(at.handlers.subList(0, done))
                        .allSatisfy(h -> assertThat(h.reply).isNotNull());
                assertThat(at.handlers.subList(done, 50))
                        .noneSatisfy(h -> assertThat(h.reply).isNotNull());
            }
            at.assertSound();
        }
    }
}
