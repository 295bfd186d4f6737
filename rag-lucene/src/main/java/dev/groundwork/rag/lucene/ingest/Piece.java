package dev.groundwork.rag.lucene.ingest;

import org.jspecify.annotations.Nullable;

/**
 * A stretch of text that is not cut any further.
 *
 * @param start where it starts, at a word or at the indent before it
 * @param end where it ends, exclusive, at a word
 * @param tokens how many tokens it has, with the head
 * @param head the head of the table that it continues; null where it continues none
 */
record Piece(int start, int end, int tokens, @Nullable Piece head) {

    Piece(int start, int end, int tokens) {
        this(start, end, tokens, null);
    }

    /** Returns this piece of a table below the table's head. */
    Piece below(Piece tableHead) {
        return new Piece(start, end, tokens + tableHead.tokens() + 1, tableHead);
    }
}
