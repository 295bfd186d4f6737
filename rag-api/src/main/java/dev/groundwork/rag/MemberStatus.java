package dev.groundwork.rag;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A pool member as it is now, with what it has done since the pool was made.
 *
 * @param name the member's name
 * @param state whether it is used
 * @param reason why it is not used, without the provider's words; empty where it is used
 * @param retryIn how long it will not be used; zero where it is used
 * @param inFlight calls under way, not negative
 * @param limitsLeft what is left of each limit that is known, such as {@code requests} or {@code tokens} of this minute,
 *     {@code budget} or {@code concurrency}
 * @param firstTokenLatency the moving average of the time to a stream's first token; {@code null} while unknown
 * @param answerLatency the moving average of the time of a whole answer; {@code null} while unknown
 * @param calls calls begun
 * @param served calls served
 * @param inputTokens tokens of prompts, as counted by the provider where it tells
 * @param outputTokens tokens of answers, as counted by the provider where it tells
 * @param cost what they cost, in the currency of the pool's prices
 */
public record MemberStatus(
        String name,
        State state,
        String reason,
        Duration retryIn,
        int inFlight,
        Map<String, Double> limitsLeft,
        @Nullable Duration firstTokenLatency,
        @Nullable Duration answerLatency,
        long calls,
        long served,
        long inputTokens,
        long outputTokens,
        double cost) {

    /** Whether a member is used. */
    public enum State {
        /** It gets calls. */
        UP,
        /** It gets a few calls that show whether it is back. */
        PROBING,
        /** It gets no calls until a while has passed. */
        RESTING,
        /** It gets no more calls: it is being taken out of the pool. */
        DRAINING
    }

    /** Checks and copies. */
    public MemberStatus {
        Check.notBlank("name", name);
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(retryIn, "retryIn");
        Check.range("inFlight", inFlight, 0, Integer.MAX_VALUE);
        limitsLeft = Collections.unmodifiableMap(new LinkedHashMap<>(limitsLeft));
    }

    /** Makes one of which no limits and nothing of the past is known. */
    public MemberStatus(String name, State state, String reason, Duration retryIn, int inFlight) {
        this(name, state, reason, retryIn, inFlight, Map.of(), null, null, 0, 0, 0, 0, 0);
    }
}
