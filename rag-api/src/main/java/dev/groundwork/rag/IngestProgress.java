package dev.groundwork.rag;

/** Sees an ingestion while it goes on, for instance to draw a progress bar. Called from the ingesting thread. */
@FunctionalInterface
public interface IngestProgress {

    /** Sees nothing. */
    IngestProgress NONE = (documents, total, segments) -> {};

    /**
     * Called after each document and each batch.
     *
     * @param documents documents done so far, unchanged and failed ones included
     * @param total how many there are in all, or {@code -1} where that is not known
     * @param segments segments written so far
     */
    void onProgress(long documents, long total, long segments);
}
