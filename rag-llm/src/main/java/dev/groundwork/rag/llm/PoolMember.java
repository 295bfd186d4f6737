package dev.groundwork.rag.llm;

import dev.failsafe.CircuitBreaker;
import dev.groundwork.rag.MemberStatus;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A model of the pool with its health: whether it may be called now, and when it may again. Failsafe's breaker counts
 * failures and probes; when a rest ends is decided here, on the pool's clock, because a breaker keeps its first delay
 * where a later refusal asks for a longer one.
 */
final class PoolMember {

    /** Failures in a row after which a member rests. */
    static final int FAILURES_TO_REST = 3;
    /** The first rest after failures; each further one is twice as long. */
    static final Duration FIRST_REST = Duration.ofSeconds(10);
    /** The longest rest after failures. */
    static final Duration LONGEST_REST = Duration.ofMinutes(5);
    /** The first rest after a rate limit that names no time; each further one is twice as long. */
    static final Duration FIRST_COOL_DOWN = Duration.ofSeconds(1);
    /** The longest rest after a rate limit that names no time. */
    static final Duration LONGEST_COOL_DOWN = Duration.ofMinutes(1);
    /** The rest after a refused key, quota or model: a person has to mend it. */
    static final Duration DENIED_REST = Duration.ofMinutes(5);
    /** An attempt that was given less than this says nothing about the member when it times out. */
    static final Duration TELLING_TIME = Duration.ofSeconds(1);

    private final String name;
    private final ChatModel model;
    private final @Nullable StreamingChatModel streaming;
    private final LongSupplier nanoTime;
    private final CircuitBreaker<Object> breaker;
    private final AtomicInteger inFlight = new AtomicInteger();

    // Guarded by this.
    private boolean resting;
    private long restsUntil;
    private boolean probeAfterRest;
    private String reason = "";
    private int outages;
    private int coolDowns;

    PoolMember(String name, ChatModel model, @Nullable StreamingChatModel streaming, LongSupplier nanoTime) {
        this.name = name;
        this.model = model;
        this.streaming = streaming;
        this.nanoTime = nanoTime;
        // The delay never ends by itself: this class ends it.
        this.breaker = CircuitBreaker.builder()
                .withFailureThreshold(FAILURES_TO_REST)
                .withSuccessThreshold(1)
                .withDelay(Duration.ofDays(365))
                .build();
    }

    String name() {
        return name;
    }

    ChatModel model() {
        return model;
    }

    @Nullable
    StreamingChatModel streaming() {
        return streaming;
    }

    /** Returns whether a call could be made now; a probe may be refused all the same. */
    synchronized boolean usable() {
        return !resting || restLeft() == 0;
    }

    /** Returns leave to make one call, or {@code null} where the member rests or is being probed. */
    synchronized @Nullable Leave tryAcquire() {
        if (resting) {
            if (restLeft() > 0) {
                return null;
            }
            resting = false;
            if (probeAfterRest) {
                breaker.halfOpen();
            }
        }
        boolean probe = breaker.isHalfOpen();
        if (!breaker.tryAcquirePermit()) {
            return null;
        }
        inFlight.incrementAndGet();
        return new Leave(probe);
    }

    synchronized MemberStatus status() {
        int calls = inFlight.get();
        if (resting && restLeft() > 0) {
            return new MemberStatus(name, MemberStatus.State.RESTING, reason, Duration.ofNanos(restLeft()), calls);
        }
        boolean probing = resting ? probeAfterRest : breaker.isHalfOpen();
        return probing
                ? new MemberStatus(name, MemberStatus.State.PROBING, reason, Duration.ZERO, calls)
                : new MemberStatus(name, MemberStatus.State.UP, "", Duration.ZERO, calls);
    }

    private long restLeft() {
        return Math.max(0, restsUntil - nanoTime.getAsLong());
    }

    /** Rests for at least this long; a rest that ends later stays. */
    private void rest(Duration time, boolean probe, String why) {
        long until = nanoTime.getAsLong() + time.toNanos();
        if (!resting || until - restsUntil > 0) {
            restsUntil = until;
            reason = why;
        }
        probeAfterRest = (resting && probeAfterRest) || probe;
        resting = true;
    }

    private static Duration grown(Duration first, int times, Duration longest) {
        Duration time = first.multipliedBy(1L << Math.min(times, 20));
        return time.compareTo(longest) < 0 ? time : longest;
    }

    /** Leave to make one call. The call's verdict is given once, and so is the place in flight given back. */
    final class Leave {

        private final boolean probe;
        private final AtomicBoolean judged = new AtomicBoolean();
        private final AtomicBoolean ended = new AtomicBoolean();

        private Leave(boolean probe) {
            this.probe = probe;
        }

        /** The member served the call. */
        void succeeded() {
            if (judged.compareAndSet(false, true)) {
                synchronized (PoolMember.this) {
                    if (!resting && (probe || breaker.isClosed())) {
                        breaker.recordSuccess();
                        outages = 0;
                        coolDowns = 0;
                    }
                }
            }
        }

        /** The member failed; {@code given} is the time that it had. */
        void failed(MemberFault fault, Duration given) {
            switch (fault.kind()) {
                case REJECTED, UNSUITED -> withoutVerdict();
                case TIMED_OUT -> {
                    if (given.compareTo(TELLING_TIME) < 0) {
                        withoutVerdict();
                    } else {
                        judge(fault);
                    }
                }
                case RATE_LIMITED, DENIED, FAILED -> judge(fault);
            }
        }

        /** The call says nothing about the member: it was cancelled, or the request was at fault. */
        void withoutVerdict() {
            if (judged.compareAndSet(false, true)) {
                synchronized (PoolMember.this) {
                    if (probe && !resting && breaker.isHalfOpen()) {
                        // The probe's permit would be lost for good: a rest of no length brings a new one.
                        breaker.open();
                        rest(Duration.ZERO, true, reason);
                    }
                }
            }
        }

        /** The call's thread or stream is done. */
        void end() {
            if (ended.compareAndSet(false, true)) {
                inFlight.decrementAndGet();
            }
        }

        private void judge(MemberFault fault) {
            if (judged.compareAndSet(false, true)) {
                synchronized (PoolMember.this) {
                    switch (fault.kind()) {
                        case RATE_LIMITED -> coolDown(fault);
                        case DENIED -> {
                            breaker.open();
                            rest(DENIED_REST, true, fault.errorType());
                        }
                        default -> countFailure(fault);
                    }
                }
            }
        }

        private void coolDown(MemberFault fault) {
            Duration time = fault.retryAfter();
            if (time == null) {
                // Calls that were under way together count as one refusal.
                int times = resting ? Math.max(0, coolDowns - 1) : coolDowns++;
                time = grown(FIRST_COOL_DOWN, times, LONGEST_COOL_DOWN);
            }
            if (probe) {
                breaker.open();
            }
            rest(time, probe, fault.errorType());
        }

        private void countFailure(MemberFault fault) {
            if (resting || (!probe && !breaker.isClosed())) {
                return; // From before the rest.
            }
            breaker.recordFailure();
            if (breaker.isOpen()) {
                rest(grown(FIRST_REST, outages++, LONGEST_REST), true, fault.errorType());
            }
        }
    }
}
