package dev.groundwork.rag;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** One run that brings an index in step with a source. Not thread-safe; used once. */
final class Ingestion {

    /** Segments that are embedded and written together: enough to keep all cores busy, few enough to lose little. */
    static final int BATCH_SEGMENTS = 64;

    /** Part of every fingerprint: changes when the way in which a segment is embedded changes. */
    private static final String EMBEDDING_VERSION = "/e1";

    /**
     * A longer context prefix would push the segment's own text out of the model's sight: a character can be a token, and
     * small models read 512.
     */
    private static final int MAX_PREFIX_CHARS = 120;

    private final SegmentIndex index;
    private final EmbeddingModel model;
    private final DocumentSource source;
    private final IngestProgress progress;
    private final BooleanSupplier cancelled;
    private final long startNanos = System.nanoTime();
    private final Map<String, String> known;
    private final long total;
    private final Set<String> seen = new HashSet<>();
    private final List<Loaded> batch = new ArrayList<>();
    private final List<IngestReport.Failure> failed = new ArrayList<>();
    private int batchSegments;
    private int added;
    private int updated;
    private int unchanged;
    private int segments;

    private record Loaded(SourceDocument document, String fingerprint, List<TextSegment> segments) {}

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
        this.total = source.estimatedSize();
    }

    IngestReport run() {
        source.visit(this::take);
        flush();
        List<IndexChange> removals = new ArrayList<>();
        for (String id : known.keySet()) {
            if (!seen.contains(id)) {
                removals.add(new IndexChange.RemoveDocument(source.name(), id));
            }
        }
        if (!removals.isEmpty()) {
            index.apply(removals);
        }
        return new IngestReport(
                source.name(),
                added,
                updated,
                unchanged,
                removals.size(),
                failed,
                segments,
                Duration.ofNanos(System.nanoTime() - startNanos));
    }

    private void take(SourceDocument document) {
        checkCancelled();
        String id = document.id();
        if (!seen.add(id)) {
            failed.add(new IngestReport.Failure(id, "the source names it twice; only the first one counts"));
            return;
        }
        try {
            String fingerprint = document.fingerprint() + EMBEDDING_VERSION;
            if (fingerprint.equals(known.get(id))) {
                unchanged++;
            } else {
                List<TextSegment> loaded = List.copyOf(document.load());
                batch.add(new Loaded(document, fingerprint, loaded));
                batchSegments += loaded.size();
            }
        } catch (CancelledException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            fail(document, e);
        }
        if (batchSegments >= BATCH_SEGMENTS || batch.size() >= BATCH_SEGMENTS) {
            flush();
        }
        report();
    }

    /** Embeds and writes what was loaded; where that fails, each document by itself, so that only the bad ones fail. */
    private void flush() {
        if (batch.isEmpty()) {
            return;
        }
        checkCancelled();
        List<Loaded> documents = List.copyOf(batch);
        batch.clear();
        batchSegments = 0;
        try {
            write(documents);
        } catch (IndexException | CancelledException e) {
            throw e;
        } catch (RuntimeException e) {
            checkCancelled();
            for (Loaded document : documents) {
                try {
                    write(List.of(document));
                } catch (IndexException | CancelledException fatal) {
                    throw fatal;
                } catch (RuntimeException own) {
                    checkCancelled();
                    fail(document.document(), own);
                }
            }
        }
        report();
    }

    private void write(List<Loaded> documents) {
        List<TextSegment> texts = new ArrayList<>();
        for (Loaded document : documents) {
            document.segments().forEach(segment -> texts.add(TextSegment.from(embeddedText(segment))));
        }
        List<Embedding> embeddings =
                texts.isEmpty() ? List.of() : model.embedAll(texts).content();
        if (embeddings.size() != texts.size()) {
            throw new EmbeddingFailedException(
                    model.modelName(), "gave " + embeddings.size() + " vectors for " + texts.size() + " texts", null);
        }
        List<IndexChange> changes = new ArrayList<>();
        int next = 0;
        for (Loaded document : documents) {
            List<IndexedSegment> indexed = new ArrayList<>();
            for (TextSegment segment : document.segments()) {
                String id = segmentId(source.name(), document.document().id(), indexed.size());
                indexed.add(new IndexedSegment(id, segment, embeddings.get(next++)));
            }
            changes.add(new IndexChange.ReplaceDocument(
                    source.name(), document.document().id(), document.fingerprint(), indexed));
        }
        index.apply(changes);
        segments += next;
        for (Loaded document : documents) {
            if (known.containsKey(document.document().id())) {
                updated++;
            } else {
                added++;
            }
        }
    }

    /** What is embedded of a segment: its text below the headings it stands under, which say what the text is about. */
    static String embeddedText(TextSegment segment) {
        String title = Objects.requireNonNullElse(segment.metadata().getString(SegmentKeys.TITLE), "");
        String headings = Objects.requireNonNullElse(segment.metadata().getString(SegmentKeys.HEADINGS), "");
        String prefix = title.isEmpty() || headings.startsWith(title)
                ? headings
                : headings.isEmpty() ? title : title + SegmentKeys.HEADING_SEPARATOR + headings;
        if (prefix.isEmpty()) {
            return segment.text();
        }
        return fitting(prefix) + "\n" + segment.text();
    }

    /** Leaves out the outermost headings where all of them are too long, as the innermost ones say most. */
    private static String fitting(String prefix) {
        String rest = prefix;
        while (rest.length() > MAX_PREFIX_CHARS) {
            int next = rest.indexOf(SegmentKeys.HEADING_SEPARATOR);
            if (next < 0) {
                int end = Character.isHighSurrogate(rest.charAt(MAX_PREFIX_CHARS - 1))
                        ? MAX_PREFIX_CHARS - 1
                        : MAX_PREFIX_CHARS;
                return rest.substring(0, end);
            }
            rest = rest.substring(next + SegmentKeys.HEADING_SEPARATOR.length());
        }
        return rest;
    }

    /**
     * Returns a segment's id: readable, the same on every run, and different for two sources with like-named documents.
     */
    static String segmentId(String source, String document, int ordinal) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(source.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 4) + ":" + document + "#" + ordinal;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private void fail(SourceDocument document, Throwable error) {
        String reason = switch (error) {
            case DocumentException e -> e.reason();
            case RagException e ->
                Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
            default -> "failed with " + error.getClass().getSimpleName();
        };
        String kept = known.containsKey(document.id()) ? "; the index keeps its last good version" : "";
        failed.add(new IngestReport.Failure(document.id(), reason + kept));
    }

    private void report() {
        progress.onProgress(seen.size() - batch.size(), total, segments);
    }

    private void checkCancelled() {
        if (Thread.currentThread().isInterrupted() || cancelled.getAsBoolean()) {
            throw new CancelledException("ingest");
        }
    }
}
