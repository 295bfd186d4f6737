package dev.groundwork.rag;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * What an ingestion did.
 *
 * @param source the {@link DocumentSource#name()}
 * @param added documents that were new
 * @param updated documents that had changed
 * @param unchanged documents that were as the index had them
 * @param deleted documents that are gone from the source
 * @param failed documents that could not be ingested, with why, in this run or, where they will fail again, in an earlier
 *     one; one that was there before keeps its old segments. The index remembers them in {@link Quarantine}
 * @param segments segments that were written
 * @param duration how long it took
 */
public record IngestReport(
        String source,
        int added,
        int updated,
        int unchanged,
        int deleted,
        List<Failure> failed,
        int segments,
        Duration duration) {

    /**
     * A document that could not be ingested.
     *
     * @param source the document as its reader knows it
     * @param reason why, without its text
     */
    public record Failure(String source, String reason) {

        /** Checks. */
        public Failure {
            Objects.requireNonNull(source, "source");
            Objects.requireNonNull(reason, "reason");
        }
    }

    /** Checks and copies. */
    public IngestReport {
        Objects.requireNonNull(source, "source");
        failed = List.copyOf(failed);
        Objects.requireNonNull(duration, "duration");
    }
}
