package dev.groundwork.rag;

import java.time.Duration;
import java.util.Objects;

/**
 * A pool member as it is now.
 *
 * @param name the member's name
 * @param state whether it is used
 * @param reason why it is not used, without the provider's words; empty where it is used
 * @param retryIn how long it will not be used; zero where it is used
 * @param inFlight calls under way, not negative
 */
public record MemberStatus(String name, State state, String reason, Duration retryIn, int inFlight) {

    /** Whether a member is used. */
    public enum State {
        /** It gets calls. */
        UP,
        /** It gets a few calls that show whether it is back. */
        PROBING,
        /** It gets no calls until a while has passed. */
        RESTING
    }

    /** Checks. */
    public MemberStatus {
        Check.notBlank("name", name);
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(retryIn, "retryIn");
        Check.range("inFlight", inFlight, 0, Integer.MAX_VALUE);
    }
}
