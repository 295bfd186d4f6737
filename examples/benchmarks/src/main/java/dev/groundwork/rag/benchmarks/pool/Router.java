package dev.groundwork.rag.benchmarks.pool;

/** A way to have one request served by one of several providers. */
interface Router extends AutoCloseable {

    /** Hears how a request came out. */
    @FunctionalInterface
    interface Done {

        /** {@code serviceNanos}: what the attempt that served took; of no meaning where none did. */
        void ended(boolean served, long serviceNanos);
    }

    String name();

    void send(int tokens, Done done);

    @Override
    default void close() {}
}
