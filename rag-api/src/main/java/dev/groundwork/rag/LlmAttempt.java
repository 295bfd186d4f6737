package dev.groundwork.rag;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One call of one member of a pool. Holds no prompt, no key and none of the provider's words.
 *
 * @param member the member that was called
 * @param duration how long it took
 * @param outcome how it ended
 * @param errorType the simple class name of the failure, with the HTTP status where there was one, for instance
 *     {@code RateLimitException (429)}; empty where it served
 * @param provider who runs the member's model, as OpenTelemetry's {@code gen_ai.provider.name} calls it, for instance
 *     {@code openai}; empty where not known
 * @param model the model that the member asks for; empty where not known
 * @param firstToken how long a stream's first token took; {@code null} where nothing was streamed, or none came
 */
public record LlmAttempt(
        String member,
        Duration duration,
        Outcome outcome,
        String errorType,
        String provider,
        String model,
        @Nullable Duration firstToken) {

    /** How an attempt ended. */
    public enum Outcome {
        /** The member answered. */
        SERVED,
        /** The member refused because of a rate limit or quota. */
        RATE_LIMITED,
        /** The member failed in a way that another one may not: server error, connection, bad key, unknown model. */
        FAILED,
        /** The member did not answer in time. */
        TIMED_OUT,
        /** The request itself is at fault; no other member was tried. */
        REJECTED,
        /** The member was not called: it failed so often that it rests for a while. */
        SKIPPED,
        /** The caller cancelled. */
        CANCELLED
    }

    /** Checks. */
    public LlmAttempt {
        Check.notBlank("member", member);
        Objects.requireNonNull(duration, "duration");
        Objects.requireNonNull(outcome, "outcome");
        Objects.requireNonNull(errorType, "errorType");
        Objects.requireNonNull(provider, "provider");
        Objects.requireNonNull(model, "model");
    }

    /** Makes one of a member whose provider and model are not known. */
    public LlmAttempt(String member, Duration duration, Outcome outcome, String errorType) {
        this(member, duration, outcome, errorType, "", "", null);
    }
}
