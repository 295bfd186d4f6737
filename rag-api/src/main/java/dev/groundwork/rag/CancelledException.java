package dev.groundwork.rag;

import java.util.List;

/** The caller gave up: it interrupted the thread, cancelled the stream or closed the {@link Rag}. */
public final class CancelledException extends RagException {

    private static final long serialVersionUID = 1L;

    private final String hop;
    private final transient List<LlmAttempt> attempts;

    /**
     * Makes one.
     *
     * @param hop what was under way
     */
    public CancelledException(String hop) {
        this(hop, List.of());
    }

    /**
     * Makes one of a call of a model.
     *
     * @param hop what was under way
     * @param attempts what had been tried by then, in order
     */
    public CancelledException(String hop, List<LlmAttempt> attempts) {
        super("cancelled in '" + hop + "'", null);
        this.hop = hop;
        this.attempts = List.copyOf(attempts);
    }

    @Override
    public List<LlmAttempt> attempts() {
        return attempts == null ? List.of() : attempts; // Not kept where it was serialized.
    }

    /** Returns what was under way. */
    public String hop() {
        return hop;
    }
}
