package dev.groundwork.rag.lucene;

import java.time.Duration;

/**
 * What a verification has looked at and found whole.
 *
 * @param files files read from the first to the last byte
 * @param bytes their bytes
 * @param parts Lucene segments in the newest commit and the named ones, each counted once
 * @param took how long it took
 */
public record VerifyReport(int files, long bytes, int parts, Duration took) {}
