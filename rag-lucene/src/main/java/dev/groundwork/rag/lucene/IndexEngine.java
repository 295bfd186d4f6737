package dev.groundwork.rag.lucene;

import dev.groundwork.rag.EmbeddingSpec;
import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexMismatchException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.store.Directory;
import org.jspecify.annotations.Nullable;

/**
 * An open index: who reads gets a snapshot, who writes is put into a group. Thread-safe.
 *
 * <p>Changes that wait while the disk is busy are logged with one wait for it. Only {@link IndexThread} writes; so a
 * snapshot never sees half of a change, and neither does a commit.
 */
final class IndexEngine implements AutoCloseable {

    /** A group takes no more than this, so that who waits first is not kept for long. */
    private static final long MAX_GROUP_BYTES = 32 << 20;

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
    private final Directory directory;
    private final @Nullable Writer writer;
    private final Snapshots snapshots;
    private final SearchSettings searching;
    private final ThreadPoolExecutor legs;
    private final Queue<Change> waiting = new ConcurrentLinkedQueue<>();
    private final Object closing = new Object();
    private volatile boolean closed;
    private volatile @Nullable EmbeddingSpec bound;
    private volatile @Nullable Throwable lastFailure;
    private volatile @Nullable Thread calibration;
    // of the index's thread
    private boolean commitIsScheduled;
    private long firstUncommitted;
    private long lastChange;
    private long changes;

