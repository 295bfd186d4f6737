package dev.groundwork.rag;

import java.time.Duration;

/** A question's time was up. The caller can give more time with {@link Question#withTimeout}. */
public final class DeadlineExceededException extends RagException {

    private static final long serialVersionUID = 1L;

    private final String hop;
    private final Duration timeout;

    /**
     * Makes one.
     *
     * @param hop the hop that was under way or was about to start
     * @param timeout the time that there was
     */
    public DeadlineExceededException(String hop, Duration timeout) {
        super("time was up after " + timeout.toMillis() + " ms, in hop '" + hop + "'", null);
        this.hop = hop;
        this.timeout = timeout;
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
