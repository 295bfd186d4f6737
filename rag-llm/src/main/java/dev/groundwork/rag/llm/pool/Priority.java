package dev.groundwork.rag.llm.pool;

/** How important a caller is where not all can be served at once. */
public enum Priority {
    /** Is served before the others. */
    HIGH(0),
    /** As usual. */
    NORMAL(1),
    /** Work that can wait: leaves a fifth of every limit to the others, and waits behind them, but never for good. */
    LOW(2);

    private final int rank;

    Priority(int rank) {
        this.rank = rank;
    }

    int rank() {
        return rank;
    }
}
