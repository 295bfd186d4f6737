package dev.groundwork.rag.llm.pool;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** What a call does after a failure: where it goes next, and when. Used by one thread at a time. */
final class Retrying {

    /** What is to be done. */
    sealed interface Step {}

    /** Ask for a member. */
    record Now() implements Step {}

    /** Wait, then ask. */
    record Later(long nanos) implements Step {}

    /** The request is at fault. */
    record Reject() implements Step {}

    /** There is nobody left, or no more attempts are to be made. */
    record GiveUp() implements Step {}

    private static final Step NOW = new Now();
    private static final Step REJECT = new Reject();
    private static final Step GIVE_UP = new GiveUp();

    /** After a hiccup the same member is asked again this soon. */
    private static final Duration SAME_AGAIN = Duration.ofMillis(100);
    /** Where all have failed once, the first one is asked again this soon; then twice as late. */
    private static final Duration ANY_AGAIN = Duration.ofMillis(250);
    /** How often one call may fail on one member by the member's illness. */
    private static final int TRIES_EACH = 2;

    private final PoolCore core;
    private final Ticket ticket;
    private final AtomicBoolean keyTried = new AtomicBoolean();
    private int attempts;
    private int rounds;
    private boolean tooLong;
    private @Nullable MemberState same;

    Retrying(PoolCore core, Ticket ticket) {
        this.core = core;
        this.ticket = ticket;
    }

    /** Returns the member that is to be asked again, if it is one. */
    @Nullable
    MemberState sameAgain() {
        return same;
    }

    /** Asks for any member from now on. */
    void anybody() {
        same = null;
        ticket.only(null);
    }

    /** Returns whether the prompt was too long for a member, and only a larger one would do. */
    boolean tooLongForAll() {
        return tooLong;
    }

    /** One of two attempts has failed; the other one is still at it. */
    void failedBeside(Attempt attempt, MemberFault fault) {
        attempts++;
        MemberState member = attempt.lease().state();
        if (fault.kind() != MemberFault.Kind.RATE_LIMITED) {
            ticket.exclude(member);
        }
    }

    Step after(Attempt attempt, MemberFault fault) {
        MemberState member = attempt.lease().state();
        return switch (fault.kind()) {
            case REJECTED -> REJECT;
            case FILTERED -> core.settings().filteredElsewhere ? elsewhere(member) : REJECT;
            case TOO_LONG -> larger(member);
            case UNSUITED, USED_UP -> elsewhere(member);
            case DENIED -> denied(member);
            // Its quota group rests now, so this can't be a stampede and needs no budget.
            case RATE_LIMITED -> ++attempts >= core.settings().maxAttempts ? GIVE_UP : NOW;
            case TIMED_OUT -> paid() ? elsewhere(member) : GIVE_UP;
            case HICCUP -> hiccup(member);
            case UNREACHABLE, FAILED -> ill(member);
        };
    }

    private Step elsewhere(MemberState member) {
        ticket.exclude(member);
        return NOW;
    }

    private Step larger(MemberState member) {
        tooLong = true;
        int context = member.member().contextTokens();
        if (context == 0) {
            return REJECT;
        }
        ticket.needsMoreThan(context);
        return NOW;
    }

    private Step denied(MemberState member) {
        ApiKey key = member.member().apiKey();
        if (key != null && key.rotated() && keyTried.compareAndSet(false, true)) {
            core.dispatcher().wake(member);
            return NOW;
        }
        core.watchKey(member);
        return elsewhere(member);
    }

    private boolean paid() {
        return ++attempts < core.settings().maxAttempts
                && core.retries().take(core.clock().nanoTime());
    }

    private Step hiccup(MemberState member) {
        boolean first = !ticket.wasTried(member);
        if (!first) {
            return ill(member);
        }
        if (!paid()) {
            return GIVE_UP;
        }
        ticket.tried(member);
        same = member;
        ticket.only(member);
        return new Later(core.jittered(SAME_AGAIN.toNanos()));
    }

    private Step ill(MemberState member) {
        if (!paid()) {
            return GIVE_UP;
        }
        ticket.tried(member);
        if (ticket.triesOf(member) >= TRIES_EACH) {
            ticket.exclude(member);
            return NOW;
        }
        return core.dispatcher().untriedCould(ticket)
                ? NOW
                : new Later(core.jittered(ANY_AGAIN.toNanos() << Math.min(10, rounds++)));
    }
}
