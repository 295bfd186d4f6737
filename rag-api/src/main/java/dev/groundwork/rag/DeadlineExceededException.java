package dev.groundwork.rag;

import java.time.Duration;
import java.util.List;

/** A question's time was up. The caller can give more time with {@link Question#withTimeout}. */
public final class DeadlineExceededException extends RagException {

    private static final long serialVersionUID = 1L;

    private final String hop;
    private final Duration timeout;
    private final transient List<LlmAttempt> attempts;

    /**
     * Makes one.
     *
     * @param hop the hop that was under way or was about to start
     * @param timeout the time that there was
     */
    public DeadlineExceededException(String hop, Duration timeout) {
        this(hop, timeout, List.of());
    }

    /**
     * Makes one of a call of a model.
     *
     * @param hop the hop that was under way or was about to start
     * @param timeout the time that there was
     * @param attempts what had been tried by then, in order
     */
    public DeadlineExceededException(String hop, Duration timeout, List<LlmAttempt> attempts) {
        super("time was up after " + timeout.toMillis() + " ms, in hop '" + hop + "'", null);
        this.hop = hop;
        this.timeout = timeout;
        this.attempts = List.copyOf(attempts);
    }

    @Override
    public List<LlmAttempt> attempts() {
        return attempts == null ? List.of() : attempts; // Not kept where it was serialized.
    }

    /** Returns the hop that was under way or was about to start. */
    public String hop() {
        return hop;
    }

    /** Returns the time that there was. */
    public Duration timeout() {
        return timeout;
    }
}
