package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.DocumentSource;
import dev.groundwork.rag.IngestReport;
import dev.groundwork.rag.Rag;
import dev.groundwork.rag.RagBuilder;
import dev.groundwork.rag.RagSettings;
import dev.groundwork.rag.Retrievers;
import dev.groundwork.rag.SegmentIndex;
import dev.groundwork.rag.llm.pool.ChatModelPool;
import dev.groundwork.rag.lucene.LuceneIndex;
import dev.groundwork.rag.observability.JsonEventLogger;
import dev.langchain4j.model.embedding.EmbeddingModel;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** Index, models and {@link Rag} of one command, opened together and closed together. */
final class Session implements AutoCloseable {

    private final Surroundings surroundings;
    private final List<DocumentSource> sources;
    private final SegmentIndex index;
    private final Rag rag;
    private final Deque<AutoCloseable> opened;

    private Session(
            Surroundings surroundings,
            List<DocumentSource> sources,
            SegmentIndex index,
            Rag rag,
            Deque<AutoCloseable> opened) {
        this.surroundings = surroundings;
        this.sources = sources;
        this.index = index;
        this.rag = rag;
        this.opened = opened;
    }

    /**
     * What a command needs.
     *
     * @param documents what is read into the index; where there is none, a saved index is only read
     * @param index the folder of the index; {@code null} to keep it in memory
     * @param legs by what passages are found
     * @param llms the models that write answers
     * @param settings all else
     */
    record Plan(List<Path> documents, @Nullable Path index, Legs legs, PoolPlan llms, RagSettings settings) {}

    /**
     * Opens what a command needs. What can be wrong with the paths is found before a model is loaded.
     *
     * @throws FailureException if a path does not exist
     */
    static Session open(Surroundings surroundings, LogOptions logs, Plan plan) throws InterruptedException {
        List<DocumentSource> sources = DocumentPaths.sources(plan.documents(), plan.index());
        JsonEventLogger log = logs.open(surroundings.err());
        boolean embeds = plan.legs() != Legs.TEXT || !sources.isEmpty();
        // Loading the model and opening the index take about as long as each other, and most of a short question.
        FutureTask<EmbeddingModel> loading = new FutureTask<>(surroundings.embeddings()::get);
        if (embeds) {
            Thread.ofPlatform().name("rag-load-model").daemon().start(loading);
        }
        Deque<AutoCloseable> opened = new ArrayDeque<>();
        if (log != null) {
            opened.push(closing(log, surroundings.err()));
        }
        try {
            SegmentIndex index = open(plan.index(), !sources.isEmpty());
            opened.push(index);
            RagBuilder builder = Rag.builder().name("cli").index(index).settings(plan.settings());
            if (log != null) {
                builder.listener(log);
            }
            if (!plan.llms().isEmpty()) {
                ChatModelPool pool = plan.llms()
                        .open(surroundings.environment(), plan.settings().timeout());
                opened.push(pool);
                builder.llmPool(pool);
            }
            if (embeds) {
                EmbeddingModel model = await(loading);
                if (model instanceof AutoCloseable closeable) {
                    opened.push(closeable);
                }
                builder.embeddingModel(model);
                if (plan.legs() == Legs.VECTOR) {
                    builder.retriever(Retrievers.vector(index, model));
                }
            }
            if (plan.legs() == Legs.TEXT) {
                builder.retriever(Retrievers.text(index));
            }
            Rag rag = builder.build();
            opened.push(rag);
            return new Session(surroundings, sources, index, rag, opened);
        } catch (RuntimeException | InterruptedException | Error e) {
            close(opened, e);
            throw e;
        }
    }

    Rag rag() {
        return rag;
    }

    /** Returns where the segments of this session's index stand. */
    Places places() {
        return new Places(index);
    }

    /** Reads the documents, shows how far it is, and lists on standard error the ones that can't be read. */
    List<IngestReport> ingest() {
        List<IngestReport> reports = new ArrayList<>();
        for (DocumentSource source : sources) {
            try (ProgressView progress =
                    ProgressView.open(surroundings.err(), surroundings.errWidth(), surroundings.environment())) {
                reports.add(rag.ingest(source, progress));
            }
            notRead(surroundings.err(), reports.getLast().failed());
        }
        return reports;
    }

    /** Lists documents that could not be read. */
    static void notRead(PrintStream err, List<IngestReport.Failure> failed) {
        for (IngestReport.Failure failure : failed) {
            err.println("not read: " + Display.line(failure.source() + ": " + failure.reason(), 1_000));
        }
    }

    @Override
    public void close() {
        close(opened, null);
    }

    /** Says what got lost, if anything did. */
    private static AutoCloseable closing(JsonEventLogger log, PrintStream err) {
        return () -> {
            log.close();
            if (!log.dropped().isEmpty()) {
                err.println("not logged: " + new TreeMap<>(log.dropped()));
            }
        };
    }

    private static SegmentIndex open(@Nullable Path folder, boolean writes) {
        if (folder == null) {
            return LuceneIndex.inMemory();
        }
        if (folder.toString().isBlank()) {
            throw new UsageException("--index is empty, must be a folder");
        }
        if (writes) {
            return LuceneIndex.open(folder);
        }
        if (!Files.exists(folder)) {
            throw new FailureException(
                    "no index at " + folder + "; make one with: rag ingest --index " + folder + " PATH", null);
        }
        return LuceneIndex.openReadOnly(folder);
    }

    private static EmbeddingModel await(FutureTask<EmbeddingModel> loading) throws InterruptedException {
        try {
            return loading.get();
        } catch (ExecutionException e) {
            Throwable cause = Objects.requireNonNull(e.getCause());
            switch (cause) {
                case RuntimeException failure -> throw failure;
                case Error error -> throw error;
                default -> throw new CompletionException(cause);
            }
        }
    }

    /** Closes all, the latest first; what fails to close does not hide {@code first}. */
    private static void close(Deque<AutoCloseable> opened, @Nullable Throwable first) {
        RuntimeException failure = null;
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                if (first != null) {
                    first.addSuppressed(e);
                } else if (failure == null) {
                    failure = e instanceof RuntimeException unchecked ? unchecked : new CompletionException(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
