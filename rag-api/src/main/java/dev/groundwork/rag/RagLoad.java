package dev.groundwork.rag;

/**
 * How much a {@link Rag} has under way. Hops run on threads of its own and never wait in a queue: where all threads are
 * busy, a question ends with {@link OverloadedException}.
 *
 * @param busyThreads threads at work on a hop, also on one that its question has given up
 * @param maxThreads as many as there can be, see {@code rag.concurrency.max-hops}
 * @param refused hops that were refused since the start because all threads were busy
 */
public record RagLoad(int busyThreads, int maxThreads, long refused) {}
