package dev.groundwork.rag.lucene;

import java.time.Instant;

/**
 * A state of an index that is kept under a name.
 *
 * @param name its name
 * @param time when it was made, to the millisecond
 * @param segments segments that it holds
 * @param documents documents in its ledger
 */
public record NamedCommit(String name, Instant time, long segments, long documents) {}
