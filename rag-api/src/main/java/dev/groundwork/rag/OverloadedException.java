package dev.groundwork.rag;

/** So many hops of a {@link Rag}, or calls of a pool, are under way that one more was refused. The caller can try again later, or allow more. */
public final class OverloadedException extends RagException {

    private static final long serialVersionUID = 1L;

    private final int limit;

    /**
     * Makes one.
     *
     * @param limit how many may be under way at once
     */
    public OverloadedException(int limit) {
        super("refused: " + limit + " are under way already, which is the limit", null);
        this.limit = limit;
    }

    /** Returns how many may be under way at once. */
    public int limit() {
        return limit;
    }
}
