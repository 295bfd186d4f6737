package dev.groundwork.rag.benchmarks.passages;

/**
 * A passage that a side found.
 *
 * @param text its text
 * @param span where it stands
 */
public record Passage(String text, Spans.Span span) {}
