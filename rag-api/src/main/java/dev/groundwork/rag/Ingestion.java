package dev.groundwork.rag;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One run that brings an index in step with a source. Documents are visited and read on the calling thread, while those
 * before them are embedded and written by {@link IngestStages}. Not thread-safe; used once.
 */
final class Ingestion {

    /** Segments that are embedded and written together: enough to keep all cores busy, few enough to lose little. */
    static final int BATCH_SEGMENTS = 64;

    private final SegmentIndex index;
    private final EmbeddingModel model;
    private final DocumentSource source;
    private final IngestProgress progress;
    private final BooleanSupplier cancelled;
    private final long startNanos = System.nanoTime();
    private final Map<String, String> known;
    private final Quarantine quarantine;
    private final long total;
    private final Set<String> seen = new HashSet<>();
    private final List<Loaded> batch = new ArrayList<>();
    private final List<IngestReport.Failure> failed = new ArrayList<>();
    private int batchSegments;
    private int done;
    private int added;
    private int updated;
    private int unchanged;
    private int segments;

    /** A document that was read. */
    record Loaded(String id, String fingerprint, String state, List<TextSegment> segments) {}

    Ingestion(
            SegmentIndex index,
            EmbeddingModel model,
            DocumentSource source,
            IngestProgress progress,
            BooleanSupplier cancelled) {
        this.index = index;
        this.model = model;
        this.source = source;
        this.progress = progress;
        this.cancelled = cancelled;
        this.known = new HashMap<>(index.ledger(source.name()));
        this.quarantine = Quarantine.open(index, source.name());
        this.total = source.estimatedSize();
    }

    IngestReport run() {
        try (IngestStages stages = new IngestStages(index, model, source.name(), cancelled)) {
            source.visit(document -> take(document, stages));
            flush(stages);
            stages.finish(this::settle);
        }
        checkCancelled();
        int deleted = remove();
        return new IngestReport(
                source.name(),
                added,
                updated,
                unchanged,
                deleted,
                failed,
                segments,
                Duration.ofNanos(System.nanoTime() - startNanos));
    }

    /** Deletes what is gone from the source, and brings the last of the quarantine into the ledger. */
    private int remove() {
        List<IndexChange> changes = new ArrayList<>();
        for (String id : known.keySet()) {
            if (!seen.contains(id)) {
                changes.add(new IndexChange.RemoveDocument(source.name(), id));
            }
        }
        int deleted = changes.size();
        quarantine.keepOnly(seen);
        changes.addAll(quarantine.takeChanges());
        if (!changes.isEmpty()) {
            index.apply(changes);
        }
        return deleted;
    }

    private void take(SourceDocument document, IngestStages stages) {
        checkCancelled();
        String id = document.id();
        if (!seen.add(id)) {
            failed.add(new IngestReport.Failure(id, "the source names it twice; only the first one counts"));
            return;
        }
        String state = "";
        try {
            String fingerprint = document.fingerprint() + EmbeddedText.VERSION + stages.kind();
            state = fingerprint + "/" + document.conditions();
            String standing = quarantine.standing(id, state);
            if (fingerprint.equals(known.get(id))) {
                unchanged++;
                done++;
                quarantine.release(id);
            } else if (standing != null) {
                report(id, standing);
            } else {
                List<TextSegment> loaded = List.copyOf(document.load());
                batch.add(new Loaded(id, fingerprint, state, loaded));
                batchSegments += loaded.size();
            }
        } catch (CancelledException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            fail(id, state, e);
        }
        if (batchSegments >= BATCH_SEGMENTS || batch.size() >= BATCH_SEGMENTS) {
            flush(stages);
        }
        showProgress();
    }

    /** Hands over what was read. */
    private void flush(IngestStages stages) {
        checkCancelled();
        if (!batch.isEmpty()) {
            stages.submit(List.copyOf(batch), this::settle);
            batch.clear();
            batchSegments = 0;
        }
    }

    /** Takes note of what became of documents; called on the ingesting thread. */
    private void settle(List<IngestStages.Outcome> outcomes) {
        for (IngestStages.Outcome outcome : outcomes) {
            Loaded document = outcome.document();
            Throwable failure = outcome.failure();
            if (failure != null) {
                fail(document.id(), document.state(), failure);
                continue;
            }
            done++;
            segments += document.segments().size();
            quarantine.release(document.id());
            if (known.containsKey(document.id())) {
                updated++;
            } else {
                added++;
            }
        }
        showProgress();
    }

    private void fail(String id, String state, @Nullable Throwable error) {
        String reason = switch (error) {
            case DocumentException e -> e.reason();
            case RagException e ->
                Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
            case null -> "failed";
            default -> "failed with " + error.getClass().getSimpleName();
        };
        boolean lasting = error instanceof DocumentException e && e.lasting();
        quarantine.put(id, lasting ? state : "", reason);
        report(id, reason);
    }

    private void report(String id, String reason) {
        done++;
        String kept = known.containsKey(id) ? "; the index keeps its last good version" : "";
        failed.add(new IngestReport.Failure(id, reason + kept));
    }

    private void showProgress() {
        progress.onProgress(done, total, segments);
    }

    private void checkCancelled() {
        if (Thread.currentThread().isInterrupted() || cancelled.getAsBoolean()) {
            throw new CancelledException("ingest");
        }
    }
}
