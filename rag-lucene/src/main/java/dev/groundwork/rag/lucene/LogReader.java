package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.lucene.index.CorruptIndexException;
import org.jspecify.annotations.Nullable;

/** Reads a {@link ChangeLog} frame by frame, so that one takes no more memory than its longest change. Confined to one thread. */
final class LogReader implements AutoCloseable {

    private static final int WINDOW = 64 << 10;

    private final String name;
    private final LogFiles.Input file;
    private final long length;
    private final long salt;
    private long position = ChangeLog.START;

    /**
     * Opens a log that a commit names.
     *
     * @throws CorruptIndexException if it is none; it was on disk as a whole before the commit
     */
    LogReader(LogFiles files, long generation) throws IOException {
        name = LogFiles.name(generation);
        file = files.open(generation);
        try {
            length = file.length();
            ByteBuffer start = read(0, ChangeLog.START);
            int checked = 2 * Integer.BYTES + Long.BYTES;
            if (length < ChangeLog.FIRST_LAYOUT
                    || start.getInt(0) != ChangeLog.MAGIC
                    || start.getInt(checked) != ChangeLog.checksum(start.slice(0, checked))) {
                throw new CorruptIndexException("the start of the log can't be read", name);
            }
            if (start.getInt(Integer.BYTES) != ChangeLog.VERSION) {
                throw new CorruptIndexException("a log of version " + start.getInt(Integer.BYTES), name);
            }
            salt = start.getLong(2 * Integer.BYTES);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Returns whether a log may hold something; one that no commit has ever named holds nothing but zeros after its start. */
    static boolean mayHoldChanges(LogFiles files, long generation) throws IOException {
        try (LogFiles.Input file = files.open(generation)) {
            long length = file.length();
            for (long at = ChangeLog.START; at < length; at += WINDOW) {
                ByteBuffer window = ByteBuffer.allocate(WINDOW);
                file.read(window, at);
                for (byte value : window.array()) {
                    if (value != 0) {
                        return true;
                    }
                }
            }
            return false;
        }
    }

    /** Reads all of a log, and nothing of it: for who wants to know whether it can be read. */
    static void check(LogFiles files, long generation) throws IOException {
        try (LogReader reader = new LogReader(files, generation)) {
            while (reader.next() != null) {
                // the next one
            }
        }
    }

    /** Returns the length of the file, zeros that are laid out ahead included. */
    long length() {
        return length;
    }

    /** Returns the end of the frame that was read last. */
    long position() {
        return position;
    }

    /**
     * Returns the parts of the next frame; {@code null} if there is none.
     *
     * @throws CorruptIndexException if a frame is broken that had been acknowledged
     */
    @Nullable
    List<byte[]> next() throws IOException {
        int payload = wholeFrame(position);
        if (payload < 0) {
            requireNothingAfter(position);
            return null;
        }
        List<byte[]> parts = new ArrayList<>();
        long at = position + ChangeLog.HEADER;
        long end = at + payload;
        while (at < end) {
            int part = read(at, Integer.BYTES).getInt();
            parts.add(read(at + Integer.BYTES, part).array());
            at += Integer.BYTES + part;
        }
        position = ChangeLog.frameEnd(position, payload);
        return parts;
    }

    /** Returns the length of a frame's payload; -1 where there is no whole frame. */
    private int wholeFrame(long at) throws IOException {
        ByteBuffer header = read(at, ChangeLog.HEADER);
        int payload = header.getInt(Integer.BYTES);
        if (header.getInt() != ChangeLog.sign(salt) || payload <= 0 || payload > length - at - ChangeLog.HEADER) {
            return -1;
        }
        long forced = header.getLong(2 * Integer.BYTES);
        CRC32C crc = ChangeLog.frameChecksum(salt, at, payload, forced);
        for (int done = 0; done < payload; done += WINDOW) {
            crc.update(read(at + ChangeLog.HEADER + done, Math.min(WINDOW, payload - done)));
        }
        if ((int) crc.getValue() != header.getInt(ChangeLog.HEADER - Integer.BYTES)) {
            return -1;
        }
        if (forced > length) {
            throw new CorruptIndexException("the log was " + forced + " bytes long and is " + length, name);
        }
        return payload;
    }

    /** Throws if there is anything after a frame that can't be read which says that it was acknowledged. */
    private void requireNothingAfter(long broken) throws IOException {
        for (long start = broken; start < length; start += WINDOW) {
            ByteBuffer window = read(start, WINDOW);
            for (int i = 0; i < WINDOW; i += ChangeLog.ALIGNMENT) {
                long at = start + i;
                if (at > broken
                        && window.getInt(i) == ChangeLog.sign(salt)
                        && acknowledges(broken, at, window.getLong(i))) {
                    throw new CorruptIndexException(
                            "a change at byte " + broken + " was acknowledged and can't be read", name);
                }
            }
        }
    }

    private boolean acknowledges(long broken, long at, long value) throws IOException {
        return value == ChangeLog.mark(salt, broken, at + ChangeLog.MARK) || wholeFrame(at) > 0;
    }

    /** Returns bytes; zeros where the file ends. */
    private ByteBuffer read(long at, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        file.read(bytes, at);
        return bytes.clear();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
