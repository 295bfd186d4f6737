package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.Optional;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.store.Directory;
import org.jspecify.annotations.Nullable;

/**
 * Hands out the newest state: of the writer, with all that was applied, or of a folder that another process writes, with
 * its last commit. Only {@link IndexThread} opens and closes; everyone may {@link #acquire()}, and must release what it
 * got.
 */
final class Snapshots {

    private final Location location;
    private final Directory directory;
    private final @Nullable Writer writer;
    private final long visibleNanos;
    private volatile @Nullable Snapshot current;
    private volatile boolean stale;
    private volatile long staleSince;
    private volatile @Nullable FileTime seen;

    Snapshots(Location location, Directory directory, @Nullable Writer writer, long visibleNanos) throws IOException {
        this.location = location;
        this.directory = directory;
        this.writer = writer;
        this.visibleNanos = visibleNanos;
        DirectoryReader reader = open(null);
        if (reader == null) {
            throw new IllegalStateException("no reader");
        }
        current = snapshot(reader);
    }

    private @Nullable DirectoryReader open(@Nullable DirectoryReader before) throws IOException {
        if (writer != null) {
            return writer.reader(before);
        }
        return before == null ? DirectoryReader.open(directory) : DirectoryReader.openIfChanged(before);
    }

    private Snapshot snapshot(DirectoryReader reader) throws IOException {
        try {
            Manifest manifest = writer != null
                    ? writer.manifest()
                    : Manifest.of(location.toString(), reader.getIndexCommit().getUserData());
            return new Snapshot(reader, manifest);
        } catch (IOException | RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    /** Returns the newest state that was opened; {@code null} after {@link #close()}. */
    @Nullable
    Snapshot acquire() {
        while (true) {
            Snapshot snapshot = current;
            if (snapshot == null || snapshot.acquire()) {
                return snapshot;
            }
        }
    }

    /** Says that the writer has applied something. */
    void changed() {
        if (!stale) {
            staleSince = System.nanoTime();
            stale = true;
        }
    }

    /** Returns whether {@link #refresh()} is due. Cheap: of another process's folder, one look at its time. */
    boolean refreshIsDue() {
        if (stale) {
            return visibleNanos == 0 || System.nanoTime() - staleSince >= visibleNanos;
        }
        if (writer != null) {
            return false;
        }
        try {
            Optional<FileTime> stamp = location.stamp(InstantSource.system());
            return stamp.isEmpty() || !stamp.get().equals(seen);
        } catch (IOException e) {
            return false; // the folder is gone: what is mapped can still be searched, health tells
        }
    }

    /** Opens the newest state, if there is a newer one. */
    void refresh() throws IOException {
        Snapshot before = current;
        if (before == null) {
            return;
        }
        if (writer != null && !stale) {
            return;
        }
        Optional<FileTime> stamp = writer == null ? location.stamp(InstantSource.system()) : Optional.empty();
        DirectoryReader reader = open(before.reader());
        if (reader != null) {
            current = snapshot(reader);
            before.release();
        } else if (writer != null && !writer.manifest().equals(before.manifest())) {
            before.reader().incRef();
            current = snapshot(before.reader());
            before.release();
        }
        stamp.ifPresent(time -> seen = time);
        stale = false;
    }

    void close() throws IOException {
        Snapshot last = current;
        current = null;
        if (last != null) {
            last.release();
        }
    }
}
