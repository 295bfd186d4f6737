package dev.groundwork.rag.lucene;

import dev.groundwork.rag.EmbeddingSpec;
import dev.groundwork.rag.Health;
import dev.groundwork.rag.Hit;
import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexException;
import dev.groundwork.rag.IndexMismatchException;
import dev.groundwork.rag.IndexStats;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.SegmentIndex;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.filter.Filter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.lucene.store.Directory;
import org.jspecify.annotations.Nullable;

/**
 * A {@link SegmentIndex} in one Lucene index: vectors, words, metadata, the segments themselves, the ledger and the
 * manifest, committed together.
 *
 * <p>Thread-safe. Searches run on the caller's thread, side by side, over the newest commit; they heed no interrupt,
 * and wait for nothing but, read-only, for a newer commit to be opened. Changes run one after the other on a thread of the index. A caller that is interrupted meanwhile
 * waits until its change is done or has failed, and then has its interrupt flag set: {@link #apply} always tells what
 * became of it.
 *
 * <p>On disk one index is written by one {@code LuceneIndex} at a time, of whatever process; any number opened
 * {@linkplain #openReadOnly read-only} search it meanwhile and follow its commits. Close it: it holds a lock, files and
 * a thread.
 *
 * <p>Where at most 12,000 segments are to be looked at, because the index is small or the filter narrow, vector search is
 * exact; beyond it is approximate, with a recall@10 of about .95.
 */
public final class LuceneIndex implements SegmentIndex {

    private final Location location;
    private final Directory directory;
    private final TextAnalyzer analyzer = new TextAnalyzer();
    private final IndexThread thread;
    private final @Nullable Writer writer;
    private final Snapshots snapshots;
    private final int exactLimit;
    private final Object closing = new Object();
    private volatile boolean closed;
    private volatile @Nullable EmbeddingSpec bound;
    private volatile @Nullable Throwable lastFailure;

    /** Opens, on the index's thread. */
    private LuceneIndex(Location location, IndexThread thread, boolean readOnly, int exactLimit) throws IOException {
        this.location = location;
        this.thread = thread;
        this.exactLimit = exactLimit;
        directory = readOnly ? location.openForReading() : location.openForWriting();
        Writer opened = null;
        try {
            opened = readOnly ? null : new Writer(directory, analyzer);
            snapshots = new Snapshots(location, directory, readOnly);
        } catch (IOException | RuntimeException e) {
            if (opened != null) {
                opened.close();
            }
            directory.close();
            throw e;
        }
        writer = opened;
    }

    /**
     * Opens an index for reading and writing; makes it, with its folder, where there is none.
     *
     * @param path a folder that holds an index, or nothing, or that does not exist
     * @return the index, to be closed
     * @throws dev.groundwork.rag.IndexLockedException if another writer has it open
     * @throws IndexException if the path is a file, or a folder that holds something else, or the index is damaged or of
     *     another version; nothing is written then
     */
    public static LuceneIndex open(Path path) {
        return open(Location.of(path), false, VectorSearch.EXACT_LIMIT);
    }

    /**
     * Opens an index for reading. It follows the commits of whoever writes it: a search sees all that was applied before
     * it started.
     *
     * @param path a folder that holds an index
     * @return the index, to be closed
     * @throws IndexException if there is no index, or it is damaged or of another version
     */
    public static LuceneIndex openReadOnly(Path path) {
        return open(Location.of(path), true, VectorSearch.EXACT_LIMIT);
    }

    /**
     * Makes an index in memory, gone when it is closed.
     *
     * @return the index, to be closed
     */
    public static LuceneIndex inMemory() {
        return open(Location.memory(), false, VectorSearch.EXACT_LIMIT);
    }

    static LuceneIndex open(Location location, boolean readOnly, int exactLimit) {
        VectorModule.tell();
        IndexThread thread = new IndexThread();
        try {
            return thread.call(() -> new LuceneIndex(location, thread, readOnly, exactLimit));
        } catch (Exception e) {
            thread.close();
            throw Failures.of(location.toString(), e);
        }
    }

    @Override
    public void bind(EmbeddingSpec embedding) {
        Objects.requireNonNull(embedding, "embedding");
        read("bind", snapshot -> {
            if (snapshot.segments() > 0) {
                require(snapshot.manifest(), embedding);
            }
            bound = embedding;
            return embedding;
        });
    }

    /** Throws if an index with segments was made with another model. */
    private void require(Manifest manifest, EmbeddingSpec asked) {
        EmbeddingSpec made = manifest.embedding();
        if (made == null) {
            made = new EmbeddingSpec(asked.modelName(), asked.fingerprint(), manifest.dimension());
        }
        boolean sameFingerprint = made.fingerprint().isEmpty()
                || asked.fingerprint().isEmpty()
                || made.fingerprint().equals(asked.fingerprint());
        if (!made.modelName().equals(asked.modelName()) || made.dimension() != asked.dimension() || !sameFingerprint) {
            throw new IndexMismatchException(location.toString(), made, asked);
        }
    }

    @Override
    public Optional<EmbeddingSpec> embedding() {
        return read("embedding", snapshot -> {
            EmbeddingSpec made = snapshot.manifest().embedding();
            return Optional.ofNullable(made == null || (snapshot.segments() == 0 && bound != null) ? bound : made);
        });
    }

    /**
     * {@inheritDoc}
     *
     * <p>Blocks until the change is on disk, 10 to 60 ms for the commit alone on most machines: apply many segments at
     * once.
     *
     * @throws IllegalStateException if the index was opened read-only
     */
    @Override
    public void apply(List<IndexChange> changes) {
        requireOpen("apply");
        Writer to = writer;
        if (to == null) {
            throw new IllegalStateException("index " + location + " is open read-only, apply needs LuceneIndex.open");
        }
        List<IndexChange> all = List.copyOf(changes);
        if (all.isEmpty()) {
            return;
        }
        ChangePlan plan = ChangePlan.of(all);
        onThread(() -> {
            commit(to, plan);
            return true;
        });
    }

