package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexCommit;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.Directory;
import org.jspecify.annotations.Nullable;

/**
 * Lucene's writer and the log before it. A commit of Lucene's is the index's state; the log, if the commit names one, holds
 * what was acknowledged since. Whatever fails, the writer goes back to its last commit and makes what was logged again.
 *
 * <p>The order of every commit: a new log is made, the commit that names it is made, the logs before it are deleted. So the
 * log that a commit names is always there, and one that is older than a commit holds nothing that the commit does not.
 *
 * <p>Confined to {@link IndexThread}.
 */
final class Writer {

    /** The commit's log: everything in it and in later ones has been acknowledged and is not in the commit. */
    static final String LOG_KEY = "groundwork.log";

    private final String location;
    private final Directory directory;
    private final @Nullable LogFiles logs;
    private final WriterSettings settings;
    private final TextAnalyzer analyzer;
    private final Commits commits = new Commits();
    private @Nullable IndexWriter writer;
    private @Nullable ChangeLog log;
    private volatile Manifest manifest; // its layout is read by every writer
    private long lastGeneration;
    private boolean uncommitted;

    /**
     * Opens the writer and takes the lock; makes what a crash left in the log; an index that is new gets its first, empty
     * commit.
     *
     * @param logs where the log is; {@code null} for an index in memory
     */
    Writer(
            String location,
            Directory directory,
            @Nullable LogFiles logs,
            WriterSettings settings,
            TextAnalyzer analyzer)
            throws IOException {
        this.location = location;
        this.directory = directory;
        this.logs = logs;
        this.settings = settings;
        this.analyzer = analyzer;
        manifest = Manifest.empty(settings.wish().forNew());
        open(null);
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

    /** Opens Lucene's writer at a commit, or the last one, and applies what was logged since. */
    private void open(@Nullable IndexCommit at) throws IOException {
        boolean exists = DirectoryReader.indexExists(directory);
        Map<String, String> data = exists ? Commits.latest(directory).getUserData() : Map.of();
        Manifest made = exists ? Manifest.of(location, data) : manifest;
        settings.wish().check(location, made.layout());
        IndexWriter opened = new IndexWriter(directory, config(made.layout()).setIndexCommit(at));
        try {
            writer = opened;
            manifest = at == null ? made : Manifest.of(location, at.getUserData());
            uncommitted = false;
            List<Long> replayed = at == null ? replay(opened, data) : List.of();
            if (!exists || at != null || !replayed.isEmpty()) {
                commit(Map.of());
            }
            deleteLogs(Long.MAX_VALUE);
        } catch (Throwable t) {
            abandon(t);
            throw t;
        }
    }

    /** Applies what was logged since the last commit; returns the generations. */
    private List<Long> replay(IndexWriter opened, Map<String, String> data) throws IOException {
        if (logs == null) {
            return List.of();
        }
        SortedSet<Long> present = logs.list();
        if (!present.isEmpty()) {
            lastGeneration = Math.max(lastGeneration, present.last());
        }
        String named = data.get(LOG_KEY);
        if (named == null) {
            return List.of(); // those that are there are older than the commit, or empty
        }
        long first = Long.parseLong(named);
        if (!present.contains(first)) {
            throw new CorruptIndexException("the log is missing", LogFiles.name(first));
        }
        List<Long> replayed = new ArrayList<>(present.tailSet(first));
        for (long generation : replayed) {
            List<byte[]> parts = ChangeLog.read(logs, generation);
            for (int i = 0; i + 1 < parts.size(); i += 2) {
                String file = LogFiles.name(generation);
                manifest = ChangeCodec.decodeModel(parts.get(i), manifest, file);
                ChangePlan.of(ChangeCodec.decode(parts.get(i + 1), file), manifest.layout())
                        .write(opened);
            }
        }
        return replayed;
    }

    /** Lets go of Lucene's writer; what is in no commit and no log is gone. */
    private void abandon(Throwable why) {
        IndexWriter open = writer;
        writer = null;
        closeLog(why);
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
        if (open != null) {
            try {
                open.close();
            } catch (IOException suppressed) {
                why.addSuppressed(suppressed);
            }
        }
    }

    /** Returns Lucene's writer; opens it anew where a failure closed it. */
    private IndexWriter writer() throws IOException {
        IndexWriter open = writer;
        if (open != null && open.isOpen()) {
            return open;
        }
        if (open != null) { // a merge in the background failed
            abandon(open.getTragicException() == null ? new IOException("writer closed") : open.getTragicException());
        }
        open(null);
        IndexWriter opened = writer;
        if (opened == null) {
            throw new IOException("writer closed");
        }
        return opened;
    }

    // ---- changes

    /** A change with the manifest after it. */
    record Step(Change change, Manifest after) {}

    /**
     * Logs and applies changes, with one wait for the disk for all of them. On failure none of them is there, and all that
     * was acknowledged before is.
     */
    void apply(List<Step> steps) throws IOException {
        IndexWriter open = writer();
        if (logs()) {
            open = ready(open);
            append(steps);
        }
        try {
            for (Step step : steps) {
                uncommitted = true;
                step.change().plan().write(open);
                manifest = step.after();
            }
        } catch (Throwable t) {
            if (log != null) {
                log.takeBack();
            }
            abandon(t);
            throw t;
        }
    }

    /** Makes sure that there is a log that takes changes. */
    private IndexWriter ready(IndexWriter open) throws IOException {
        if (log == null || log.broken()) {
            commit(Map.of());
        }
        return open;
    }

    private void append(List<Step> steps) throws IOException {
        List<byte[]> parts = new ArrayList<>(2 * steps.size());
        for (Step step : steps) {
            byte[] logged = step.change().logged();
            if (logged == null) {
                throw new IllegalStateException("a change that can't be logged is to be committed");
            }
            parts.add(ChangeCodec.encodeModel(step.after()));
            parts.add(logged);
        }
        ChangeLog open = log;
        if (open == null) {
            throw new IllegalStateException("no log");
        }
        try {
            open.append(parts);
        } catch (Throwable t) {
            open.takeBack();
            throw t;
        }
    }

    /** Applies a change and commits it with all before it: for what can't be logged. */
    void applyAndCommit(Step step) throws IOException {
        IndexWriter open = writer();
        try {
            uncommitted = true;
            step.change().plan().write(open);
            manifest = step.after();
            commit(Map.of());
        } catch (Throwable t) {
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
        Map<String, String> data = new LinkedHashMap<>(manifest.toUserData());
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
            if (next != null) {
                next.close();
            }
            abandon(t); // the log before it is still named by the last commit, and is applied again
            throw t;
        }
        uncommitted = false;
        closeLog(new IOException("unused"));
        log = next;
        deleteLogs(next == null ? Long.MAX_VALUE : next.generation());
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

    /** Goes back to an earlier commit, and makes its state the newest commit. */
    void rollBackTo(IndexCommit commit) throws IOException {
        abandon(new IOException("rolled back"));
        try {
            open(commit);
        } catch (Throwable t) {
            abandon(t);
            throw t;
        }
    }

    /** Returns a reader of all that was applied, or {@code null} if that is what {@code before} reads. */
    @Nullable
    DirectoryReader reader(@Nullable DirectoryReader before) throws IOException {
        IndexWriter open = writer();
        try {
            return before == null ? DirectoryReader.open(open) : DirectoryReader.openIfChanged(before, open);
        } catch (Throwable t) {
            if (!open.isOpen()) {
                abandon(t);
            }
            throw t;
        }
    }

    /** Returns Lucene's writer, for maintenance. */
    IndexWriter lucene() throws IOException {
        return writer();
    }

    long logBytes() {
        return log == null ? 0 : log.bytes();
    }

    /** Commits, gives up merges under way, deletes the log and lets go of the lock. */
    void close() throws IOException {
        IndexWriter open = writer;
        if (open == null) {
            return;
        }
        try {
            if (open.isOpen() && (uncommitted || log != null || open.hasUncommittedChanges())) {
                open.setLiveCommitData(manifest.toUserData().entrySet());
                open.commit();
                closeLog(new IOException("unused"));
                deleteLogs(Long.MAX_VALUE);
            }
        } finally {
            writer = null;
            closeLog(new IOException("unused"));
            open.rollback();
        }
    }
}
