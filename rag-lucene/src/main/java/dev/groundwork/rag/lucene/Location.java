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
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;
import org.jspecify.annotations.Nullable;

/** Where an index is: a folder, or memory. Nothing is written to a folder that holds anything but an index of ours. */
class Location {

    private static final String REBUILD = "rebuild-";

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

    /** Keeps small files in memory until they are committed. */
    Directory cached(Directory files) {
        return new LinkingDirectory(files, this::link);
    }

    /** Returns a folder as Lucene's directory. */
    Directory directory(Path folder) throws IOException {
        return new MMapDirectory(folder);
    }

    /** Gives a file a further name. */
    void link(Path file, Path as) throws IOException {
        Files.createLink(as, file);
    }

    /** Returns where a rebuild of the index is: a folder in the index's, or memory. */
    Location rebuild(long number) {
        return path == null ? memory() : of(path.resolve(REBUILD + number));
    }

    /** Returns whether a folder holds an index, or may hold one. */
    boolean holdsIndex() throws IOException {
        if (path == null) {
            return false;
        }
        try (DirectoryStream<Path> commits = Files.newDirectoryStream(path, "segments_*")) {
            return commits.iterator().hasNext();
        }
    }

    /** Returns the numbers of rebuilds that are there, the highest last. */
    SortedSet<Long> rebuilds() throws IOException {
        SortedSet<Long> numbers = new TreeSet<>();
        if (path != null) {
            try (DirectoryStream<Path> folders = Files.newDirectoryStream(path, REBUILD + "*")) {
                for (Path folder : folders) {
                    String number = String.valueOf(folder.getFileName()).substring(REBUILD.length());
                    if (number.matches("[0-9]{1,18}") && Files.isDirectory(folder)) {
                        numbers.add(Long.parseLong(number));
                    }
                }
            }
        }
        return numbers;
    }

    /** Deletes a rebuild and all that is in its folder, if it is there. */
    void deleteRebuild(long number) throws IOException {
        if (path == null) {
            return;
        }
        Path folder = path.resolve(REBUILD + number);
        if (Files.isDirectory(folder)) {
            deleteFiles(folder, "segments*"); // first: from then on it is no index
            deleteFiles(folder, "*");
            Files.deleteIfExists(folder);
        }
    }

    private static void deleteFiles(Path folder, String glob) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, glob)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
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
        if (IndexCopy.isUnfinished(folder)) {
            throw new IndexException(name, "a copy that was not finished; delete it, or copy again", null);
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
