package dev.groundwork.rag.lucene;

import dev.groundwork.rag.EmbeddingSpec;
import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexMismatchException;
import dev.groundwork.rag.RagException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.Directory;
import org.jspecify.annotations.Nullable;

/**
 * An open index: who reads gets a snapshot, who writes is put into a group. Thread-safe.
 *
 * <p>Changes that wait while the disk is busy are logged with one wait for it. Only {@link IndexThread} writes,
 * with helpers that it waits for; so a snapshot never sees half of a change, and neither does a commit.
 */
final class IndexEngine implements AutoCloseable {

    @FunctionalInterface
    interface Reading<T> {
        T of(Snapshot snapshot) throws IOException;
    }

    @FunctionalInterface
    interface Writing<T> {
        T by(Writer writer) throws IOException;
    }

    private final Location location;
    private final EngineSettings settings;
    private final IndexThread thread;
    private final Upkeep upkeep;
    private final Directory directory;
    private final @Nullable Writer writer;
    private final Snapshots snapshots;
    private final SearchSettings searching;
    private final ThreadPoolExecutor helpers;
    private final Calibrator calibrator;
    private final TokenBytes tokenBytes = new TokenBytes();
    private final GroupCommit group;
    private final Object closing = new Object();
    private volatile boolean closed;
    private volatile boolean sealed;
    private volatile @Nullable EmbeddingSpec bound;
    private volatile @Nullable Throwable lastFailure;
    private volatile @Nullable Throwable refreshFailure;
    // of the index's thread
    private boolean commitIsScheduled;
    private long firstUncommitted;
    private long lastChange;

    /** Opens, on the index's thread. */
    private IndexEngine(Location location, EngineSettings settings, boolean readOnly, IndexThread thread)
            throws IOException {
        this.location = location;
        this.settings = settings;
        this.thread = thread;
        upkeep = new Upkeep(this);
        group = new GroupCommit(this, thread);
        TextAnalyzer analyzer = new TextAnalyzer();
        helpers = new ThreadPoolExecutor(
                0,
                Runtime.getRuntime().availableProcessors(),
                30,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                work -> Thread.ofPlatform().name("groundwork-search").daemon().unstarted(work));
        TextSearch text = new TextSearch(analyzer, settings.text());
        RecentQueries asked = new RecentQueries(() -> thread.schedule(this::calibrateIfDue, 0));
        searching = new SearchSettings(text, settings.exactLimit(), asked, helpers);
        calibrator = new Calibrator(asked, settings.exactLimit(), () -> closed);
        directory = readOnly ? location.openForReading() : location.openForWriting();
        Writer opened = null;
        Snapshots first = null;
        try {
            opened = readOnly
                    ? null
                    : new Writer(
                            location.toString(), directory, location.logFiles(), settings.writer(), analyzer, helpers);
            writer = opened;
            first = new Snapshots(
                    location, directory, opened, settings.visibleWithin().toNanos());
            snapshots = first;
            if (readOnly) {
                checkLayout();
            }
        } catch (Throwable t) {
            closeAll(opened, first, directory, t);
            throw t;
        }
    }

    private static void closeAll(
            @Nullable Writer opened, @Nullable Snapshots first, Directory directory, Throwable failure) {
        if (first != null) {
            first.close();
        }
        try (directory) {
            if (opened != null) {
                opened.close();
            }
        } catch (Throwable suppressed) {
            failure.addSuppressed(suppressed);
        }
    }

    private void checkLayout() throws IOException {
        Snapshot first = Objects.requireNonNull(snapshots.acquire(), "snapshot");
        try {
            settings.writer().wish().check(location.toString(), first.manifest().layout());
        } finally {
            first.release();
        }
    }

    static IndexEngine open(Location location, EngineSettings settings, boolean readOnly) {
        // loading the code for vectors takes a tenth of a second the first time, as long as reading the first commit
        Thread loading = Thread.ofPlatform().name("groundwork-load").daemon().start(VectorModule::tell);
        IndexThread thread = new IndexThread("index");
        try {
            return thread.call(() -> new IndexEngine(location, settings, readOnly, thread));
        } catch (Throwable t) {
            thread.close();
            if (t instanceof Error error) {
                throw error;
            }
            throw Failures.of(location.toString(), t);
        } finally {
            join(loading);
        }
    }

    Location location() {
        return location;
    }

    TokenBytes tokenBytes() {
        return tokenBytes;
    }

    EngineSettings settings() {
        return settings;
    }

    Directory directory() {
        return directory;
    }

    boolean readOnly() {
        return writer == null;
    }

    boolean isClosed() {
        return closed;
    }

    /** Returns what takes long and runs beside searches and writes. */
    Upkeep upkeep() {
        return upkeep;
    }

    @Nullable
    EmbeddingSpec bound() {
        return bound;
    }

