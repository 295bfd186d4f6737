package dev.groundwork.rag.lucene;

import dev.groundwork.rag.IndexException;
import dev.groundwork.rag.IndexLockedException;
import dev.groundwork.rag.RagException;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.UncheckedIOException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.NoSuchFileException;
import java.nio.file.ReadOnlyFileSystemException;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.LockObtainFailedException;

/** Says what a failure of Lucene or of the disk means to who uses the index. */
final class Failures {

    private Failures() {}

    /** Returns the failure as it is where it is the caller's mistake or ours already, else as an index's. */
    static RuntimeException of(String location, Throwable failure) {
        return switch (failure) {
            case RagException known -> known;
            case IllegalArgumentException mistake -> mistake;
            case LockObtainFailedException locked -> new IndexLockedException(location, locked);
            case OverlappingFileLockException locked -> new IndexLockedException(location, locked);
            case IndexFormatTooOldException old ->
                new IndexException(location, "made by an older Lucene; ingest anew", old);
            case IndexFormatTooNewException young ->
                new IndexException(location, "made by a newer Lucene; use a newer Groundwork", young);
            case CorruptIndexException damage -> damaged(location, damage);
            case EOFException damage -> damaged(location, damage);
            case FileNotFoundException damage -> damaged(location, damage);
            case NoSuchFileException damage -> damaged(location, damage);
            case AccessDeniedException denied ->
                new IndexException(location, "no permission for " + denied.getFile(), denied);
            case ReadOnlyFileSystemException denied ->
                new IndexException(location, "on a read-only file system", denied);
            case AlreadyClosedException gone when gone.getCause() != null -> of(location, gone.getCause());
            case UncheckedIOException wrapped when wrapped.getCause() != null -> of(location, wrapped.getCause());
            case DirectoryIteratorException wrapped when wrapped.getCause() != null -> of(location, wrapped.getCause());
            default -> new IndexException(location, "failed: " + failure, failure);
        };
    }

    private static IndexException damaged(String location, Exception damage) {
        return new IndexException(
                location, "damaged: " + damage.getMessage() + "; restore a copy, or ingest into a new index", damage);
    }
}
