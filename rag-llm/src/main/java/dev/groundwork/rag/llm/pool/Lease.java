package dev.groundwork.rag.llm.pool;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Leave to make one call of a member, with what was set aside for it. Its verdict is given once, and once its place under
 * way is given back; more often does nothing. Thread-safe: all state is under the pool's lock.
 */
final class Lease {

    private final Dispatcher dispatcher;
    private final MemberState state;
    private final long sent;
    private final Need need;
    private final long outputTokens;
    private final boolean probe;
    private final boolean othersCould;
    private final long usualNanos;
    private final Quota.Share ownShare;
    private final Quota.@Nullable Share groupShare;

    // Guarded by the pool's lock.
    boolean judged;
    boolean ended;

    private volatile Usage counted = Usage.NONE;

    Lease(
            Dispatcher dispatcher,
            MemberState state,
            long sent,
            Need need,
            long outputTokens,
            boolean probe,
            boolean othersCould,
            Quota.Share ownShare,
            Quota.@Nullable Share groupShare) {
        this.dispatcher = dispatcher;
        this.state = state;
        this.sent = sent;
        this.need = need;
        this.outputTokens = outputTokens;
        this.probe = probe;
        this.othersCould = othersCould;
        this.usualNanos = state.enoughNanos();
        this.ownShare = ownShare;
        this.groupShare = groupShare;
    }

    MemberState state() {
        return state;
    }

    PoolMember member() {
        return state.member();
    }

    long sent() {
        return sent;
    }

    Need need() {
        return need;
    }

    boolean probe() {
        return probe;
    }

    /** Returns whether another member could have been asked as well, right now. */
    boolean othersCould() {
        return othersCould;
    }

    /** Returns how long calls of this member usually take at most; 0 while too little is known. */
    long usualNanos() {
        return usualNanos;
    }

    Quota.Share ownShare() {
        return ownShare;
    }

    Quota.@Nullable Share groupShare() {
        return groupShare;
    }

    /**
     * The member served the call.
     *
     * @param used what the provider counted
     * @param firstTokenNanos how long the first token took; -1 where nothing was streamed
     */
    void served(Usage used, long firstTokenNanos, Map<String, List<String>> headers) {
        dispatcher.judge(
                this,
                now -> {
                    counted = used;
                    state.served(now, this, used, firstTokenNanos);
                },
                headers);
    }

    /**
     * The member failed.
     *
     * @param telling whether it had enough time for the failure to tell something of it
     * @param used what the provider may have counted; {@code null} where it can't have counted anything
     */
    void failed(MemberFault fault, boolean telling, @Nullable Usage used, Map<String, List<String>> headers) {
        dispatcher.judge(
                this,
                now -> {
                    dispatcher.failed(now, this, fault, telling);
                    giveUp(now, used);
                },
                headers);
    }

    private void giveUp(long now, @Nullable Usage used) {
        if (used == null) {
            state.settle(now, this, Usage.NONE);
        } else {
            counted = used;
            state.abandoned(used);
        }
    }

    /** The call says nothing about the member: it was cancelled. The prompt has been paid for, and what came. */
    void cancelled(long outputSoFar) {
        dispatcher.judge(this, now -> giveUp(now, new Usage(need.inputTokens(), outputSoFar)), Map.of());
    }

    /** The request was never sent. */
    void unsent() {
        dispatcher.judge(this, now -> state.unsent(now, this), Map.of());
    }

    /** The call's thread or stream is done. */
    void end() {
        dispatcher.end(this);
    }

    /** Returns what was counted for it in the end: nothing before its verdict, nor where nothing can have been used. */
    Usage counted() {
        return counted;
    }

    /** Returns what is taken to be used where the provider does not tell. */
    Usage estimate(long outputSoFar) {
        return new Usage(need.inputTokens(), outputSoFar >= 0 ? outputSoFar : outputTokens);
    }

    /** Tokens as the provider counted them, or estimated. */
    record Usage(long inputTokens, long outputTokens) {

        static final Usage NONE = new Usage(0, 0);

        long total() {
            return inputTokens + outputTokens;
        }

        /** Returns what it costs, in millionths; 0 where nothing is known of prices. */
        long micros(@Nullable Price price) {
            return price == null ? 0 : price.micros(inputTokens, outputTokens);
        }
    }
}
