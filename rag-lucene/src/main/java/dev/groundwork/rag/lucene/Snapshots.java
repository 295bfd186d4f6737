package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.Optional;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.store.Directory;
import org.jspecify.annotations.Nullable;

/**
 * Hands out the newest commit. Only {@link IndexThread} opens and closes; everyone may {@link #acquire()}, and must
 * release what it got.
 */
final class Snapshots {

    private final Location location;
    private final boolean following;
    private volatile @Nullable Snapshot current;
    private volatile boolean stale;
    private volatile @Nullable FileTime seen;

    Snapshots(Location location, Directory directory, boolean following) throws IOException {
        this.location = location;
        this.following = following;
        DirectoryReader reader = DirectoryReader.open(directory);
        try {
            current = new Snapshot(location.toString(), reader);
        } catch (IOException | RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    /** Returns the newest commit that was opened; {@code null} after {@link #close()}. */
    @Nullable
    Snapshot acquire() {
        while (true) {
            Snapshot snapshot = current;
            if (snapshot == null || snapshot.acquire()) {
                return snapshot;
            }
        }
    }

    /** Returns whether {@link #refresh()} may find a newer commit. Cheap: one look at the folder's time. */
    boolean mayBeBehind() {
        if (stale) {
            return true;
        }
        if (!following) {
            return false;
        }
        try {
            Optional<FileTime> stamp = location.stamp(InstantSource.system());
            return stamp.isEmpty() || !stamp.get().equals(seen);
        } catch (IOException e) {
            return false; // the folder is gone: what is mapped can still be searched, health tells
        }
    }

    /** Opens the newest commit, if there is a newer one. */
    void refresh() throws IOException {
        Snapshot before = current;
        if (before == null) {
            return;
        }
        stale = true;
        Optional<FileTime> stamp = following ? location.stamp(InstantSource.system()) : Optional.empty();
        DirectoryReader reader = DirectoryReader.openIfChanged(before.reader());
        if (reader != null) {
            try {
                current = new Snapshot(location.toString(), reader);
            } catch (IOException | RuntimeException e) {
                reader.close();
                throw e;
            }
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
