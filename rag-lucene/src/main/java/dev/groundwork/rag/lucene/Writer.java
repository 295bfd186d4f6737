package dev.groundwork.rag.lucene;

import dev.groundwork.rag.IndexException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexCommit;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.Directory;
import org.jspecify.annotations.Nullable;

/**
 * Lucene's writer and the log before it. A commit of Lucene's is the index's state; the log, if the commit names one, holds
 * what was acknowledged since. Whatever fails, the writer goes back to its last commit and makes what was logged again.
 *
 * <p>The order of every commit: a new log is made, the commit that names it is made, the logs before it are deleted. So the
 * log that a commit names is always there, and no other one holds anything that the commit does not.
 *
 * <p>Confined to {@link IndexThread}, which may have others help it, and waits for them.
 */
final class Writer {

    /** The commit's log: all that was acknowledged and is not in the commit is in it. */
    static final String LOG_KEY = "groundwork.log";

    /** How many changes there have been, ever. */
    private static final String CHANGES_KEY = "groundwork.changes";

    /** How often the index went back to an earlier commit. */
    private static final String ROLLBACKS_KEY = "groundwork.rollbacks";

    private final String location;
    private final KeptFiles directory;
    private final @Nullable LogFiles logs;
    private final WriterSettings settings;
    private final TextAnalyzer analyzer;
    private final Executor helper;
    private final ManyAtOnce many;
    private final Commits commits = new Commits();
    private volatile @Nullable IndexWriter writer; // health looks at it
    private volatile @Nullable Throwable lost;
    private @Nullable ChangeLog log;
    private @Nullable LogEnd acknowledged;
    private volatile Manifest manifest; // its layout is read by every writer
    private long lastGeneration;
    private long changes;
    private long rollbacks;
    private boolean uncommitted;
    private boolean unlogged; // and acknowledged: lost, should Lucene's writer be abandoned
    private boolean closed;

    /** How far the last commit's log had been acknowledged when it was let go: what lies behind was not. */
    private record LogEnd(long generation, long end) {}

    /**
     * Opens the writer and takes the lock; makes what a crash left in the log; an index that is new gets its first, empty
     * commit.
     *
     * @param logs where the log is; {@code null} for an index in memory
     * @param helper may do some of the work meanwhile, if it has a thread to spare
     */
    Writer(
            String location,
            Directory directory,
            @Nullable LogFiles logs,
            WriterSettings settings,
            TextAnalyzer analyzer,
            Executor helper)
            throws IOException {
        this.location = location;
        this.directory = new KeptFiles(directory);
        this.logs = logs;
        this.settings = settings;
        this.analyzer = analyzer;
        this.helper = helper;
        // in memory, where tests are, the same documents give the same index every time
        many = logs == null ? ManyAtOnce.ALONE : new ManyAtOnce(helper);
        manifest = Manifest.empty(settings.wish().forNew());
        if (DirectoryReader.indexExists(directory)) {
            Map<String, String> data = Commits.latest(directory).getUserData();
            settings.wish().check(location, Manifest.of(location, data).layout());
        }
        open();
    }

    /** Returns what a commit says of its index, the log and the names of commits apart. */
    static Map<String, String> lasting(Map<String, String> userData) {
        Map<String, String> data = new LinkedHashMap<>(userData);
        data.keySet().removeIf(key -> key.equals(LOG_KEY) || Commits.isOfAName(key));
        return data;
    }

    /** Returns how often an index had gone back to an earlier commit when a commit was made. */
    static long rollbacks(Map<String, String> userData) {
        return Long.parseLong(userData.getOrDefault(ROLLBACKS_KEY, "0"));
    }

    /** Returns what the index is made with, as of the last change. */
    Manifest manifest() {
        return manifest;
    }

    /** Takes what was measured; it becomes part of the next commit. */
    void calibrated(Calibration measured) {
        manifest = manifest.with(measured);
        uncommitted = true;
    }

    /** Returns whether something has been applied that is in no commit. */
    boolean uncommitted() {
        return uncommitted;
    }

    /** Returns whether changes are to be logged before they are applied. */
    boolean logs() {
        return logs != null && settings.durability() instanceof Durability.EveryWrite;
    }

    boolean isClosed() {
        return closed;
    }

    Layout layout() {
        return manifest.layout();
    }

    Commits commits() {
        return commits;
    }

    // ---- opening