    /** Opens, on the index's thread. */
    private IndexEngine(Location location, EngineSettings settings, boolean readOnly, IndexThread thread)
            throws IOException {
        this.location = location;
        this.settings = settings;
        this.thread = thread;
        TextAnalyzer analyzer = new TextAnalyzer();
        legs = new ThreadPoolExecutor(
                0,
                Runtime.getRuntime().availableProcessors(),
                30,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                work -> Thread.ofPlatform().name("groundwork-search").daemon().unstarted(work));
        TextSearch text = new TextSearch(analyzer, settings.text());
        searching = new SearchSettings(text, settings.exactLimit(), new RecentQueries(), legs);
        directory = readOnly ? location.openForReading() : location.openForWriting();
        Writer opened = null;
        try {
            opened = readOnly
                    ? null
                    : new Writer(location.toString(), directory, location.logFiles(), settings.writer(), analyzer);
            writer = opened;
            snapshots = new Snapshots(
                    location, directory, opened, settings.visibleWithin().toNanos());
            if (readOnly) {
                checkLayout();
            }
        } catch (IOException | RuntimeException e) {
            if (opened != null) {
                opened.close();
            }
            directory.close();
            throw e;
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
        IndexThread thread = new IndexThread();
        try {
            return thread.call(() -> new IndexEngine(location, settings, readOnly, thread));
        } catch (Exception e) {
            thread.close();
            throw Failures.of(location.toString(), e);
        } finally {
            join(loading);
        }
    }

    Location location() {
        return location;
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

    @Nullable
    EmbeddingSpec bound() {
        return bound;
    }

    @Nullable
    Throwable lastFailure() {
        return lastFailure;
    }

    // ---- reading

    /** Returns what can be read of a snapshot, within a restriction. */
    Reads reads(Snapshot snapshot, @Nullable MetadataMatcher mandatory) {
        return new Reads(snapshot, searching, mandatory);
    }

    /** Reads the newest state. */
    <T> T read(String call, Reading<T> reading) {
        Snapshot snapshot = acquire(call);
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

    private void refresh() throws IOException {
        try {
            snapshots.refresh();
            calibrateIfDue(); // merges in the background make larger graphs, too
        } catch (IOException e) {
            if (writer == null) {
                throw e;
            }
            lastFailure = e; // what was opened before can still be searched; health tells
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

    private void requireModel(Manifest manifest, EmbeddingSpec asked) {
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
        return writer;
    }

    void apply(List<IndexChange> list) {
        Writer to = requireWriter("apply");
        List<IndexChange> all = List.copyOf(list);
        if (all.isEmpty()) {
            return;
        }
        Change change = Change.of(all, to.layout(), to.logs());
        waiting.add(change);
        try {
            thread.submit(() -> applyWaiting(to));
            IndexThread.await(change.done());
        } catch (IllegalStateException e) {
            if (!closed) {
                throw e;
            }
            if (!change.done().isDone() || change.done().isCompletedExceptionally()) {
                throw closed("apply");
            } // else closing came in between and has applied it
        } catch (Exception e) {
            throw Failures.of(location.toString(), e);
        }
    }

    /** Applies all that waits; of the tasks of one group, the first one does the work of all. */
    private void applyWaiting(Writer to) {
        List<Writer.Step> group = new ArrayList<>();
        long bytes = 0;
        for (Change change = waiting.poll(); change != null; change = waiting.poll()) {
            try {
                byte[] logged = change.logged();
                if (to.logs() && (logged == null || logged.length > ChangeLog.MAX_PAYLOAD / 2)) {
                    applyGroup(to, group);
                    to.applyAndCommit(new Writer.Step(change, manifestAfter(to, change)));
                    changed();
                    change.done().complete(true);
                    continue;
                }
                Manifest before =
                        group.isEmpty() ? to.manifest() : group.getLast().after();
                if (!change.plan().fits(before, bound)) {
                    applyGroup(to, group);
                    group.add(new Writer.Step(change, manifestAfter(to, change)));
                } else {
                    group.add(new Writer.Step(change, before));
                }
                bytes += logged == null ? 0 : logged.length;
                if (bytes > MAX_GROUP_BYTES) {
                    applyGroup(to, group);
                    bytes = 0;
                }
            } catch (Throwable t) {
                failed(List.of(change), t);
            }
        }
        applyGroup(to, group);
    }

    /** Counts what the index holds, which says whether it takes another model. */
    private Manifest manifestAfter(Writer to, Change change) throws IOException {
        if (to.manifest().dimension() == 0) {
            return change.plan().check(to.manifest(), false, bound);
        }
        snapshots.refresh();
        Snapshot now = Objects.requireNonNull(snapshots.acquire(), "snapshot");
        try {
            return change.plan().check(to.manifest(), now.segments() > 0, bound);
        } finally {
            now.release();
        }
    }

    private void applyGroup(Writer to, List<Writer.Step> group) {
        if (group.isEmpty()) {
            return;
        }
        List<Writer.Step> steps = List.copyOf(group);
        List<Change> done = steps.stream().map(Writer.Step::change).toList();
        group.clear();
        try {
            to.apply(steps);
            lastFailure = null;
            changed();
            done.forEach(change -> change.done().complete(true));
        } catch (Throwable t) {
            failed(done, t);
        }
    }

    private void changed() {
        snapshots.changed();
        lastChange = System.nanoTime();
        changes++;
        if (writer != null && writer.uncommitted() && settings.commits() && !commitIsScheduled) {
            firstUncommitted = lastChange;
            scheduleCommit(settings.commitWhenIdle());
        }
    }

    private void failed(List<Change> group, Throwable failure) {
        if (!(failure instanceof IllegalArgumentException)) {
            lastFailure = failure;
        }
        snapshots.changed(); // the writer went back to its last commit, and has made again what was logged
        group.forEach(change -> change.done().completeExceptionally(failure));
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
            refresh();
        } catch (Throwable t) {
            lastFailure = t;
            snapshots.changed();
            scheduleCommit(settings.commitAtLatest());
        }
    }

    /** Measures, on a thread of its own, how broad searches have to be, where the graph has outgrown the last measure. */
    private void calibrateIfDue() {
        Writer by = writer;
        Snapshot now = by == null || closed ? null : snapshots.acquire();
        if (by == null || now == null) {
            return;
        }
        if (calibration != null || !Calibration.isDue(now, settings.exactLimit())) {
            release(now);
            return;
        }
        calibration = Thread.ofPlatform()
                .name("groundwork-calibration")
                .daemon()
                .start(() -> {
                    try {
                        Calibration measured = measure(now);
                        thread.schedule(
                                () -> {
                                    calibration = null;
                                    take(by, measured);
                                },
                                0);
                    } catch (IOException | RuntimeException e) {
                        lastFailure = e;
                    }
                });
    }

    private void release(Snapshot snapshot) {
        try {
            snapshot.release();
        } catch (IOException e) {
            lastFailure = e;
        }
    }

    private @Nullable Calibration measure(Snapshot now) throws IOException {
        try {
            return Calibration.measure(now, searching.asked().all(), () -> closed);
        } finally {
            now.release();
        }
    }

    private void take(Writer by, @Nullable Calibration measured) {
        if (measured != null && !closed) {
            by.calibrated(measured);
            changed();
        }
    }

    /** Measures at once how broad searches have to be; returns when it is known. */
    void calibrate() {
        Writer by = requireWriter("calibrate");
        Snapshot now = acquire("calibrate");
        try {
            if (now.segments() <= settings.exactLimit()) {
                now.release();
                return;
            }
            Calibration measured = measure(now);
            onThread("calibrate", () -> {
                take(by, measured);
                return true;
            });
        } catch (IOException e) {
            throw Failures.of(location.toString(), e);
        }
    }

    /** Returns how many changes there have been since the index was opened, for who wants to know whether there were any. */
    long changes() {
        return changes;
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

    private <T> T onThread(String call, Callable<T> work) {
        try {
            return thread.call(work);
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
                onThread("close", () -> {
                    if (writer != null) {
                        applyWaiting(writer);
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
            } finally {
                thread.close();
                legs.shutdown();
                join(calibration);
            }
        }
    }

    /** Waits for a thread that ends soon, also while interrupted. */
    @SuppressWarnings("Interruption") // waits on, and restores the flag
    private static void join(@Nullable Thread ending) {
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
