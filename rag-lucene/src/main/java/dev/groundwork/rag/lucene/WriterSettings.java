package dev.groundwork.rag.lucene;

import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.index.MergeScheduler;
import org.apache.lucene.index.TieredMergePolicy;

/**
 * How an index is written.
 *
 * @param wish what the index is to be like
 * @param durability what a write has survived when it is acknowledged
 * @param bufferMegabytes memory for segments that are in no file yet
 * @param maxLogBytes how long a log may be before a commit is made
 */
record WriterSettings(Layout.Wish wish, Durability durability, double bufferMegabytes, long maxLogBytes) {

    /** What is to be made again after a crash takes seconds, not minutes. */
    private static final long MAX_LOG_BYTES = 256 << 20;

    WriterSettings(Layout.Wish wish, Durability durability, double bufferMegabytes) {
        this(wish, durability, bufferMegabytes, MAX_LOG_BYTES);
    }

    /** An eighth of the heap, within bounds: the more fits, the fewer parts there are to merge and to look into. */
    static double defaultBuffer() {
        return Math.clamp(Runtime.getRuntime().maxMemory() / 8 / (1 << 20), 16, 256);
    }

    /**
     * Few parts, for a search looks through one graph after the other: parts below 50 MB count as small, four of a size are
     * merged, and the largest may hold millions of vectors.
     */
    MergePolicy mergePolicy() {
        TieredMergePolicy policy = new TieredMergePolicy();
        policy.setSegmentsPerTier(4);
        policy.setFloorSegmentMB(50);
        policy.setMaxMergedSegmentMB(20_000);
        return policy;
    }

    /** Merges in the background; a failure is the writer's to tell, with the next change, and not a thread's to print. */
    MergeScheduler mergeScheduler() {
        return new ConcurrentMergeScheduler() {
            @Override
            protected void handleMergeException(Throwable failure) {
                // Lucene's writer keeps it as its tragic exception
            }
        };
    }
}
