package dev.groundwork.rag.lucene.ingest;

/**
 * A stretch of text that is not cut any further.
 *
 * @param start where it starts, at a word or at the indent before it
 * @param end where it ends, exclusive, at a word
 * @param tokens how many tokens it has
 */
record Piece(int start, int end, int tokens) {}