    private void commit(Writer to, ChangePlan plan) throws IOException {
        requireOpen("apply");
        if (snapshots.mayBeBehind()) {
            snapshots.refresh();
        }
        Snapshot now = Objects.requireNonNull(snapshots.acquire(), "snapshot");
        try {
            Manifest manifest = plan.check(now.manifest(), now.segments() > 0, bound);
            try {
                to.commit(plan, manifest);
                lastFailure = null;
            } catch (Throwable t) {
                lastFailure = t;
                throw t;
            } finally {
                snapshots.refresh(); // after a failure too: a commit can fail after it was made
            }
        } finally {
            now.release();
        }
    }

    @Override
    public List<Hit> searchVector(Embedding query, int limit, @Nullable Filter filter) {
        checkLimit(limit);
        float[] unit = Vectors.unit("query vector", query.vector().clone());
        MetadataMatcher matcher = filter == null ? null : FilterTranslator.translate(filter);
        return read("searchVector", snapshot -> {
            EmbeddingSpec asked = bound;
            if (snapshot.segments() == 0) {
                checkDimension(unit, asked == null ? unit.length : asked.dimension());
                return List.<Hit>of();
            }
            if (asked != null) {
                require(snapshot.manifest(), asked); // a reader bound to an empty index, filled since
            }
            checkDimension(unit, snapshot.manifest().dimension());
            return VectorSearch.search(snapshot, unit, limit, matcher, exactLimit);
        });
    }

    private static void checkDimension(float[] vector, int dimension) {
        if (vector.length != dimension) {
            throw new IllegalArgumentException(
                    "query vector has dimension " + vector.length + ", must be " + dimension + " as all of this index");
        }
    }

    @Override
    public List<Hit> searchText(String text, int limit, @Nullable Filter filter) {
        Objects.requireNonNull(text, "text");
        checkLimit(limit);
        MetadataMatcher matcher = filter == null ? null : FilterTranslator.translate(filter);
        return read("searchText", snapshot -> TextSearch.search(snapshot, analyzer, text, limit, matcher));
    }

    private static void checkLimit(int limit) {
        if (limit < 1 || limit > Question.MAX_LIMIT) {
            throw new IllegalArgumentException("limit is " + limit + ", must be from 1 to " + Question.MAX_LIMIT);
        }
    }

    @Override
    public Optional<TextSegment> get(String id) {
        Objects.requireNonNull(id, "id");
        return read("get", snapshot -> snapshot.find(id).map(SegmentRecord::segment));
    }

    @Override
    public Map<String, String> ledger(String source) {
        Objects.requireNonNull(source, "source");
        return read("ledger", snapshot -> snapshot.ledger(source));
    }

    @Override
    public IndexStats stats() {
        return read(
                "stats",
                snapshot -> new IndexStats(snapshot.segments(), snapshot.documents(), Location.bytes(directory)));
    }

    @Override
    public Health health() {
        return read("health", snapshot -> {
            Map<String, Object> details = new LinkedHashMap<>();
            details.put("location", location.toString());
            details.put("readOnly", writer == null);
            details.put("segments", snapshot.segments());
            details.put("documents", snapshot.documents());
            details.put("deleted", snapshot.reader().numDeletedDocs());
            details.put("luceneSegments", snapshot.reader().leaves().size());
            details.put("dimension", snapshot.manifest().dimension());
            details.put("vectorInstructions", VectorModule.present());
            if (!location.exists()) {
                return Health.degraded("the index's folder is gone; what was read can still be searched", details);
            }
            details.put("bytes", Location.bytes(directory));
            Throwable failure = lastFailure;
            return failure == null
                    ? Health.up(details)
                    : Health.degraded(
                            "the last change failed: " + failure.getClass().getSimpleName(), details);
        });
    }

    @Override
    public void close() {
        synchronized (closing) {
            if (closed) {
                return;
            }
            closed = true;
            try {
                onThread(() -> {
                    try (directory) {
                        if (writer != null) {
                            writer.close();
                        }
                    } finally {
                        snapshots.close();
                    }
                    return true;
                });
            } finally {
                thread.close();
            }
        }
    }

    @FunctionalInterface
    private interface Reading<T> {
        T of(Snapshot snapshot) throws IOException;
    }

    private <T> T read(String call, Reading<T> reading) {
        requireOpen(call);
        if (snapshots.mayBeBehind()) {
            onThread(() -> {
                snapshots.refresh();
                return true;
            });
        }
        Snapshot snapshot = snapshots.acquire();
        if (snapshot == null) {
            throw closed(call);
        }
        try {
            try {
                return reading.of(snapshot);
            } finally {
                snapshot.release();
            }
        } catch (IOException e) {
            throw Failures.of(location.toString(), e);
        }
    }

    private <T> T onThread(Callable<T> work) {
        try {
            return thread.call(work);
        } catch (IllegalStateException e) {
            throw closed ? closed("apply") : e;
        } catch (Exception e) {
            throw Failures.of(location.toString(), e);
        }
    }

    private void requireOpen(String call) {
        if (closed) {
            throw closed(call);
        }
    }

    private IllegalStateException closed(String call) {
        return new IllegalStateException("index " + location + " is closed, " + call + " needs it open");
    }

    /** Names where the index is. */
    @Override
    public String toString() {
        return "LuceneIndex[" + location + "]";
    }
}
