package dev.groundwork.rag;

/** So many hops are under way that one more was refused. The caller can try again later, or allow more. */
public final class OverloadedException extends RagException {

    private static final long serialVersionUID = 1L;

    private final int limit;

    /**
     * Makes one.
     *
     * @param limit how many hops may be under way at once
     */
    public OverloadedException(int limit) {
        super("refused: " + limit + " hops are under way, which is the limit (rag.concurrency.max-hops)", null);
        this.limit = limit;
    }

    /** Returns how many hops may be under way at once. */
    public int limit() {
        return limit;
    }
}
