package dev.groundwork.rag.llm.pool;

import dev.groundwork.rag.LlmAttempt;
import dev.groundwork.rag.MemberStatus;
import java.time.Duration;
import java.util.Objects;

/** Something that happened in a pool. Holds no prompt, no answer, no key and none of a provider's words. */
public sealed interface PoolEvent {

    /** Returns the member that it is about. */
    String member();

    /**
     * An attempt has ended: one call of one member. Each gives exactly one.
     *
     * @param member the member that was called
     * @param outcome how it ended
     * @param errorType the failure's simple class name with the HTTP status; empty where it served
     * @param duration how long it took
     * @param stream whether it was to be streamed
     * @param hedge whether it was begun beside another one that was slow
     * @param probe whether it was to show that the member is back
     * @param inputTokens tokens of the prompt, as counted by the provider where it told, else estimated; 0 where it failed
     *     before any could be counted
     * @param outputTokens tokens of the answer, likewise
     * @param cost what they cost, in the currency of the pool's prices
     */
    record AttemptEnded(
            String member,
            LlmAttempt.Outcome outcome,
            String errorType,
            Duration duration,
            boolean stream,
            boolean hedge,
            boolean probe,
            long inputTokens,
            long outputTokens,
            double cost)
            implements PoolEvent {
        /** Checks. */
        public AttemptEnded {
            Objects.requireNonNull(member, "member");
            Objects.requireNonNull(outcome, "outcome");
            Objects.requireNonNull(errorType, "errorType");
            Objects.requireNonNull(duration, "duration");
        }
    }

    /**
     * A member is used otherwise than before. A rest that ends by itself is told when a call next looks.
     *
     * @param member the member
     * @param state how it is used from now on
     * @param reason why, as in {@link MemberStatus#reason()}
     * @param retryIn how long it will not be used
     */
    record MemberChanged(String member, MemberStatus.State state, String reason, Duration retryIn)
            implements PoolEvent {
        /** Checks. */
        public MemberChanged {
            Objects.requireNonNull(member, "member");
            Objects.requireNonNull(state, "state");
            Objects.requireNonNull(reason, "reason");
            Objects.requireNonNull(retryIn, "retryIn");
        }
    }

    /**
     * A member's model sent more than one request for one call: it retries by itself, which multiplies load and can't see
     * the pool's limits. Told once for each member; only known of models that use {@link PoolHttpClient}.
     *
     * @param member the member
     * @param requests how many it sent
     */
    record OwnRetriesDetected(String member, int requests) implements PoolEvent {
        /** Checks. */
        public OwnRetriesDetected {
            Objects.requireNonNull(member, "member");
        }
    }
}
