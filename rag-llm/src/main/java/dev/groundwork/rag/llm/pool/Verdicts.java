package dev.groundwork.rag.llm.pool;

import dev.groundwork.rag.MemberStatus;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What the end of a call says of its member. Under the pool's lock. */
final class Verdicts {

    /** The rest after a refused key or model: a person has to mend it. */
    static final Duration DENIED_REST = Duration.ofMinutes(5);

    private Verdicts() {}

    /**
     * What a failure says of a member.
     *
     * @param telling whether the member had enough time for the failure to tell something of it
     * @param members all of the pool
     * @return whether it rests now because of its health
     */
    static boolean failed(
            long now,
            Lease lease,
            MemberFault fault,
            boolean telling,
            List<MemberState> members,
            RandomGenerator random) {
        MemberState state = lease.state();
        Quota quota = state.refusing();
        Quota.Share share = lease.groupShare() == null ? lease.ownShare() : lease.groupShare();
        MemberHealth health = state.health();
        Duration asked = fault.retryAfter();
        switch (fault.kind()) {
            case RATE_LIMITED ->
                quota.refused(now, Objects.requireNonNull(share), asked, false, fault.errorType(), random);
            case USED_UP -> quota.refused(now, Objects.requireNonNull(share), asked, true, fault.errorType(), random);
            case DENIED -> {
                health.restFor(now, DENIED_REST, true, fault.errorType(), random);
                return true;
            }
            case TIMED_OUT, HICCUP, UNREACHABLE, FAILED -> {
                if (asked != null) {
                    state.own().coolFor(now, asked, fault.errorType(), random);
                }
                if (fault.kind() == MemberFault.Kind.TIMED_OUT) {
                    state.timedOut(now, lease);
                }
                if (telling) {
                    if (fault.kind() == MemberFault.Kind.TIMED_OUT) {
                        state.own().dropped(now, lease.ownShare());
                    }
                    double weight = fault.kind() == MemberFault.Kind.UNREACHABLE ? 2 : 1;
                    return health.failed(
                            now, lease.probe(), weight, otherIsWell(now, state, members), fault.errorType(), random);
                }
            }
            case UNSUITED, TOO_LONG, FILTERED, REJECTED -> {
                // It says nothing of the member.
            }
        }
        return false;
    }

    private static boolean otherIsWell(long now, MemberState but, List<MemberState> members) {
        for (MemberState member : members) {
            if (member != but
                    && member.state(now) == MemberStatus.State.UP
                    && member.health().failureShare(now) < MemberHealth.ILL / 2) {
                return true;
            }
        }
        return false;
    }

    /** What the headers of a response say of its member's quota. */
    static void observed(long now, Lease lease, @Nullable RateHeaders ofRequests, @Nullable RateHeaders ofTokens) {
        MemberState state = lease.state();
        Quota group = state.group();
        Quota.Share share = lease.groupShare();
        if (group != null && share != null) {
            group.observed(now, share, ofRequests, ofTokens);
        } else {
            state.own().observed(now, lease.ownShare(), ofRequests, ofTokens);
        }
    }
}
