package dev.groundwork.rag.llm.pool;

import dev.failsafe.CircuitBreaker;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Whether a member is well enough to be called. Counts failures with a memory that fades with each call and with time;
 * takes the member out where it fails much more than it serves, for longer each time; lets one probe in after that, and
 * then twice as many calls with each answer. Failsafe's breaker keeps the three states; when a rest ends is decided here,
 * on the pool's clock, because a breaker keeps its first delay where a later failure asks for a longer one, and loses the
 * permit of a probe that nobody reports on. Guarded by the pool's lock.
 */
final class MemberHealth {

    /** Rests of one, two, three ... times this; {@link #LONGEST_REST} at most. */
    static final Duration REST = Duration.ofSeconds(10);

    /** While calls wait for whom the others have no room, a member is probed so often: to find it back late costs calls. */
    static final Duration DEMANDED_REST = Duration.ofSeconds(5);

    static final Duration LONGEST_REST = Duration.ofMinutes(5);
    /** So long without a rest makes the next one shorter by one step. */
    static final Duration FORGETS = Duration.ofMinutes(1);
    /** The share of failures above which a member is ill. */
    static final double ILL = 0.6;
    /** What a failure counts in so many calls: one in ten is forgotten with each call. */
    private static final double KEPT_PER_CALL = 0.9;
    /** Of what was seen this long ago, a third still counts. */
    private static final Duration FADES = Duration.ofSeconds(5);
    /** Whether a member is well enough to stand in for another one is judged by a longer memory: chance must not decide. */
    private static final double KEPT_LONG_PER_CALL = 0.98;

    private static final Duration FADES_LONG = Duration.ofSeconds(30);
    /** Failures in a row that a member is given where no other one is well. */
    static final int PATIENCE_ALONE = 5;
    /** So long without an answer, besides. */
    static final Duration SILENCE_ALONE = Duration.ofSeconds(1);
    /** From so many calls at once on, a slow start is over. */
    private static final int STARTED = 256;

    // The delay never ends by itself: this class ends it.
    private final CircuitBreaker<Object> breaker = CircuitBreaker.builder()
            .withFailureThreshold(1)
            .withSuccessThreshold(1)
            .withDelay(Duration.ofDays(365))
            .build();

    private double served;
    private double failed;
    private double servedLong;
    private double failedLong;
    private long at;
    private boolean begun;
    private int inARow;
    private boolean everServed;
    private long lastServed;
    private int rests;
    private long restsUntil;
    private long restsSince;
    /** Whether its rest has a reason that no demand changes. */
    private boolean firm;

    private long wellSince;
    private int ramp;
    private int probes;
    private String reason = "";

    /**
     * Returns how long until it may be called: 0, nanoseconds, or {@link Quota#UNTIL_RELEASE}.
     *
     * @param somebodyWaits whether the others have not enough room: then it is probed after {@link #DEMANDED_REST}
     */
    long nanosUntilFits(long now, int inFlight, boolean somebodyWaits) {
        if (breaker.isOpen()) {
            long left = restsUntil - now;
            if (somebodyWaits && !firm) {
                left = Math.min(left, restsSince + DEMANDED_REST.toNanos() - now);
            }
            return left > 0 ? left : probes > 0 ? Quota.UNTIL_RELEASE : 0;
        }
        if (breaker.isHalfOpen()) {
            return probes > 0 ? Quota.UNTIL_RELEASE : 0;
        }
        return ramp == 0 || inFlight < ramp ? 0 : Quota.UNTIL_RELEASE;
    }

    boolean resting(long now) {
        return breaker.isOpen() && restsUntil - now > 0;
    }

    long restLeft(long now) {
        return breaker.isOpen() ? Math.max(0, restsUntil - now) : 0;
    }

    /** Returns whether its rest is over and nobody has shown yet that it is back. */
    boolean toBeProbed(long now) {
        return breaker.isHalfOpen() || (breaker.isOpen() && restsUntil - now <= 0);
    }

