package dev.groundwork.rag.benchmarks.measure;

/**
 * How long the calls of one side took.
 *
 * @param p50 the median call, in microseconds
 * @param p99 the call that one of a hundred exceeds, in microseconds
 * @param perSecond calls a second, of all callers together
 */
public record Timing(Series p50, Series p99, Series perSecond) {}
