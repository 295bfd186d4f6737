package dev.groundwork.rag;

/**
 * Retrieval-augmented generation, in process: documents in, cited answers out.
 *
 * <p>Thread-safe. Closing it ends what it runs; the index, the models and the pool that were handed to the builder
 * belong to whoever made them and stay open.
 */
public interface Rag extends AutoCloseable {

    /** Returns a builder. It needs an index and an embedding model, or retrievers; the rest has defaults. */
    static RagBuilder builder() {
        return new RagBuilder();
    }

    /** Returns the name that traces, events and metrics have it under. */
    String name();

    /**
     * Brings the index in step with a source: new documents are added, changed ones replaced, those that are gone
     * deleted, and unchanged ones left alone. Each document is replaced as a whole; a document that fails gets a record
     * and the rest goes on; the index remembers it in {@link Quarantine}. Documents are visited and read on the calling
     * thread, while those before them are embedded, two batches at once, and written on others. One ingestion runs at a
     * time; another one waits.
     *
     * @throws DocumentException if the source can't be listed; nothing is deleted then
     * @throws IndexException if the index can't be written
     * @throws CancelledException if the calling thread is interrupted; what was done stays, and the next run goes on
     *     from there
     * @throws IllegalStateException if there is no index to ingest into
     */
    default IngestReport ingest(DocumentSource source) {
        return ingest(source, IngestProgress.NONE);
    }

    /**
     * Like {@link #ingest(DocumentSource)}, and shows how far it is.
     *
     * @param progress called as it goes on; what it throws ends the ingestion
     */
    IngestReport ingest(DocumentSource source, IngestProgress progress);

    /**
     * Finds segments, and stops before any prompt, so that retrieval can be used and judged by itself.
     *
     * @return the hits; empty where nothing is found
     * @throws RetrievalFailedException if every leg failed
     * @throws DeadlineExceededException if time was up
     * @throws CancelledException if the calling thread is interrupted; its interrupt flag is set again
     * @throws OverloadedException if too much is under way
     * @throws IllegalArgumentException if the question is too long
     */
    SearchResult search(Question question);

    /** Finds segments for a text; see {@link #search(Question)}. */
    default SearchResult search(String question) {
        return search(Question.of(question));
    }

    /**
     * Answers. Without a pool, or where none of its members can be reached and settings allow it, the answer consists of
     * the sources' own sentences.
     *
     * @throws RetrievalFailedException if every leg failed: there is no answer from the model's memory alone
     * @throws LlmUnavailableException if no model could answer and settings allow no extractive answer
     * @throws DeadlineExceededException if time was up
     * @throws CancelledException if the calling thread is interrupted; its interrupt flag is set again
     * @throws OverloadedException if too much is under way
     * @throws IllegalArgumentException if the question is too long
     */
    Answer ask(Question question);

    /** Answers a text; see {@link #ask(Question)}. */
    default Answer ask(String question) {
        return ask(Question.of(question));
    }

    /**
     * Answers, and hands the text over while it is written. Returns at once; all failures reach the handler.
     *
     * @throws IllegalArgumentException if the question is too long
     */
    AnswerStream askStreaming(Question question, AnswerHandler handler);

    /** Returns whether questions can be answered, with each part. Calls no provider. */
    Health health();

    /** Returns how much is under way now. */
    RagLoad load();

    /** Ends questions and ingestions under way with {@link CancelledException}. May be called twice. */
    @Override
    void close();
}
