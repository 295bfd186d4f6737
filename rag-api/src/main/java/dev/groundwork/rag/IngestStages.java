package dev.groundwork.rag;

import dev.groundwork.rag.Ingestion.Loaded;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Embeds and writes batches of documents, each stage on threads of its own, so that the model is at work while documents
 * are read and written. A few batches are under way at most. Where a batch fails, its documents are tried one by one, so
 * that only the bad ones fail.
 *
 * <p>Used from one thread. {@link #close()} returns when nothing is under way any more.
 */
final class IngestStages implements AutoCloseable {

    /** Two, for a batch ends with some of the model's workers idle. */
    private static final int EMBEDDING_BATCHES = 2;

    /** One is being written, two are being embedded, one waits: each holds its texts and vectors in memory. */
    private static final int MAX_UNDER_WAY = 4;

    private final SegmentIndex index;
    private final EmbeddingModel model;
    private final String source;
    private final BooleanSupplier cancelled;
    private final ExecutorService embedding = Executors.newFixedThreadPool(
            EMBEDDING_BATCHES, Thread.ofPlatform().name("groundwork-embed-", 0).factory());
    private final ExecutorService writing = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("groundwork-write").factory());
    private final Deque<CompletableFuture<List<Outcome>>> underWay = new ArrayDeque<>();
    private final boolean withTokens;
    private volatile boolean stopped;

    /**
     * What became of a document.
     *
     * @param failure why it was not written; {@code null} where it was
     */
    record Outcome(Loaded document, @Nullable Throwable failure) {}

    /** A document with the vectors of its segments, or why there are none. */
    private record Embedded(
            Loaded document,
            List<Embedding> vectors,
            @Nullable RuntimeException failure) {}

    IngestStages(SegmentIndex index, EmbeddingModel model, String source, BooleanSupplier cancelled) {
        this.index = index;
        this.model = model;
        this.source = source;
        this.cancelled = cancelled;
        withTokens = model.supportedParameters().contains(TokenEmbedding.WANTED);
    }

    /**
     * Part of every fingerprint: changes where segments get token vectors, or no longer do. To be counted up when a model of
     * ours gives other ones for the same text.
     */
    String kind() {
        return withTokens ? "/t1" : "";
    }

    /** Takes a batch, and first hands over what became of earlier ones where too many are under way. */
    void submit(List<Loaded> documents, Consumer<List<Outcome>> settled) {
        while (underWay.size() >= MAX_UNDER_WAY
                || (!underWay.isEmpty() && underWay.peek().isDone())) {
            settled.accept(await(underWay.remove()));
        }
        underWay.add(
                CompletableFuture.supplyAsync(() -> embed(documents), embedding).thenApplyAsync(this::write, writing));
    }

    /** Waits for all batches. */
    void finish(Consumer<List<Outcome>> settled) {
        while (!underWay.isEmpty()) {
            settled.accept(await(underWay.remove()));
        }
    }

    private static List<Outcome> await(CompletableFuture<List<Outcome>> batch) {
        try {
            return batch.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("ingest");
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                case null, default -> throw new CompletionException(e);
            }
        }
    }

    private List<Embedded> embed(List<Loaded> documents) {
        try {
            return vectors(documents);
        } catch (CancelledException e) {
            throw e;
        } catch (RuntimeException e) {
            checkStopped();
            if (documents.size() == 1) {
                return List.of(new Embedded(documents.getFirst(), List.of(), e));
            }
            List<Embedded> embedded = new ArrayList<>();
            for (Loaded document : documents) {
                embedded.addAll(embed(List.of(document)));
            }
            return embedded;
        }
    }

    private List<Embedded> vectors(List<Loaded> documents) {
        List<TextSegment> texts = new ArrayList<>();
        for (Loaded document : documents) {
            document.segments().forEach(segment -> texts.add(TextSegment.from(EmbeddedText.of(segment))));
        }
        List<Embedding> vectors = new ArrayList<>(texts.size());
        // A document of thousands of segments is embedded bit by bit, so that it can be cancelled in between.
        for (int start = 0; start < texts.size(); start += Ingestion.BATCH_SEGMENTS) {
            checkStopped();
            List<TextSegment> some = texts.subList(start, Math.min(texts.size(), start + Ingestion.BATCH_SEGMENTS));
            List<Embedding> embedded = embeddings(some);
            if (embedded.size() != some.size()) {
                throw new EmbeddingFailedException(
                        model.modelName(), "gave " + embedded.size() + " vectors for " + some.size() + " texts", null);
            }
            vectors.addAll(embedded);
        }
        List<Embedded> documentsWithVectors = new ArrayList<>();
        int next = 0;
        for (Loaded document : documents) {
            int end = next + document.segments().size();
            documentsWithVectors.add(new Embedded(document, vectors.subList(next, end), null));
            next = end;
        }
        return documentsWithVectors;
    }

    private List<Embedding> embeddings(List<TextSegment> texts) {
        if (!withTokens) {
            return model.embedAll(texts).content();
        }
        return model.embed(EmbeddingRequest.builder()
                        .textSegments(texts)
                        .parameters(EmbeddingRequestParameters.builder()
                                .set(TokenEmbedding.WANTED, true)
                                .build())
                        .build())
                .embeddings();
    }

    private List<Outcome> write(List<Embedded> documents) {
        checkStopped();
        List<Outcome> outcomes = new ArrayList<>();
        List<Embedded> good = new ArrayList<>();
        for (Embedded document : documents) {
            if (document.failure() != null) {
                outcomes.add(new Outcome(document.document(), document.failure()));
            } else {
                good.add(document);
            }
        }
        try {
            apply(good);
            good.forEach(document -> outcomes.add(new Outcome(document.document(), null)));
        } catch (IndexException | CancelledException e) {
            throw e;
        } catch (RuntimeException e) {
            checkStopped();
            if (good.size() == 1) {
                outcomes.add(new Outcome(good.getFirst().document(), e));
            } else {
                good.forEach(document -> outcomes.addAll(write(List.of(document))));
            }
        }
        return outcomes;
    }

    private void apply(List<Embedded> documents) {
        List<IndexChange> changes = new ArrayList<>();
        for (Embedded embedded : documents) {
            Loaded document = embedded.document();
            List<IndexedSegment> indexed = new ArrayList<>();
            for (int i = 0; i < document.segments().size(); i++) {
                indexed.add(new IndexedSegment(
                        SegmentIds.of(source, document.id(), i),
                        document.segments().get(i),
                        embedded.vectors().get(i)));
            }
            changes.add(new IndexChange.ReplaceDocument(source, document.id(), document.fingerprint(), indexed));
        }
        if (!changes.isEmpty()) {
            index.apply(changes);
        }
    }

    private void checkStopped() {
        if (stopped || cancelled.getAsBoolean()) {
            throw new CancelledException("ingest");
        }
    }

    /** Interrupts embedding, lets a write that has begun end, and waits for both. */
    @Override
    public void close() {
        stopped = true;
        embedding.shutdownNow();
        writing.shutdown();
        boolean interrupted = false;
        while (!embedding.isTerminated() || !writing.isTerminated()) {
            try {
                if (embedding.awaitTermination(1, TimeUnit.DAYS)) {
                    writing.awaitTermination(1, TimeUnit.DAYS);
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
