package dev.groundwork.rag;

/** What a {@link QuestionWatch} or {@link HopWatch} has put in place on a thread, until it is closed on that thread. */
@FunctionalInterface
public interface WatchScope extends AutoCloseable {

    /** Nothing was put in place. */
    WatchScope NONE = () -> {};

    /** Takes it away. */
    @Override
    void close();
}
