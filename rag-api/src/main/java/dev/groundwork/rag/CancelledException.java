package dev.groundwork.rag;

/** The caller gave up: it interrupted the thread, cancelled the stream or closed the {@link Rag}. */
public final class CancelledException extends RagException {

    private static final long serialVersionUID = 1L;

    private final String hop;

    /**
     * Makes one.
     *
     * @param hop what was under way
     */
    public CancelledException(String hop) {
        super("cancelled in '" + hop + "'", null);
        this.hop = hop;
    }

    /** Returns what was under way. */
    public String hop() {
        return hop;
    }
}