    String reason() {
        return reason;
    }

    /** Takes the right to call it; returns whether the call is a probe. */
    boolean take(long now) {
        if (breaker.isOpen()) {
            breaker.halfOpen();
        }
        if (breaker.isHalfOpen()) {
            probes++;
            return true;
        }
        return false;
    }

    void endProbe() {
        probes = Math.max(0, probes - 1);
    }

    /** Returns what part of its calls failed over a longer while; 0 where nothing is known. */
    double failureShare(long now) {
        double faded = begun ? Math.exp(-Math.max(0, now - at) / (double) FADES_LONG.toNanos()) : 0;
        double seen = (servedLong + failedLong) * faded;
        return seen < 0.1 ? 0 : failedLong / (servedLong + failedLong);
    }

    /** Returns its part of what it usually gets; less than 1 while it starts slowly. */
    double readiness() {
        return ramp == 0 ? 1 : Math.clamp(ramp / (double) STARTED, 0.05, 1);
    }

    void served(long now, boolean probe) {
        fade(now);
        served++;
        servedLong++;
        inARow = 0;
        lastServed = now;
        everServed = true;
        if (probe && !breaker.isClosed()) {
            breaker.close();
            reason = "";
            wellSince = now;
            served = 1;
            failed = 0;
            servedLong = 1;
            failedLong = 0;
            ramp = 2;
        } else if (ramp > 0 && breaker.isClosed()) {
            ramp = ramp >= STARTED ? 0 : ramp * 2;
        }
    }

    /**
     * The member failed.
     *
     * @param weight how much it tells: 1, more where there is nobody
     * @param otherIsWell whether another member could serve instead
     * @return whether it rests now and did not before
     */
    boolean failed(long now, boolean probe, double weight, boolean otherIsWell, String why, RandomGenerator random) {
        fade(now);
        failed += weight;
        failedLong++;
        inARow++;
        if (!breaker.isClosed()) {
            if (!probe) {
                return false; // From before the rest.
            }
        } else if (otherIsWell) {
            if (inARow < 2 || failed / (served + failed) < ILL) {
                return false;
            }
        } else if (inARow < PATIENCE_ALONE || (everServed && now - lastServed < SILENCE_ALONE.toNanos())) {
            return false;
        }
        rest(now, why, random);
        return true;
    }

    /** Rests as after a failure; for longer than the last time, unless that is long ago. */
    void rest(long now, String why, RandomGenerator random) {
        if (rests > 0 && breaker.isClosed()) {
            rests -= (int) Math.min(rests, (now - wellSince) / FORGETS.toNanos());
        }
        rests++;
        Duration time = REST.multipliedBy(Math.min(rests, 1_000));
        restFor(now, time.compareTo(LONGEST_REST) < 0 ? time : LONGEST_REST, false, why, random);
    }

    /** Rests for at least this long, then is probed. A rest that ends later stays. */
    void restFor(long now, Duration time, boolean despiteDemand, String why, RandomGenerator random) {
        long until = now + time.toNanos() + (long) (time.toNanos() * Quota.JITTER * random.nextDouble());
        if (!resting(now) || until - restsUntil > 0) {
            restsUntil = until;
            reason = why;
        }
        firm = despiteDemand;
        restsSince = now;
        if (!breaker.isOpen()) {
            breaker.open();
        }
        ramp = 0;
        inARow = 0;
    }

    /** Ends a rest: it is to be probed now. */
    void wake(long now) {
        if (breaker.isOpen()) {
            restsUntil = now;
        }
    }

    private void fade(long now) {
        double passed = begun ? Math.max(0, now - at) : 0;
        double factor = KEPT_PER_CALL * Math.exp(-passed / FADES.toNanos());
        double factorLong = KEPT_LONG_PER_CALL * Math.exp(-passed / FADES_LONG.toNanos());
        served *= factor;
        failed *= factor;
        servedLong *= factorLong;
        failedLong *= factorLong;
        begun = true;
        at = now;
    }
}
