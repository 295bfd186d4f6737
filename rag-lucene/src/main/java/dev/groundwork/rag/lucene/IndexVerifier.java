package dev.groundwork.rag.lucene;

import dev.groundwork.rag.IndexException;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.StandardDirectoryReader;
import org.apache.lucene.store.BufferedChecksumIndexInput;
import org.apache.lucene.store.ChecksumIndexInput;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.IOUtils;
import org.jspecify.annotations.Nullable;

/**
 * Reads an index from the first to the last byte: every file of its newest commit and of its named ones against the file's
 * checksum, and every frame of the log after the newest commit.
 *
 * <p>Nobody need hold still: files are opened before they are read, and what another process deletes before that is not
 * missed if there is a newer commit. Confined to one thread, which no one may interrupt.
 */
final class IndexVerifier {

    private static final int STEP = 1 << 20;

    private final String location;
    private final Directory directory;
    private final @Nullable LogFiles logs;
    private final Runnable pause;

    /**
     * Makes one.
     *
     * @param logs where the log is; {@code null} if there is none
     * @param pause called now and then; ends the work by throwing
     */
    IndexVerifier(String location, Directory directory, @Nullable LogFiles logs, Runnable pause) {
        this.location = location;
        this.directory = directory;
        this.logs = logs;
        this.pause = pause;
    }

    /** For a folder that is not open, or open in another process. */
    IndexVerifier(String location, Directory directory, @Nullable LogFiles logs) {
        this(location, directory, logs, () -> {});
    }

    /**
     * A log that is written meanwhile.
     *
     * @param generation which
     * @param end where the last whole frame ends
     */
    record LogEnd(long generation, long end) {}

    /**
     * Verifies what is on disk now.
     *
     * @param thorough whether to go through the content, too
     * @throws IndexException if something is damaged or missing; it names the file
     */
    VerifyReport verify(boolean thorough) {
        return named(() -> {
            while (true) {
                List<String> commits = Commits.files(directory);
                if (commits.isEmpty()) {
                    throw new IndexException(location, "does not exist: there is no file segments_N", null);
                }
                try {
                    Pass pass = new Pass(thorough);
                    pass.readLogs(commits.getLast());
                    return pass.run(kept(commits));
                } catch (NoSuchFileException | FileNotFoundException e) {
                    if (commits.equals(Commits.files(directory))) {
                        throw e;
                    } // else whoever writes the index has made or deleted a commit, and files with it
                }
            }
        });
    }

    /**
     * Verifies commits that are held, and a log that is written meanwhile.
     *
     * @param commits their {@code segments_N} files, the newest one last
     * @param log the log after the newest commit; {@code null} if there is none
     * @return what was verified; {@code null} if the log is gone, for another commit has been made
     * @throws IndexException if something is damaged or missing; it names the file
     */
    @Nullable
    VerifyReport verify(List<String> commits, @Nullable LogEnd log, boolean thorough) {
        return named(() -> {
            Pass pass = new Pass(thorough);
            return log == null || pass.readLog(log) ? pass.run(commits) : null;
        });
    }

    @FunctionalInterface
    private interface Work<T extends @Nullable Object> {
        T run() throws IOException;
    }

    private <T extends @Nullable Object> T named(Work<T> work) {
        try {
            return work.run();
        } catch (NoSuchFileException | FileNotFoundException e) {
            throw Failures.of(location, new CorruptIndexException("missing", String.valueOf(e.getMessage()), e));
        } catch (IOException e) {
            throw Failures.of(location, e);
        }
    }

    /** Returns those of the commits that a name keeps, and the newest one as the last. */
    private List<String> kept(List<String> commits) throws IOException {
        List<String> kept = new ArrayList<>();
        for (String file : commits.subList(0, commits.size() - 1)) {
            if (Commits.name(readCommit(file).getUserData()) != null) {
                kept.add(file);
            }
        }
        kept.add(commits.getLast());
        return kept;
    }

    /** Reads what a commit consists of; what can't be read is looked for in the files that say what a part is. */
    private SegmentInfos readCommit(String commit) throws IOException {
        checkFile(commit);
        try {
            return SegmentInfos.readCommit(directory, commit);
        } catch (NoSuchFileException | FileNotFoundException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            for (String file : directory.listAll()) {
                if (file.endsWith(".si")) {
                    checkFile(file);
                }
            }
            throw new CorruptIndexException(e.toString(), commit, e);
        }
    }

    private void checkFile(String file) throws IOException {
        try (IndexInput input = directory.openInput(file, IOContext.READONCE)) {
            read(input, null, pause);
        } catch (EOFException e) {
            throw new CorruptIndexException("too short", file, e);
        }
    }

