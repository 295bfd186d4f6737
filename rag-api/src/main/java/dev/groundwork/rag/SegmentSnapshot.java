package dev.groundwork.rag;

/**
 * One state of an index, pinned: all reads see the same segments, whatever is written meanwhile. It holds files or memory
 * of that state until it is closed.
 */
public interface SegmentSnapshot extends SegmentReader, AutoCloseable {

    /** Lets go of the state; may be called twice. Reads under way on other threads end normally. */
    @Override
    void close();
}
