package dev.groundwork.rag;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** No member of the pool could answer. It says what each attempt came to, and when to come back. */
public sealed class LlmUnavailableException extends RagException permits PartialAnswerException {

    private static final long serialVersionUID = 1L;

    private final transient List<LlmAttempt> attempts;
    private final @Nullable Duration retryAfter;

    /**
     * Makes one.
     *
     * @param attempts every attempt, in order; a request that is itself at fault ends with a rejected one
     * @param retryAfter when a member may be back; {@code null} where not known
     * @param cause the last attempt's failure
     */
    public LlmUnavailableException(
            List<LlmAttempt> attempts, @Nullable Duration retryAfter, @Nullable Throwable cause) {
        super(describe(attempts), cause);
        this.attempts = List.copyOf(attempts);
        this.retryAfter = retryAfter;
    }

    private static String describe(List<LlmAttempt> attempts) {
        if (attempts.isEmpty()) {
            return "no model could answer: the pool has no member that can serve this now";
        }
        return "no model could answer: "
                + String.join(
                        ", ",
                        attempts.stream()
                                .map(a -> a.member() + " " + (a.errorType().isEmpty() ? a.outcome() : a.errorType()))
                                .toList());
    }

    /** Returns every attempt, in order. */
    @Override
    public List<LlmAttempt> attempts() {
        return attempts == null ? List.of() : attempts;
    }

    /** Returns when a member may be back, where that is known. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
