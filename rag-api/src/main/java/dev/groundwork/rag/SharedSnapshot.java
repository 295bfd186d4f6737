package dev.groundwork.rag;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The state of an index that all legs of a question read, and what follows them until the hits are ranked. Pinned by the leg
 * that needs it first, on that leg's thread: a disk that hangs costs a leg and not the question.
 */
final class SharedSnapshot implements AutoCloseable {

    private final SegmentReader index;
    private @Nullable SegmentSnapshot pinned;
    private boolean closed;

    private SharedSnapshot(SegmentReader index) {
        this.index = index;
    }

    /** Returns a snapshot of what two legs or more read; {@code null} where there is no such thing. */
    static @Nullable SharedSnapshot of(List<Retriever> retrievers) {
        Set<SegmentReader> read = new HashSet<>();
        for (Retriever retriever : retrievers) {
            if (retriever instanceof IndexLeg leg && !read.add(leg.reader())) {
                return new SharedSnapshot(leg.reader());
            }
        }
        return null;
    }

    /** Returns what a leg is to read. */
    synchronized SegmentReader of(IndexLeg leg) {
        if (!leg.reader().equals(index) || closed) {
            return leg.reader(); // after closing: a leg that was left behind, and whose hits no one waits for
        }
        if (pinned == null) {
            pinned = index.snapshot();
        }
        return pinned;
    }

    /** Lets go of the state; a leg that still reads it ends normally. */
    @Override
    public synchronized void close() {
        closed = true;
        if (pinned != null) {
            pinned.close();
        }
    }
}
