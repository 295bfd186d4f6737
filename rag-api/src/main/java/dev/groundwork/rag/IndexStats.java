package dev.groundwork.rag;

/**
 * An index's size.
 *
 * @param segments segments that can be found; each has one vector
 * @param documents documents in the ledger, with those in {@link Quarantine}
 * @param deleted entries that were deleted or replaced and still take space, until a merge drops them
 * @param parts parts that a search has to look into, one after the other; fewer are faster
 * @param bytes bytes on disk, or in memory where the index is kept there; with all that is kept for named states and crashes
 * @param vectorBytes of those, the bytes of vectors and what finds them; searches are fastest where so much memory is free
 *     for the file system's cache
 * @param tokenVectorBytes of {@code bytes}, those of the vectors of tokens ({@link TokenVectors}), of which a question reads
 *     what the best hits have; of large parts estimated by a sample
 */
public record IndexStats(
        long segments, long documents, long deleted, int parts, long bytes, long vectorBytes, long tokenVectorBytes) {}
