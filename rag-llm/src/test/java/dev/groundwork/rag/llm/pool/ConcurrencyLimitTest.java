package dev.groundwork.rag.llm.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many calls a member gets at once where that follows its latencies. */
class ConcurrencyLimitTest {

    private static final long BASE = Duration.ofMillis(100).toNanos();

    private long now;

    /** Lets so many windows pass, in each of which so many are under way at once and calls take so long. */
    private void serve(ConcurrencyLimit limit, int windows, long nanos, int inFlight) {
        for (int i = 0; i < windows * ConcurrencyLimit.WINDOW_CALLS; i++) {
            limit.served(now, nanos, inFlight);
            now += ConcurrencyLimit.WINDOW_NANOS / (ConcurrencyLimit.WINDOW_CALLS - 1) + 1;
        }
    }

    @Test
    void growsWhileLatenciesStayAsTheyAreUpToItsMost() {
        ConcurrencyLimit limit = ConcurrencyLimit.adaptive(4, 60);
        assertThat(limit.limit()).isEqualTo(20);

        serve(limit, 5, BASE, 20);
        assertThat(limit.limit()).isBetween(23, 26);
        serve(limit, 500, BASE, 60);

        assertThat(limit.limit()).isEqualTo(60);
    }

    @Test
    void shrinksWhileLatenciesAreHighNotBelowItsLeast() {
        ConcurrencyLimit limit = ConcurrencyLimit.adaptive(4, 60);
        serve(limit, 100, BASE, 60);

        serve(limit, 5, BASE * 10, 60);
        assertThat(limit.limit()).isLessThan(45);
        serve(limit, 30, BASE * 10, 60);
        assertThat(limit.limit()).isGreaterThanOrEqualTo(4).isLessThan(20);
    }

    @Test
    void aMemberThatIsSlowForGoodIsUsedAgainInTheEnd() {
        ConcurrencyLimit limit = ConcurrencyLimit.adaptive(2, 60);
        serve(limit, 100, BASE, 60);
        serve(limit, 60, BASE * 3, 60);
        assertThat(limit.limit()).isLessThan(20);

        serve(limit, 1_200, BASE * 3, 60);
        assertThat(limit.limit()).isEqualTo(60);
    }

    @Test
    void oneSlowCallMovesNothing() {
        ConcurrencyLimit limit = ConcurrencyLimit.adaptive(4, 60);
        serve(limit, 20, BASE, 60);
        int before = limit.limit();

        limit.served(now, BASE * 3, 60);
        assertThat(limit.limit()).isEqualTo(before);
        serve(limit, 1, BASE, 60);
        assertThat(limit.limit()).isGreaterThanOrEqualTo(before);
    }

    @Test
    void staysWhereItIsWhileItHoldsNobodyUp() {
        ConcurrencyLimit limit = ConcurrencyLimit.adaptive(4, 60);
        serve(limit, 50, BASE, 3);
        assertThat(limit.limit()).isEqualTo(20);
    }

    @Test
    void shrinksByATenthWhereCallsAreDroppedOnceForAllThatWereUnderWayTogether() {
        ConcurrencyLimit limit = ConcurrencyLimit.adaptive(4, 60);
        limit.dropped(100, 10);
        limit.dropped(101, 20);
        limit.dropped(102, 99);
        assertThat(limit.limit()).isEqualTo(18);
        limit.dropped(200, 100);
        assertThat(limit.limit()).isEqualTo(16);
        for (int i = 0; i < 100; i++) {
            limit.dropped(300 + i, 300 + i);
        }
        assertThat(limit.limit()).isEqualTo(4);
    }

    @Test
    void oneThatIsFixedStays() {
        ConcurrencyLimit limit = ConcurrencyLimit.fixed(7);
        serve(limit, 100, BASE * 50, 7);
        limit.dropped(now, now);
        assertThat(limit.limit()).isEqualTo(7);
    }

    /** Serves so many at once in its base time; what is beyond that makes all of them slower. */
    private static ScriptedModel.Act machine(int[] places) {
        return (model, request, handler) -> {
            double load = Math.max(1, model.underWay / (double) places[0]);
            ScriptedModel.says("ok", Duration.ofNanos((long) (BASE * load))).play(model, request, handler);
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 40})
    void aMemberIsKeptBusyButNotOverloadedAndFollowedWhenItChanges(int first) {
        int[] places = {first};
        try (VirtualPool at = new VirtualPool()
                .with(b -> b.maxWaiting(1_000_000))
                .member("a", m -> m.limits(Limits.none().adaptiveConcurrency(2, 200)), machine(places))) {
            for (int change : new int[] {first, first * 2, first / 2}) {
                places[0] = change;
                for (int i = 0; i < 3_000; i++) {
                    offer(at, places[0] / 2); // Every 20 ms: two and a half times what it can do.
                }
                int before = at.model("a").calls.size();
                at.model("a").mostUnderWay = 0;
                for (int i = 0; i < 200; i++) {
                    offer(at, places[0] / 2);
                }
                int served = at.model("a").calls.size() - before;

                assertThat(served).as("calls in 4 s with room for " + change).isGreaterThanOrEqualTo((int)
                        (change * 40 * 0.9));
                assertThat(at.model("a").mostUnderWay)
                        .as("at once, with room for " + change)
                        .isLessThanOrEqualTo(change * 4);
            }
            at.pool().close();
            at.passSeconds(5);
            at.assertSound();
        }
    }

    private static void offer(VirtualPool at, int calls) {
        while (at.pool().waiting() < calls) {
            at.ask(Duration.ofHours(1));
        }
        at.pass(Duration.ofMillis(20));
    }
}