    /** Returns what went wrong and has not gone well since; {@code null} if nothing. */
    @Nullable
    Throwable lastFailure() {
        Throwable failure = lastFailure != null ? lastFailure : refreshFailure;
        return failure != null || writer == null ? failure : writer.trouble();
    }

    // ---- reading

    /** Returns what can be read of a snapshot, within a restriction. */
    Reads reads(Snapshot snapshot, @Nullable MetadataMatcher mandatory) {
        return new Reads(snapshot, searching, mandatory);
    }

    /** Reads the newest state. */
    <T> T read(String call, Reading<T> reading) {
        return read(acquire(call), reading);
    }

    /** Reads the newest state that can be had: health has to be told most when there is no newer one. */
    <T> T readLast(String call, Reading<T> reading) {
        return read(acquireLast(call), reading);
    }

    private <T> T read(Snapshot snapshot, Reading<T> reading) {
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

    /** Returns the newest state, to be released. */
    Snapshot acquire(String call) {
        requireOpen(call);
        if (snapshots.refreshIsDue()) {
            onThread(call, () -> {
                refresh();
                return true;
            });
        }
        Snapshot snapshot = snapshots.acquire();
        if (snapshot == null) {
            throw closed(call);
        }
        return snapshot;
    }

    private Snapshot acquireLast(String call) {
        try {
            return acquire(call);
        } catch (RagException e) {
            Snapshot last = snapshots.acquire();
            if (last == null) {
                throw closed(call);
            }
            return last;
        }
    }

    private void refresh() throws IOException {
        try {
            snapshots.refresh();
            refreshFailure = null;
            calibrateIfDue(); // merges in the background make larger graphs, too
        } catch (IOException | RuntimeException e) {
            refreshFailure = e;
            if (writer == null) {
                throw e;
            } // else what was opened before can still be searched; health tells
        }
    }

    void bind(EmbeddingSpec embedding) {
        Objects.requireNonNull(embedding, "embedding");
        read("bind", snapshot -> {
            if (snapshot.segments() > 0) {
                requireModel(snapshot.manifest(), embedding);
            }
            bound = embedding;
            return embedding;
        });
    }

    /** Throws if an index with segments was made with another model than the one it is bound to. */
    void requireBoundModel(Snapshot snapshot) throws IOException {
        EmbeddingSpec asked = bound;
        if (asked != null && snapshot.segments() > 0) {
            requireModel(snapshot.manifest(), asked); // a reader bound to an empty index, filled since
        }
    }

    void requireModel(Manifest manifest, EmbeddingSpec asked) {
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

    // ---- writing

    Writer requireWriter(String call) {
        requireOpen(call);
        if (writer == null) {
            throw new IllegalStateException(
                    "index " + location + " is open read-only, " + call + " needs LuceneIndex.open");
        }
        requireUnsealed(call);
        return writer;
    }

    /** Takes no change any more, for another index has taken over what this one holds. */
    void seal() {
        sealed = true;
    }

    private IllegalStateException sealed(String call) {
        return new IllegalStateException("index " + location + " has been swapped in, " + call + " comes too late");
    }

    void apply(List<IndexChange> list) {
        requireWriter("apply");
        List<IndexChange> all = List.copyOf(list);
        if (!all.isEmpty()) {
            await(submit(all));
        }
    }

    /** Puts a change into the queue; whoever does that {@linkplain #await waits} for it. */
    Change submit(List<IndexChange> all) {
        return group.submit(requireWriter("apply"), all);
    }

    /** Returns when a change is acknowledged. */
    void await(Change change) {
        try {
            IndexThread.await(change.done());
        } catch (GroupCommit.ClosedException e) {
            throw closed("apply");
        } catch (Exception e) {
            throw Failures.of(location.toString(), e);
        }
    }

    /** Throws if the index takes no change any more. */
    void requireUnsealed(String call) {
        if (sealed) {
            throw sealed(call);
        }
    }

    /** Opens what was applied, and lets go of the state before; for the index's thread. */
    void showApplied() throws IOException {
        snapshots.changed();
        snapshots.refresh();
    }

    /** Reads all that was applied; for the index's thread. */
    <T> T readApplied(Reading<T> reading) throws IOException {
        snapshots.refresh();
        Snapshot now = Objects.requireNonNull(snapshots.acquire(), "snapshot");
        try {
            return reading.of(now);
        } finally {
            now.release();
        }
    }

    /** Takes note that changes were applied; for the index's thread. */
    void applied() {
        lastFailure = null;
        changed();
    }

    private void changed() {
        snapshots.changed();
        lastChange = System.nanoTime();
        commitSoon();
    }

    private void commitSoon() {
        if (writer != null && writer.uncommitted() && settings.commits() && !commitIsScheduled) {
            firstUncommitted = System.nanoTime();
            scheduleCommit(settings.commitWhenIdle());
        }
    }

    /** Takes note that changes failed; for the index's thread. */
    void failed(Throwable failure) {
        if (!(failure instanceof IllegalArgumentException || failure instanceof GroupCommit.ClosedException)) {
            lastFailure = failure;
        }
        snapshots.changed(); // the writer went back to its last commit, and has made again what was logged
        commitSoon();
    }

    private void scheduleCommit(Duration in) {
        commitIsScheduled = true;
        thread.schedule(this::commitIfDue, in.toNanos());
    }

    /** Commits when no write has come for a while, or the first one waits too long. */
    private void commitIfDue() {
        commitIsScheduled = false;
        Writer by = writer;
        if (closed || by == null || !by.uncommitted()) {
            return;
        }
        long now = System.nanoTime();
        long idle = settings.commitWhenIdle().toNanos() - (now - lastChange);
        long latest = settings.commitAtLatest().toNanos() - (now - firstUncommitted);
        long wait = Math.min(idle, latest);
        if (wait > 0) {
            scheduleCommit(Duration.ofNanos(wait));
            return;
        }
        try {
            by.commit(Map.of());
            lastFailure = null;
            refresh();
        } catch (Throwable t) {
            lastFailure = t;
            snapshots.changed();
            scheduleCommit(settings.commitAtLatest());
        }
    }

    /** Measures at once how broad searches have to be; returns when it is known. */
    void calibrate() {
        Writer by = requireWriter("calibrate");
        Snapshot now = acquire("calibrate");
        try {
            Calibration measured;
            try {
                measured = now.segments() <= settings.exactLimit() ? null : calibrator.measure(now);
            } finally {
                now.release();
            }
            onThread("calibrate", () -> {
                take(by, measured, now.manifest());
                return true;
            });
        } catch (IOException e) {
            throw Failures.of(location.toString(), e);
        }
    }

    private void calibrateIfDue() {
        Writer by = writer;
        Snapshot now = by == null || closed ? null : snapshots.acquire();
        if (by == null || now == null) {
            return;
        }
        try {
            if (calibrator.isDue(now) && now.acquire()) {
                calibrator.start(now, measured -> thread.schedule(() -> take(by, measured, now.manifest()), 0));
            }
        } finally {
            now.release();
        }
    }

    private void take(Writer by, @Nullable Calibration measured, Manifest of) {
        if (measured != null && !closed && by.manifest().isLike(of)) {
            by.calibrated(measured);
            changed();
        }
    }

    /** Does something with the writer, on the index's thread; all changes that were acknowledged before are applied. */
    <T> T write(String call, Writing<T> writing) {
        Writer by = requireWriter(call);
        return onThread(call, () -> {
            requireOpen(call);
            try {
                T result = writing.by(by);
                lastFailure = null;
                return result;
            } catch (IOException | RuntimeException e) {
                if (!(e instanceof IllegalArgumentException || e instanceof IllegalStateException)) {
                    lastFailure = e;
                }
                throw e;
            } finally {
                changed();
            }
        });
    }

    /** Asks the writer, on the index's thread, for what changes nothing that can be read. */
    <T> T ask(String call, Writing<T> question) {
        Writer of = requireWriter(call);
        return onThread(call, () -> {
            requireOpen(call);
            return question.by(of);
        });
    }

    /** Does something on the index's thread. */
    <T> T onThread(String call, Callable<T> work) {
        try {
            return thread.call(work);
        } catch (AlreadyClosedException e) { // Lucene's, of what a failure closed
            throw closed ? closed(call) : Failures.of(location.toString(), e);
        } catch (IllegalStateException e) {
            throw closed ? closed(call) : e;
        } catch (Exception e) {
            throw Failures.of(location.toString(), e);
        }
    }

    // ---- closing

    void requireOpen(String call) {
        if (closed) {
            throw closed(call);
        }
    }

    IllegalStateException closed(String call) {
        return new IllegalStateException("index " + location + " is closed, " + call + " needs it open");
    }

    @Override
    public void close() {
        synchronized (closing) {
            if (closed) {
                return;
            }
            closed = true;
            try {
                upkeep.closing();
                thread.call(() -> {
                    if (writer != null) {
                        group.applyAll(writer);
                    }
                    try (directory) {
                        if (writer != null) {
                            writer.close();
                        }
                    } finally {
                        snapshots.close();
                    }
                    return true;
                });
            } catch (Exception e) {
                throw Failures.of(location.toString(), e);
            } finally {
                thread.close();
                group.refuseWaiting();
                helpers.shutdown();
                calibrator.close();
                upkeep.close();
            }
        }
    }

    /** Waits for a thread that ends soon, also while interrupted. */
    @SuppressWarnings("Interruption") // waits on, and restores the flag
    static void join(@Nullable Thread ending) {
        boolean interrupted = false;
        while (ending != null && ending.isAlive()) {
            try {
                ending.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
