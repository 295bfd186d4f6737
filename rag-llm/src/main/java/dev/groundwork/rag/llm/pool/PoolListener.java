package dev.groundwork.rag.llm.pool;

/**
 * Sees what happens in a pool. Called on the thread on which it happened and never under a lock, so it should return
 * soon; must be thread-safe. What it throws is logged once and reaches nobody.
 */
@FunctionalInterface
public interface PoolListener {

    /** Sees an event. */
    void onEvent(PoolEvent event);
}
