package dev.groundwork.rag.benchmarks.data;

/**
 * What is asked.
 *
 * @param text its words
 * @param vector of length 1
 */
@SuppressWarnings("ArrayRecordComponent") // compared by no one
public record Query(String text, float[] vector) {}