    /**
     * Reads a file to its end and compares its checksum.
     *
     * @param copy where its bytes are written to; {@code null} for nowhere
     * @throws CorruptIndexException if the file is not what was written
     */
    static void read(IndexInput input, @Nullable IndexOutput copy, Runnable pause) throws IOException {
        long end = input.length() - CodecUtil.footerLength();
        if (end < 0) {
            throw new CorruptIndexException("shorter than any file of an index", input);
        }
        byte[] buffer = new byte[(int) Math.min(STEP, end)];
        ChecksumIndexInput in = new BufferedChecksumIndexInput(input);
        for (long at = 0; at < end; at = in.getFilePointer()) {
            int length = (int) Math.min(buffer.length, end - at);
            in.readBytes(buffer, 0, length);
            if (copy != null) {
                copy.writeBytes(buffer, length);
            }
            pause.run();
        }
        CodecUtil.checkFooter(in);
        if (copy != null) {
            byte[] footer = new byte[CodecUtil.footerLength()];
            input.seek(end);
            input.readBytes(footer, 0, footer.length);
            copy.writeBytes(footer, footer.length);
        }
    }

    /** One pass over the files. */
    private final class Pass {

        private final boolean thorough;
        private final long start = System.nanoTime();
        private final Map<String, IndexInput> inputs = new LinkedHashMap<>();
        private final Set<String> parts = new HashSet<>();
        private int files;
        private long bytes;

        Pass(boolean thorough) {
            this.thorough = thorough;
        }

        VerifyReport run(List<String> commits) throws IOException {
            List<DirectoryReader> readers = new ArrayList<>();
            try {
                Exception unreadable = open(commits, readers);
                for (IndexInput input : inputs.values()) {
                    read(input, null, pause);
                    files++;
                    bytes += input.length();
                }
                if (unreadable != null) { // though every file is as it was written
                    throw new CorruptIndexException(unreadable.toString(), commits.toString(), unreadable);
                }
                if (thorough) {
                    ContentVerifier content = new ContentVerifier(pause);
                    for (DirectoryReader reader : readers) {
                        content.check(reader);
                    }
                }
                return new VerifyReport(files, bytes, parts.size(), Duration.ofNanos(System.nanoTime() - start));
            } finally {
                IOUtils.close(readers);
                IOUtils.close(inputs.values());
            }
        }

        /** Opens all files, and then readers; returns why those can't be opened, if they can't. */
        private @Nullable Exception open(List<String> commits, List<DirectoryReader> readers) throws IOException {
            List<SegmentInfos> infos = new ArrayList<>();
            for (String commit : commits) {
                infos.add(readCommit(commit));
            }
            for (SegmentInfos commit : infos) {
                for (String file : commit.files(true)) {
                    if (!inputs.containsKey(file)) {
                        inputs.put(file, directory.openInput(file, IOContext.READONCE));
                    }
                }
                for (SegmentCommitInfo part : commit) {
                    parts.add(part.info.name);
                }
            }
            try {
                for (SegmentInfos commit : infos) {
                    readers.add(StandardDirectoryReader.open(directory, commit, null, null, null));
                }
                return null;
            } catch (NoSuchFileException | FileNotFoundException e) {
                throw e;
            } catch (IOException | RuntimeException e) {
                return e;
            }
        }

        // ---- the log

        /** Reads the logs that a commit names. */
        void readLogs(String commit) throws IOException {
            String named = readCommit(commit).getUserData().get(Writer.LOG_KEY);
            if (logs == null || named == null) {
                return;
            }
            long first = Long.parseLong(named);
            SortedSet<Long> present = logs.list();
            if (!present.contains(first)) {
                throw new NoSuchFileException(LogFiles.name(first));
            }
            for (long generation : present.tailSet(first)) {
                readLog(logs, generation);
            }
        }

        /** Reads a log that another process may be writing: where one change is not whole yet, it is the next time. */
        private void readLog(LogFiles from, long generation) throws IOException {
            String before = "";
            while (true) {
                byte[] log = from.read(generation);
                try {
                    checkChanges(ChangeLog.parts(log, LogFiles.name(generation)), generation);
                    files++;
                    bytes += log.length;
                    return;
                } catch (CorruptIndexException e) {
                    if (before.equals(e.getMessage())) {
                        throw e;
                    }
                    before = String.valueOf(e.getMessage());
                }
            }
        }

        /** Reads the log that this process writes; returns whether it is still there. */
        boolean readLog(LogEnd end) throws IOException {
            byte[] log;
            try {
                log = logs == null ? new byte[0] : logs.read(end.generation());
            } catch (NoSuchFileException e) {
                return false;
            }
            String file = LogFiles.name(end.generation());
            if (log.length < end.end()) {
                throw new CorruptIndexException("cut off at byte " + log.length + " of " + end.end(), file);
            }
            byte[] written = Arrays.copyOf(log, Math.toIntExact(end.end()));
            ChangeLog.checkWhole(written, file);
            checkChanges(ChangeLog.parts(written, file), end.generation());
            files++;
            bytes += log.length;
            return true;
        }

        private void checkChanges(List<byte[]> changes, long generation) throws CorruptIndexException {
            String file = LogFiles.name(generation);
            Manifest any = Manifest.empty(Layout.DEFAULT);
            for (int i = 0; thorough && i + 1 < changes.size(); i += 2) {
                ChangeCodec.decodeModel(changes.get(i), any, file);
                ChangeCodec.decode(changes.get(i + 1), file);
            }
        }
    }
}
