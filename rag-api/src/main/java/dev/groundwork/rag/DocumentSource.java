package dev.groundwork.rag;

import java.util.function.Consumer;

/**
 * A set of documents that an index can be kept in step with: a folder, a file, a table.
 *
 * <p>A source has a stable {@link #name()}; what an index holds of it is remembered under that name, so that
 * {@link Rag#ingest(DocumentSource)} can tell documents that are new, changed, unchanged or gone.
 *
 * <p>Implementations need not be thread-safe: {@link Rag} visits a source from one thread at a time.
 */
public interface DocumentSource {

    /**
     * Returns the name under which an index remembers this source. Two sources of one index must differ in it, and it
     * must stay the same from one run to the next, else every document is taken for a new one.
     */
    String name();

    /**
     * Hands each document to {@code visitor}, in a stable order. Only what identifies a document is read here; its
     * content is read when the visitor asks for it, so that unchanged documents cost next to nothing.
     *
     * <p>What can't be read as a document is handed over too, as one whose {@link SourceDocument#load()} throws, so
     * that each such file gets its own record. Whatever the visitor throws ends the visit and reaches the caller.
     *
     * @throws DocumentException if the source itself can't be listed, for instance a folder that does not exist; then
     *     nothing that was ingested from it before may be taken as removed
     */
    void visit(Consumer<? super SourceDocument> visitor);

    /**
     * Returns how many documents {@link #visit} will hand over, or {@code -1} where that is not known beforehand. It is
     * used to show progress.
     */
    default long estimatedSize() {
        return -1;
    }
}
