package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.NRTCachingDirectory;

/**
 * Holds small files in memory until they are committed; and takes over another folder's files as further names of the same
 * files, where the file system has such a thing: in no time and without room of their own. Lucene never writes to a file
 * again.
 */
final class LinkingDirectory extends NRTCachingDirectory {

    /** Files of a flush up to this size are held in memory until they are committed. */
    private static final double MAX_CACHED_MERGE_MB = 8;

    private static final double MAX_CACHED_MB = 64;

    @FunctionalInterface
    interface Linking {
        /** Gives a file a further name, see {@link java.nio.file.Files#createLink}. */
        void link(Path file, Path as) throws IOException;
    }

    private final Linking linking;

    LinkingDirectory(Directory folder, Linking linking) {
        super(folder, MAX_CACHED_MERGE_MB, MAX_CACHED_MB);
        this.linking = linking;
    }

    @Override
    public void copyFrom(Directory from, String file, String as, IOContext context) throws IOException {
        if (FilterDirectory.unwrap(from) instanceof FSDirectory other
                && FilterDirectory.unwrap(this) instanceof FSDirectory own) {
            try {
                linking.link(
                        other.getDirectory().resolve(file), own.getDirectory().resolve(as));
                return;
            } catch (FileSystemException | UnsupportedOperationException e) {
                // another file system, or one without links: copy
            }
        }
        super.copyFrom(from, file, as, context);
    }

    /** What is only in memory when it is closed is in no commit. */
    @Override
    public void close() throws IOException {
        in.close();
    }
}
