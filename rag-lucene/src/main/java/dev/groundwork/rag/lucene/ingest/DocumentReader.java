package dev.groundwork.rag.lucene.ingest;

/** Turns the bytes of a file into text and blocks. Implementations are stateless. */
@FunctionalInterface
interface DocumentReader {

    /**
     * Reads a document.
     *
     * @param limits what to take before giving up
     * @throws UnreadableException if that can't be done; what else is thrown counts as a defective file too
     */
    DocumentText read(byte[] content, ReadLimits limits) throws UnreadableException;
}
