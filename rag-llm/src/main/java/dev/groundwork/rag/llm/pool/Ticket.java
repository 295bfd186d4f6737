package dev.groundwork.rag.llm.pool;

import dev.groundwork.rag.Deadline;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A call's wish for a member. Guarded by the pool's lock while it waits; else its call's own. */
final class Ticket {

    /** Hears of what came of waiting. Called outside of the lock. */
    interface Waiter {

        /** It is the call's turn. */
        void granted(Lease lease);

        /** Waiting has no sense any more. */
        void refused(Refusal refusal);
    }

    /** Why there is no member. */
    enum Reason {
        /** So many wait already. */
        QUEUE_FULL,
        /** No member can serve the request, now or later. */
        NOBODY,
        /** A member could serve it, but only after the deadline. */
        TOO_LATE
    }

    /**
     * That there is no member.
     *
     * @param nanos when one may be back; -1 where not known
     */
    record Refusal(Reason reason, long nanos) {}

    private final Need need;
    private final Priority priority;
    private final Deadline deadline;
    private final Waiter waiter;

    /** Members that have failed in this call and may be tried again where there is no other. */
    private final List<MemberState> tried = new ArrayList<>(2);
    /** Members that are not to be tried in this call. */
    private final List<MemberState> excluded = new ArrayList<>(2);

    private int minContext;
    private @Nullable MemberState only;

    boolean queued;

    /** How long until somebody could serve it, as last looked at. */
    long wait;

    Ticket(Need need, Priority priority, Deadline deadline, Waiter waiter) {
        this.need = need;
        this.priority = priority;
        this.deadline = deadline;
        this.waiter = waiter;
    }

    Need need() {
        return need;
    }

    Priority priority() {
        return priority;
    }

    Deadline deadline() {
        return deadline;
    }

    Waiter waiter() {
        return waiter;
    }

    void tried(MemberState member) {
        tried.add(member);
    }

    int triesOf(MemberState member) {
        int tries = 0;
        for (MemberState one : tried) {
            tries += one == member ? 1 : 0;
        }
        return tries;
    }

    void exclude(MemberState member) {
        excluded.add(member);
    }

    /** Asks for a member with a larger context than this one's. */
    void needsMoreThan(int contextTokens) {
        minContext = Math.max(minContext, contextTokens + 1);
    }

    /** Asks for this member alone; {@code null} for any. */
    void only(@Nullable MemberState member) {
        only = member;
    }

    /** Returns a copy that does not allow this member, for a second attempt beside the first. */
    Ticket beside(MemberState member) {
        Ticket copy = new Ticket(need, priority, deadline, waiter);
        copy.tried.addAll(tried);
        copy.excluded.addAll(excluded);
        copy.excluded.add(member);
        copy.minContext = minContext;
        return copy;
    }

    boolean allows(MemberState member) {
        return (only == null || only == member)
                && !excluded.contains(member)
                && (minContext == 0 || member.member().contextTokens() >= minContext);
    }

    boolean wasTried(MemberState member) {
        return tried.contains(member);
    }
}
