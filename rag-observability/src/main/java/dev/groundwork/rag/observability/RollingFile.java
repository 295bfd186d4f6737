package dev.groundwork.rag.observability;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON lines to a file. When the next line would make it larger than allowed, the file is renamed to
 * {@code NAME.1}, that to {@code NAME.2} and so on, the oldest is deleted, and a new one begins. So all files together
 * never hold more than size times count, one line aside that is itself larger.
 *
 * <p>Every line is in the file whole or not at all: what a failed write left behind is cut off again, and half a line that
 * a crashed process left at the end is ended before the next one begins. What was handed to the operating system survives
 * the end of the process; nothing is forced to the disk, so a power failure may cost the last lines.
 *
 * <p>One process writes to one file: a second one, and a second sink in the same process, gets an exception that names the
 * file. The lock is the file {@code NAME.lock} beside it, which stays and is empty. Reading at the same time is fine.
 *
 * <p>Thread-safe. Blocks as the disk does; {@link JsonEventLogger.Builder#file} puts {@link AsyncLogSink} in front of it.
 */
public final class RollingFile implements LogSink {

    /** The size of a file where nothing else is set. */
    public static final long DEFAULT_MAX_BYTES = 64L << 20;

    /** How many files are kept where nothing else is set, the one that is written to included. */
    public static final int DEFAULT_MAX_FILES = 5;

    /** The most files that can be asked for. */
    public static final int MOST_FILES = 1_000;

    private final Path file;
    private final long maxBytes;
    private final int maxFiles;
    private final FileChannel lockFile;

    /** Not a channel: an interruption of the thread that writes would close one. */
    private @Nullable FileOutputStream out;

    private long size;

    private boolean closed;

    private RollingFile(Path file, long maxBytes, int maxFiles, FileChannel lockFile) {
        this.file = file;
        this.maxBytes = maxBytes;
        this.maxFiles = maxFiles;
        this.lockFile = lockFile;
    }

    /**
     * Opens a file of at most {@value #DEFAULT_MAX_BYTES} bytes, of which {@value #DEFAULT_MAX_FILES} are kept.
     *
     * @throws UncheckedIOException if it can't be written to, or another process or sink writes to it
     */
    public static RollingFile open(Path file) {
        return open(file, DEFAULT_MAX_BYTES, DEFAULT_MAX_FILES);
    }

    /**
     * Opens a file, appends to it where it is there, and makes its folder where that is missing.
     *
     * @param maxBytes the size of one file, from 1,024
     * @param maxFiles how many files are kept, from 1 to {@value #MOST_FILES}, this one included
     * @throws UncheckedIOException if it can't be written to, or another process or sink writes to it
     */
    public static RollingFile open(Path file, long maxBytes, int maxFiles) {
        Objects.requireNonNull(file, "file");
        if (maxBytes < 1_024) {
            throw new IllegalArgumentException("maxBytes is " + maxBytes + ", must be at least 1024");
        }
        if (maxFiles < 1 || maxFiles > MOST_FILES) {
            throw new IllegalArgumentException("maxFiles is " + maxFiles + ", must be from 1 to " + MOST_FILES);
        }
        Path whole = file.toAbsolutePath();
        try {
            Path folder = whole.getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            if (Files.isDirectory(whole)) {
                throw new IOException("it is a folder");
            }
            RollingFile opened = new RollingFile(whole, maxBytes, maxFiles, lock(whole));
            try {
                opened.reopen();
            } catch (IOException e) {
                opened.close();
                throw e;
            }
            return opened;
        } catch (IOException e) {
            throw new UncheckedIOException("can't write the log " + whole + ": " + reason(e), e);
        }
    }

    private static String reason(IOException e) {
        String message = e.getMessage();
        String type = e.getClass().getSimpleName();
        return message == null ? type : e.getClass() == IOException.class ? message : type + " " + message;
    }

    private static FileChannel lock(Path file) throws IOException {
        FileChannel opened = FileChannel.open(
                file.resolveSibling(file.getFileName() + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = opened.tryLock();
        } catch (OverlappingFileLockException e) {
            // Another sink of this process has it.
        } finally {
            if (lock == null) {
                opened.close();
            }
        }
        if (lock == null) {
            throw new IOException("another process or another sink writes to it");
        }
        return opened;
    }

    @Override
    public synchronized void write(LogEvent event) throws IOException {
        if (closed) {
            throw new IOException("the log is closed: " + file);
        }
        byte[] line = (event.toJson() + "\n").getBytes(StandardCharsets.US_ASCII);
        FileOutputStream to = out == null ? reopen() : out;
        if (size > 0 && size + line.length > maxBytes) {
            to = roll();
        }
        try {
            to.write(line);
            size += line.length;
        } catch (IOException | RuntimeException e) {
            cut();
            throw e;
        }
    }

    /** Takes away what a failed write left. Where that fails too, the half line is ended when the file is opened anew. */
    private void cut() {
        try {
            closeFile();
            try (RandomAccessFile whole = new RandomAccessFile(file.toFile(), "rw")) {
                if (whole.length() > size) {
                    whole.setLength(size);
                }
            }
        } catch (IOException e) {
            // The caller hears of the failure that came before.
        }
    }

    private FileOutputStream roll() throws IOException {
        closeFile();
        Files.deleteIfExists(numbered(maxFiles - 1));
        for (int i = maxFiles - 2; i >= 0; i--) {
            Path from = numbered(i);
            if (Files.exists(from)) {
                Files.move(from, numbered(i + 1), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return reopen();
    }

    /** The file that is written to has no number, and is number 0. */
    private Path numbered(int number) {
        return number == 0 ? file : file.resolveSibling(file.getFileName() + "." + number);
    }

    private FileOutputStream reopen() throws IOException {
        FileOutputStream opened = new FileOutputStream(file.toFile(), true);
        try {
            size = Files.size(file);
            if (size > 0 && !endsWithLine()) {
                opened.write('\n');
                size++;
            }
        } catch (IOException e) {
            opened.close();
            throw e;
        }
        out = opened;
        return opened;
    }

    private boolean endsWithLine() throws IOException {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            in.seek(in.length() - 1);
            return in.read() == '\n';
        }
    }

    private void closeFile() throws IOException {
        FileOutputStream open = out;
        out = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            closeFile();
        } finally {
            lockFile.close();
        }
    }
}
