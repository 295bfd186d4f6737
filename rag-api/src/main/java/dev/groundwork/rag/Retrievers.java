package dev.groundwork.rag;

import dev.langchain4j.model.embedding.EmbeddingModel;

/** The two legs that every {@link SegmentReader} offers. {@link RagBuilder} uses both where no retriever is given. */
public final class Retrievers {

    private Retrievers() {}

    /**
     * Returns the vector leg, named {@code vector}: the question is embedded, as a query where the model tells queries
     * from documents, and the nearest segments are found. Neither index nor model is closed by it.
     */
    public static Retriever vector(SegmentReader index, EmbeddingModel model) {
        return new VectorRetriever(index, model);
    }

    /** Returns the text leg, named {@code text}: BM25 over the words of the question. It does not close the index. */
    public static Retriever text(SegmentReader index) {
        return new TextRetriever(index);
    }
}
