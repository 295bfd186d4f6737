package dev.groundwork.rag;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;

/**
 * A segment with its vector, ready to be indexed.
 *
 * @param id identifies the segment in its index; at most {@link #MAX_ID_CHARS} characters
 * @param segment text and metadata; a copy
 * @param embedding the vector of its text; a copy. A {@link TokenEmbedding} brings the vectors of its tokens, which are kept
 *     beside it
 */
public record IndexedSegment(String id, TextSegment segment, Embedding embedding) {

    /** The longest id. */
    public static final int MAX_ID_CHARS = 8_000;

    /** Checks and copies. */
    public IndexedSegment {
        Check.notBlank("id", id);
        Check.range("length of id", id.length(), 1, MAX_ID_CHARS);
        segment = TextSegment.from(segment.text(), segment.metadata().copy());
        float[] vector = embedding.vector().clone();
        embedding = embedding instanceof TokenEmbedding with
                ? new TokenEmbedding(vector, with.tokens())
                : Embedding.from(vector);
    }

    /** Names the segment by its id only: its text may be confidential. */
    @Override
    public String toString() {
        return "IndexedSegment[" + id + "]";
    }
}
