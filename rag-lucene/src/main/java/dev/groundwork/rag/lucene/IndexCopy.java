package dev.groundwork.rag.lucene;

import dev.groundwork.rag.IndexException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.Lock;
import org.apache.lucene.util.IOUtils;

/**
 * Copies one commit to a folder: complete, or not at all. The files are written to a folder beside the target and forced to
 * disk, then the commit is, as one of a new index without a log, and at last the folder gets the target's name. What a crash
 * leaves has a name that no index has, and is cleared by the next copy to the same target.
 *
 * <p>Every byte that is copied is compared with its file's checksum. Confined to one thread, which no one may interrupt.
 */
final class IndexCopy {

    private static final String UNFINISHED = ".groundwork-copy";

    private final Location from;
    private final Path target;
    private final Path beside;
    private final Runnable pause;

    /**
     * Makes one.
     *
     * @param pause called now and then; ends the work by throwing
     * @throws IllegalArgumentException if the target can't be one
     */
    IndexCopy(Location from, Path target, Runnable pause) {
        this.from = from;
        this.target = target.toAbsolutePath().normalize();
        this.pause = pause;
        Path name = this.target.getFileName();
        Path index = from.path();
        if (name == null || isUnfinished(this.target)) {
            throw new IllegalArgumentException("target is " + target + ", must be a folder that an index can have");
        }
        if (index != null && this.target.startsWith(index.normalize())) {
            throw new IllegalArgumentException("target is " + target + ", must not be in the index's own folder");
        }
        beside = this.target.resolveSibling(name + UNFINISHED);
    }

    /** Returns whether a folder is a copy that was not finished. */
    static boolean isUnfinished(Path folder) {
        return String.valueOf(folder.getFileName()).endsWith(UNFINISHED);
    }

    /** Copies the newest commit of a directory that another process may be writing. */
    void makeOfNewest(Directory source) throws IOException {
        while (true) {
            List<String> commits = Commits.files(source);
            try {
                make(source, commits.getLast());
                return;
            } catch (NoSuchFileException | FileNotFoundException e) {
                if (commits.equals(Commits.files(source))) {
                    throw e;
                } // else another commit has been made, and this one's files deleted
            }
        }
    }

    /**
     * Copies a commit.
     *
     * @param commit its file {@code segments_N}
     */
    void make(Directory source, String commit) throws IOException {
        Map<String, IndexInput> inputs = new TreeMap<>();
        try {
            SegmentInfos infos = IndexVerifier.readCommit(source, commit, pause);
            IndexVerifier.openAll(source, infos.files(false), inputs);
            requireFree();
            Files.createDirectories(beside);
            try (Directory copy = from.directory(beside);
                    Lock lock = copy.obtainLock(IndexWriter.WRITE_LOCK_NAME)) {
                try {
                    clear(copy);
                    write(inputs, infos, copy);
                    putInPlace(lock);
                } catch (Throwable t) {
                    giveUp(copy, t);
                    throw t;
                }
            }
        } finally {
            IOUtils.close(inputs.values());
        }
    }

    private void requireFree() throws IOException {
        if (!Files.exists(target)) {
            return;
        }
        if (!Files.isDirectory(target)) {
            throw new IndexException(target.toString(), "a file, must be an empty folder or none, to copy to", null);
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(target)) {
            for (Path file : files) {
                throw new IndexException(
                        target.toString(),
                        "not empty, so nothing is copied to it: it holds " + file.getFileName(),
                        null);
            }
        }
    }

    /** Deletes what a copy to the same target has left that was not finished. */
    private static void clear(Directory copy) throws IOException {
        for (String file : copy.listAll()) {
            if (!file.equals(IndexWriter.WRITE_LOCK_NAME)) {
                copy.deleteFile(file);
            }
        }
    }

    private void write(Map<String, IndexInput> inputs, SegmentInfos infos, Directory copy) throws IOException {
        for (Map.Entry<String, IndexInput> file : inputs.entrySet()) {
            try (IndexOutput output = copy.createOutput(file.getKey(), IOContext.DEFAULT)) {
                IndexVerifier.read(file.getValue(), output, pause);
            }
        }
        copy.sync(inputs.keySet());
        infos.setUserData(Writer.lasting(infos.getUserData()), false);
        infos.commit(copy);
    }

    private void giveUp(Directory copy, Throwable why) {
        try {
            clear(copy);
            copy.deleteFile(IndexWriter.WRITE_LOCK_NAME);
            Files.delete(beside);
        } catch (IOException e) {
            why.addSuppressed(e); // the next copy to the same target clears it
        }
    }

    private void putInPlace(Lock lock) throws IOException {
        requireFree(); // someone may have put something there meanwhile
        Files.deleteIfExists(target);
        try {
            Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AccessDeniedException e) { // Windows moves no folder with an open file
            lock.close();
            Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
        }
        Path parent = target.getParent();
        if (parent != null) {
            IOUtils.fsync(parent, true);
        }
    }
}