    private IndexWriterConfig config(Layout layout) {
        KnnVectorsFormat vectors = VectorFormat.of(layout.profile());
        Codec codec = new Lucene104Codec() {
            @Override
            public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                return vectors;
            }
        };
        return new IndexWriterConfig(analyzer)
                .setOpenMode(IndexWriterConfig.OpenMode.CREATE_OR_APPEND)
                .setCodec(codec)
                .setSimilarity(Snapshot.SIMILARITY)
                .setRAMBufferSizeMB(settings.bufferMegabytes())
                .setMergePolicy(settings.mergePolicy())
                .setMergeScheduler(settings.mergeScheduler())
                .setIndexDeletionPolicy(commits)
                .setCommitOnClose(false)
                .setMaxFullFlushMergeWaitMillis(0); // else a commit waits up to half a second for merges
    }

    /** Opens Lucene's writer at the last commit, and applies what was logged since. */
    private void open() throws IOException {
        directory.keepAll(false);
        boolean exists = DirectoryReader.indexExists(directory);
        Map<String, String> data = exists ? Commits.latest(directory).getUserData() : Map.of();
        Manifest made = exists
                ? Manifest.of(location, data)
                : Manifest.empty(settings.wish().forNew());
        IndexWriter opened = new IndexWriter(directory, config(made.layout()));
        if (!data.equals(committed(opened))) { // another process has written it before we had the lock
            opened.rollback();
            open();
            return;
        }
        writer = opened;
        try {
            manifest = made;
            changes = Long.parseLong(data.getOrDefault(CHANGES_KEY, "0"));
            rollbacks = rollbacks(data);
            uncommitted = false;
            boolean replayed = replay(opened, data.get(LOG_KEY));
            if (!exists || replayed) {
                commit(Map.of());
            }
            deleteLogs(Long.MAX_VALUE);
        } catch (Throwable t) {
            abandon(t);
            throw t;
        }
    }

    private static Map<String, String> committed(IndexWriter opened) {
        Map<String, String> data = new LinkedHashMap<>();
        opened.getLiveCommitData().forEach(entry -> data.put(entry.getKey(), entry.getValue()));
        return data;
    }

    /** Applies what was logged since the last commit; returns whether it names a log. */
    private boolean replay(IndexWriter opened, @Nullable String named) throws IOException {
        if (logs == null) {
            return false;
        }
        SortedSet<Long> present = logs.list();
        if (!present.isEmpty()) {
            lastGeneration = Math.max(lastGeneration, present.last());
        }
        if (named == null) {
            return false; // those that are there are older than the commit, or empty
        }
        long generation = Long.parseLong(named);
        String file = LogFiles.name(generation);
        if (!present.contains(generation)) {
            throw new CorruptIndexException("the log is missing", file);
        }
        LogEnd known = acknowledged != null && acknowledged.generation() == generation ? acknowledged : null;
        try (LogReader reader = new LogReader(logs, generation)) {
            while (known == null || reader.position() < known.end()) {
                List<byte[]> parts = reader.next();
                if (parts == null) {
                    break;
                }
                for (int i = 0; i + 1 < parts.size(); i += 2) {
                    manifest = ChangeCodec.decodeModel(parts.get(i), manifest, file);
                    ChangePlan.of(ChangeCodec.decode(parts.get(i + 1), file), manifest.layout())
                            .write(opened, many);
                    changes++;
                }
            }
            if (known != null && reader.position() != known.end()) {
                throw new CorruptIndexException("a change that was acknowledged is missing", file);
            }
        }
        return true;
    }

    /** Lets go of Lucene's writer; what is in no commit and no log is gone. */
    private void abandon(Throwable why) {
        IndexWriter open = writer;
        writer = null;
        if (log != null) {
            acknowledged = new LogEnd(log.generation(), log.end());
        }
        closeLog(why);
        directory.keepAll(true);
        if (open != null) {
            try {
                open.rollback();
            } catch (Throwable suppressed) {
                why.addSuppressed(suppressed);
            }
        }
    }

    private void closeLog(Throwable why) {
        ChangeLog open = log;
        log = null;
        close(open, why);
    }

    private static void close(@Nullable ChangeLog open, Throwable why) {
        if (open != null) {
            try {
                open.close();
            } catch (IOException suppressed) {
                why.addSuppressed(suppressed);
            }
        }
    }

    /** Returns why Lucene's writer gave up in the background; {@code null} while it has not. */
    @Nullable
    Throwable trouble() {
        IndexWriter open = writer;
        return lost != null || open == null ? lost : open.getTragicException();
    }

    /** Returns Lucene's writer; opens it anew where a failure closed it. */
    private IndexWriter writer() throws IOException {
        if (closed) {
            throw new AlreadyClosedException("closed");
        }
        IndexWriter open = writer;
        if (open != null && open.isOpen()) {
            return open;
        }
        if (open != null) { // a merge in the background failed
            Throwable why = open.getTragicException();
            abandonUnlogged(why == null ? new IOException("writer closed") : why);
        }
        open();
        IndexWriter opened = writer;
        if (opened == null) {
            throw new IOException("writer closed");
        }
        return opened;
    }

    /** Lets go of Lucene's writer; where that loses changes that were acknowledged, {@link #tellLoss()} is due. */
    private void abandonUnlogged(Throwable why) {
        if (unlogged) {
            lost = why;
            unlogged = false;
        }
        abandon(why);
    }

    /** Throws once if changes were lost that no log held. */
    private void tellLoss() {
        Throwable why = lost;
        if (why != null) {
            lost = null;
            throw new IndexException(
                    location, "failed, and lost all changes since the last commit, which no log held: " + why, why);
        }
    }

    // ---- changes

    /** A change with the manifest after it. */
    record Step(Change change, Manifest after) {}

    /**
     * Logs and applies changes, with one wait for the disk for all of them. On failure none of them is there, and all that
     * was acknowledged before is; without a log, all that was committed.
     */
    void apply(List<Step> steps) throws IOException {
        writer();
        tellLoss();
        Manifest before = manifest;
        ChangeLog to = logs() ? append(steps) : null;
        try {
            IndexWriter open = writer;
            if (open == null) {
                throw new AlreadyClosedException("writer closed");
            }
            uncommitted = true;
            if (to == null) {
                write(steps, open);
            } else {
                writeWhileForcing(steps, open, to);
            }
            manifest = steps.getLast().after();
            changes += steps.size();
        } catch (Throwable t) {
            manifest = before;
            if (to != null) {
                to.takeBack();
            }
            abandonUnlogged(t);
            tellLoss();
            throw t;
        }
        if (to != null) {
            to.acknowledge();
        } else {
            unlogged = true;
        }
    }

    /** The disk needs as long for a document's log as Lucene for the document: neither waits for the other. */
    private void writeWhileForcing(List<Step> steps, IndexWriter open, ChangeLog to) throws IOException {
        Beside<Boolean> written = Beside.start(helper, () -> {
            write(steps, open);
            return true;
        });
        try {
            to.force();
        } catch (Throwable t) {
            written.end(t);
            throw t;
        }
        written.result();
    }

    private void write(List<Step> steps, IndexWriter open) throws IOException {
        for (Step step : steps) {
            step.change().plan().write(open, many);
        }
    }

    /** Logs changes; makes a new log where there is none that takes them. */
    private ChangeLog append(List<Step> steps) throws IOException {
        if (log == null || log.broken() || log.end() >= settings.maxLogBytes()) {
            commit(Map.of());
        }
        ChangeLog to = log;
        if (to == null) {
            throw new IllegalStateException("no log");
        }
        List<byte[]> parts = new ArrayList<>(2 * steps.size());
        for (Step step : steps) {
            byte[] logged = step.change().logged();
            if (logged == null) {
                throw new IllegalStateException("a change that can't be logged is to be committed");
            }
            parts.add(ChangeCodec.encodeModel(step.after()));
            parts.add(logged);
        }
        try {
            to.append(parts); // forced to disk while it is applied
        } catch (Throwable t) {
            to.takeBack();
            uncommitted = true; // with the next commit it is gone for good
            throw t;
        }
        return to;
    }

    /** Applies a change and commits it with all before it: for what can't be logged. */
    void applyAndCommit(Step step) throws IOException {
        IndexWriter open = writer();
        Manifest before = manifest;
        try {
            uncommitted = true;
            step.change().plan().write(open, many);
            manifest = step.after();
            changes++;
            commit(Map.of());
        } catch (Throwable t) {
            manifest = before;
            abandon(t);
            throw t;
        }
    }

    // ---- commits

    /**
     * Commits all that was applied, under a new log where there is to be one.
     *
     * @param more what the commit says besides the manifest
     */
    void commit(Map<String, String> more) throws IOException {
        IndexWriter open = writer();
        tellLoss();
        Map<String, String> data = userData();
        data.putAll(more);
        LogFiles files = logs;
        ChangeLog next = null;
        try {
            if (files != null && logs()) {
                next = ChangeLog.create(files, lastGeneration + 1);
                lastGeneration = next.generation();
                data.put(LOG_KEY, Long.toString(next.generation()));
            }
            open.setLiveCommitData(data.entrySet());
            open.commit();
        } catch (Throwable t) {
            close(next, t);
            abandonUnlogged(t); // the log before it is still named by the last commit, and is applied again
            tellLoss();
            throw t;
        }
        uncommitted = false;
        unlogged = false;
        acknowledged = null;
        closeLog(new IOException("unused"));
        log = next;
        deleteLogs(next == null ? Long.MAX_VALUE : next.generation());
    }

    private Map<String, String> userData() {
        Map<String, String> data = new LinkedHashMap<>(manifest.toUserData());
        data.put(CHANGES_KEY, Long.toString(changes));
        data.put(ROLLBACKS_KEY, Long.toString(rollbacks));
        return data;
    }

    /** Deletes the logs before a generation; what can't be deleted now is deleted when the index is opened again. */
    private void deleteLogs(long before) {
        if (logs != null) {
            try {
                long kept = log == null ? before : Math.min(before, log.generation());
                for (long old : new TreeSet<>(logs.list()).headSet(kept)) {
                    logs.delete(old);
                }
            } catch (IOException e) {
                // they are older than the commit: in no one's way
            }
        }
    }

    // ---- other states

    /** Goes back to an earlier commit: makes its state the newest commit. On failure all is as before. */
    void rollBackTo(IndexCommit commit) throws IOException {
        Manifest made = Manifest.of(location, commit.getUserData());
        Layout.Wish.ANY.check(location, made.layout());
        startOver(made, rollbacks + 1, config(made.layout()).setIndexCommit(commit), opened -> {});
    }

    /**
     * Puts another index in the place of this one, in one commit. On failure all is as before.
     *
     * @param made what the other index was made with
     * @param other its files, which nobody may change meanwhile
     */
    void replaceBy(Manifest made, Directory other) throws IOException {
        IndexWriterConfig config = config(made.layout()).setOpenMode(IndexWriterConfig.OpenMode.CREATE);
        startOver(made, rollbacks, config, opened -> opened.addIndexes(other));
    }

    @FunctionalInterface
    private interface Filling {
        void fill(IndexWriter opened) throws IOException;
    }

    private void startOver(Manifest made, long timesBack, IndexWriterConfig config, Filling filling)
            throws IOException {
        writer(); // so that what was logged is counted, if a failure closed it
        Manifest before = manifest;
        long count = changes + 1;
        abandon(new IOException("starting over"));
        try {
            directory.keepAll(false);
            IndexWriter opened = new IndexWriter(directory, config);
            writer = opened;
            manifest = made;
            changes = count;
            rollbacks = timesBack;
            uncommitted = true;
            filling.fill(opened);
            commit(Map.of());
        } catch (Throwable t) {
            abandon(t);
            manifest = before;
            if (!isNewest(count, t)) {
                throw t;
            } // else it has happened, and files that are not needed any more were in the way
        }
    }

    /** Opens the last commit after a failure, and applies what was logged since; returns whether it is the one after it. */
    private boolean isNewest(long count, Throwable failure) {
        try {
            open();
            directory.syncMetaData();
            return changes == count;
        } catch (Throwable t) {
            failure.addSuppressed(t); // the next use tries again
            return false;
        }
    }

    /** Looks at the disk again after a failure, unless that would lose changes that are only in memory. */
    void reopen(Throwable why) {
        if (logs() || !uncommitted) {
            abandon(why);
        }
    }

    /** Returns a reader of all that was applied, or {@code null} if that is what {@code before} reads. */
    @Nullable
    DirectoryReader reader(@Nullable DirectoryReader before) throws IOException {
        IndexWriter open = writer();
        try {
            return read(open, before);
        } catch (Throwable t) {
            if (open.isOpen()) {
                throw t;
            }
            abandonUnlogged(t);
            try {
                return read(writer(), before); // a merge in the background had failed, and closed it meanwhile
            } catch (Throwable again) {
                again.addSuppressed(t);
                throw again;
            }
        }
    }

    private static @Nullable DirectoryReader read(IndexWriter from, @Nullable DirectoryReader before)
            throws IOException {
        return before == null ? DirectoryReader.open(from) : DirectoryReader.openIfChanged(before, from);
    }

    /** Returns Lucene's writer, for maintenance. */
    IndexWriter lucene() throws IOException {
        return writer();
    }

    /** Returns how many changes there have been since the index was made; other states count as one. */
    long changes() throws IOException {
        writer(); // a failure may have taken some back
        return changes;
    }

    /** Returns where the log ends; {@code null} if there is none. */
    IndexVerifier.@Nullable LogEnd logEnd() {
        return log == null ? null : new IndexVerifier.LogEnd(log.generation(), log.end());
    }

    long logBytes() {
        return log == null ? 0 : log.end();
    }

    /** Commits, gives up merges under way, deletes the log and lets go of the lock. What fails is in the log. */
    void close() throws IOException {
        IndexWriter open = writer;
        try {
            tellLoss();
            if (open == null) {
                return;
            }
            if (!open.isOpen()) {
                Throwable why = open.getTragicException();
                abandonUnlogged(why == null ? new IOException("writer closed") : why);
                tellLoss();
                return;
            }
            if (uncommitted || log != null || open.hasUncommittedChanges()) {
                open.setLiveCommitData(userData().entrySet());
                open.commit();
                uncommitted = false;
                unlogged = false;
                closeLog(new IOException("unused"));
                deleteLogs(Long.MAX_VALUE);
            }
            writer = null;
            open.rollback();
        } catch (Throwable t) {
            abandonUnlogged(t);
            tellLoss();
            throw t;
        } finally {
            closed = true;
        }
    }
}
