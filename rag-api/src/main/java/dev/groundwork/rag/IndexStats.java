package dev.groundwork.rag;

/**
 * An index's size.
 *
 * @param segments segments that can be found
 * @param documents documents in the ledger
 * @param bytes bytes on disk, or in memory where the index is kept there
 */
public record IndexStats(long segments, long documents, long bytes) {}
