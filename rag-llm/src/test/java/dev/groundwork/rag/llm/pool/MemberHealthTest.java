package dev.groundwork.rag.llm.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** When a member that failed is asked again. */
class MemberHealthTest {

    private static final SplittableRandom RANDOM = new SplittableRandom(1);

    private final MemberHealth health = new MemberHealth();
    private long now;

    private void failUntilItRests() {
        boolean rests = false;
        for (int i = 0; i < 10 && !rests; i++) {
            rests = health.failed(now, false, 1, true, "down", RANDOM);
        }
        assertThat(rests).isTrue();
    }

    private void failAProbe() {
        assertThat(health.take(now)).isTrue();
        assertThat(health.failed(now, true, 1, true, "down", RANDOM)).isTrue();
        health.endProbe();
    }

    private double secondsUntilAsked(boolean somebodyWaits) {
        return health.nanosUntilFits(now, 0, somebodyWaits) / 1e9;
    }

    @Test
    void restsGrowWhileTheOthersHaveRoomAndStayShortWhileCallsWait() {
        failUntilItRests();
        assertThat(secondsUntilAsked(false)).isBetween(10.0, 11.0);
        assertThat(secondsUntilAsked(true)).isEqualTo(5.0);

        for (int rest = 2; rest <= 4; rest++) {
            now += Duration.ofSeconds(5).toNanos();
            assertThat(secondsUntilAsked(true)).isZero();
            assertThat(secondsUntilAsked(false)).isPositive();
            failAProbe();
            assertThat(secondsUntilAsked(true)).isEqualTo(5.0);
            assertThat(secondsUntilAsked(false)).isBetween(10.0 * rest, 11.0 * rest);
        }
    }

    @Test
    void whatAPersonHasToMendIsNotProbedSooner() {
        health.restFor(now, Duration.ofMinutes(5), true, "key", RANDOM);
        assertThat(secondsUntilAsked(true)).isGreaterThanOrEqualTo(300);
    }

    @Test
    void oneProbeAtATimeAndThenARamp() {
        failUntilItRests();
        now += Duration.ofSeconds(11).toNanos();
        assertThat(health.take(now)).isTrue();
        assertThat(health.nanosUntilFits(now, 1, true)).isEqualTo(Quota.UNTIL_RELEASE);

        health.served(now, true);
        health.endProbe();

        assertThat(health.nanosUntilFits(now, 1, true)).isZero();
        assertThat(health.nanosUntilFits(now, 2, true)).isEqualTo(Quota.UNTIL_RELEASE);
        health.served(now, false);
        assertThat(health.nanosUntilFits(now, 3, true)).isZero();
    }
}
