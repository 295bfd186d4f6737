package dev.groundwork.rag;

import java.time.Duration;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * The moment by which a question has to be done, on a monotonic clock. One deadline crosses all hops; each hop sees what
 * is left of it. Immutable and thread-safe.
 *
 * <p>Time comes from {@link System#nanoTime()} unless a test hands in a clock of its own.
 */
public final class Deadline {

    /** The longest time-out a deadline may be set to; longer ones are almost always a mistaken unit. */
    public static final Duration MAX_TIMEOUT = Duration.ofDays(1);

    private final LongSupplier nanoTime;
    private final long atNanos;
    private final Duration timeout;

    private Deadline(LongSupplier nanoTime, long atNanos, Duration timeout) {
        this.nanoTime = nanoTime;
        this.atNanos = atNanos;
        this.timeout = timeout;
    }

    /**
     * Returns the deadline that is {@code timeout} from now.
     *
     * @throws IllegalArgumentException if {@code timeout} is not above zero or is above {@link #MAX_TIMEOUT}
     */
    public static Deadline after(Duration timeout) {
        return after(timeout, System::nanoTime);
    }

    /**
     * Returns the deadline that is {@code timeout} from now on the given clock.
     *
     * @param nanoTime a monotonic clock in nanoseconds, with {@link System#nanoTime()}'s contract
     * @throws IllegalArgumentException if {@code timeout} is not above zero or is above {@link #MAX_TIMEOUT}
     */
    public static Deadline after(Duration timeout, LongSupplier nanoTime) {
        Check.duration("timeout", timeout, Duration.ofNanos(1), MAX_TIMEOUT);
        return new Deadline(nanoTime, nanoTime.getAsLong() + timeout.toNanos(), timeout);
    }

    /** Returns what is left, zero once the deadline has passed. */
    public Duration remaining() {
        return Duration.ofNanos(remainingNanos());
    }

    /** Returns what is left in nanoseconds, zero once the deadline has passed. */
    public long remainingNanos() {
        return Math.max(0, atNanos - nanoTime.getAsLong());
    }

    /** Returns whether nothing is left. */
    public boolean expired() {
        return remainingNanos() == 0;
    }

    /** Returns the time that this deadline gave when it was made. */
    public Duration timeout() {
        return timeout;
    }

    /**
     * Returns an earlier deadline that leaves this share of what is left.
     *
     * @param share above 0, at most 1
     */
    public Deadline share(double share) {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("share is " + share + ", must be above 0 and at most 1");
        }
        long nanos = (long) (remainingNanos() * share);
        return new Deadline(nanoTime, nanoTime.getAsLong() + nanos, Duration.ofNanos(nanos));
    }

    /**
     * Returns a deadline that is earlier than this one by {@code reserve}, so that time is left for what has to follow.
     *
     * @param reserve not negative; more than what is left gives a deadline that has passed
     */
    public Deadline minus(Duration reserve) {
        Objects.requireNonNull(reserve, "reserve");
        if (reserve.isNegative()) {
            throw new IllegalArgumentException("reserve is " + reserve + ", must not be negative");
        }
        return new Deadline(nanoTime, atNanos - reserve.toNanos(), timeout);
    }

    /**
     * Throws if nothing is left.
     *
     * @param hop the hop that was about to start or go on
     * @throws DeadlineExceededException if the deadline has passed
     */
    public void check(String hop) {
        if (expired()) {
            throw new DeadlineExceededException(hop, timeout);
        }
    }

    @Override
    public String toString() {
        return "Deadline[remaining=" + remaining() + " of " + timeout + "]";
    }
}
