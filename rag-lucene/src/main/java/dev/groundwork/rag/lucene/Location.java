package dev.groundwork.rag.lucene;

import dev.groundwork.rag.IndexException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.store.NRTCachingDirectory;
import org.jspecify.annotations.Nullable;

/** Where an index is: a folder, or memory. Nothing is written to a folder that holds anything but an index of ours. */
class Location {

    /** Files of a flush up to this size are held in memory until they are committed. */
    private static final double MAX_CACHED_MERGE_MB = 8;

    private static final double MAX_CACHED_MB = 64;

    private final String name;
    private final @Nullable Path path;

    /** For tests, which put faults in between. */
    Location(String name, @Nullable Path path) {
        this.name = name;
        this.path = path;
    }

    static Location memory() {
        return new Location("memory", null);
    }

    static Location of(Path path) {
        return new Location(path.toString(), path.toAbsolutePath());
    }

    @Override
    public String toString() {
        return name;
    }

    /** Returns the directory for a writer; makes the folder where it is missing. */
    Directory openForWriting() throws IOException {
        if (path == null) {
            return new ByteBuffersDirectory();
        }
        if (Files.exists(path)) {
            check(path);
            if (!Files.isWritable(path)) {
                throw new IndexException(name, "no permission to write to the folder", null);
            }
        } else {
            Files.createDirectories(path);
        }
        return checked(cached(directory(path)));
    }

    /** What is only in memory when it is closed is in no commit. */
    private static final class Cache extends NRTCachingDirectory {
        Cache(Directory files) {
            super(files, MAX_CACHED_MERGE_MB, MAX_CACHED_MB);
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    /** Keeps small files in memory until they are committed. */
    Directory cached(Directory files) {
        return new Cache(files);
    }

    /** Returns a folder as Lucene's directory. */
    Directory directory(Path folder) throws IOException {
        return new MMapDirectory(folder);
    }

    /** Returns where the log of changes is; {@code null} in memory. */
    @Nullable
    LogFiles logFiles() {
        return path == null ? null : new LogFiles.InFolder(path);
    }

    /** Returns the folder; {@code null} in memory. */
    @Nullable
    Path path() {
        return path;
    }

    /** Returns the directory for a reader. */
    Directory openForReading() throws IOException {
        if (path == null || !Files.exists(path)) {
            throw new IndexException(name, "does not exist; ingest into it first", null);
        }
        check(path);
        Directory directory = directory(path);
        if (!DirectoryReader.indexExists(directory)) {
            directory.close();
            throw new IndexException(name, "the folder is empty; ingest into it first", null);
        }
        return checked(directory);
    }

    /** Reads the manifest before anything else does, so that what is not ours or is damaged stays as it is. */
    private Directory checked(Directory directory) throws IOException {
        try {
            if (DirectoryReader.indexExists(directory)) {
                Manifest.of(name, SegmentInfos.readLatestCommit(directory).getUserData());
            }
            return directory;
        } catch (IOException | RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    private void check(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new IndexException(name, "a file, must be a folder", null);
        }
        boolean index = false;
        String stranger = null;
        String part = null;
        String log = null;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String fileName = String.valueOf(file.getFileName());
                index |= fileName.startsWith("segments_");
                if (LogFiles.isName(fileName)) {
                    log = fileName;
                } else if (IndexFileNames.CODEC_FILE_PATTERN.matcher(fileName).matches()) {
                    part = fileName;
                } else if (!leftByAnUnfinishedStart(fileName)) {
                    stranger = fileName;
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        if (index) {
            return;
        }
        if (stranger != null) {
            throw new IndexException(
                    name,
                    "a folder that is no index: it holds " + stranger
                            + "; choose an empty or a new folder; nothing was changed",
                    null);
        }
        if (part == null && log != null && logsMayHoldChanges()) {
            part = log;
        }
        if (part != null) {
            throw new IndexException(
                    name,
                    "no index any more: it holds " + part + ", but the file segments_N is missing; nothing was changed",
                    null);
        }
    }

    /** A first start that was killed leaves a lock and a pending commit; volumes come with a folder of their own. */
    private static boolean leftByAnUnfinishedStart(String fileName) {
        return fileName.equals(IndexWriter.WRITE_LOCK_NAME)
                || fileName.startsWith("pending_segments_")
                || fileName.equals("lost+found");
    }

    /** An unfinished start may also leave a log, but nothing in it. */
    private boolean logsMayHoldChanges() throws IOException {
        LogFiles logs = logFiles();
        if (logs != null) {
            for (long generation : logs.list()) {
                if (LogReader.mayHoldChanges(logs, generation)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Returns whether the folder is still there; memory always is. */
    boolean exists() {
        return path == null || Files.isDirectory(path);
    }

    /**
     * Returns a stamp that changes whenever a commit is made, at the price of one look at the folder's time. Empty while
     * the last change is so recent that the file system's clock may not tell the next one from it.
     */
    Optional<FileTime> stamp(InstantSource clock) throws IOException {
        if (path == null) {
            return Optional.empty();
        }
        FileTime changed = Files.getLastModifiedTime(path);
        Instant settled = changed.toInstant().plusSeconds(2);
        return settled.isBefore(clock.instant()) ? Optional.of(changed) : Optional.empty();
    }

    /** Returns the bytes of all files. */
    static long bytes(Directory directory) throws IOException {
        long bytes = 0;
        for (String file : directory.listAll()) {
            try {
                bytes += directory.fileLength(file);
            } catch (NoSuchFileException | FileNotFoundException e) {
                // a merge or a commit has just deleted it
            }
        }
        return bytes;
    }
}
