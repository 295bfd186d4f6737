package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.lucene.index.CorruptIndexException;

/**
 * A write-ahead log: what was acknowledged and is in no commit yet. One file for each stretch between two commits.
 *
 * <p>A file is a sequence of frames: magic number, length of the payload, CRC-32C of length and payload, payload, padding to
 * a multiple of eight. A frame is forced to disk before the next one is written, so where a whole frame follows a broken
 * one, the broken one had been acknowledged and the file is damaged; a broken frame at the end is one that the crash cut
 * off, and no one was told that it was written. The file is laid out ahead in zeros, because forcing a file that does not
 * grow takes half the time.
 *
 * <p>Confined to one thread.
 */
final class ChangeLog implements AutoCloseable {

    /** The longest payload of one frame. */
    static final int MAX_PAYLOAD = 1 << 30;

    private static final int MAGIC = 0x4757_4C31;
    private static final int HEADER = 3 * Integer.BYTES;
    private static final int ALIGNMENT = 8;
    private static final int FIRST_LAYOUT = 256 << 10;
    private static final int MOST_LAYOUT = 8 << 20;

    private final long generation;
    private final LogFiles.Output file;
    private long end;
    private long last;
    private long laidOut;
    private boolean broken;

    private ChangeLog(long generation, LogFiles.Output file) {
        this.generation = generation;
        this.file = file;
    }

    /** Starts an empty log. */
    static ChangeLog create(LogFiles files, long generation) throws IOException {
        return new ChangeLog(generation, files.create(generation));
    }

    long generation() {
        return generation;
    }

    /** Returns how many bytes the frames take. */
    long bytes() {
        return end;
    }

    /** Returns whether an append failed; nothing can be appended from then on, for no one knows what is on disk. */
    boolean broken() {
        return broken;
    }

    /**
     * Appends one frame of several parts, and returns when it is on disk.
     *
     * @throws IOException if that failed; the frame may be there or not, those before it are
     */
    void append(List<byte[]> parts) throws IOException {
        if (broken) {
            throw new IOException("the log " + LogFiles.name(generation) + " failed before");
        }
        long payload = 0;
        for (byte[] part : parts) {
            payload += Integer.BYTES + part.length;
        }
        if (payload > MAX_PAYLOAD) {
            throw new IllegalArgumentException(
                    "changes take " + payload + " bytes together, must be at most " + MAX_PAYLOAD);
        }
        int padded = Math.toIntExact((HEADER + payload + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        ByteBuffer frame = ByteBuffer.allocate(padded).order(ByteOrder.LITTLE_ENDIAN);
        frame.putInt(MAGIC).putInt((int) payload).putInt(0);
        for (byte[] part : parts) {
            frame.putInt(part.length).put(part);
        }
        frame.putInt(2 * Integer.BYTES, checksum(frame.array(), 0, (int) payload));
        frame.clear();
        last = end;
        broken = true; // until it is done
        layOut(end + padded);
        file.write(frame, end);
        file.force();
        end += padded;
        broken = false;
    }

    private void layOut(long needed) throws IOException {
        while (laidOut < needed) {
            int more = Math.clamp(laidOut, FIRST_LAYOUT, MOST_LAYOUT);
            file.write(ByteBuffer.allocate(more), laidOut);
            laidOut += more;
        }
    }

    /** Makes the last frame unreadable, also one whose append failed, as far as the disk still takes it. */
    void takeBack() {
        try {
            file.write(ByteBuffer.allocate(HEADER), last);
            file.force();
            end = last;
        } catch (IOException e) {
            broken = true; // the frame may come back after a crash: whole, and no one was told that it is gone for good
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /**
     * Returns the parts of all frames.
     *
     * @throws CorruptIndexException if a frame is broken that had been acknowledged
     */
    static List<byte[]> read(LogFiles files, long generation) throws IOException {
        return parts(files.read(generation), LogFiles.name(generation));
    }

    /**
     * Returns the parts of all frames of a file.
     *
     * @throws CorruptIndexException if a frame is broken that had been acknowledged
     */
    static List<byte[]> parts(byte[] bytes, String file) throws CorruptIndexException {
        List<byte[]> parts = new ArrayList<>();
        int at = 0;
        while (isFrame(bytes, at)) {
            ByteBuffer payload = buffer(bytes).position(at + HEADER);
            int end = at + HEADER + length(bytes, at);
            while (payload.position() < end) {
                byte[] part = new byte[payload.getInt()];
                payload.get(part);
                parts.add(part);
            }
            at = next(bytes, at);
        }
        for (int later = at + ALIGNMENT; later >= 0 && later <= bytes.length - HEADER; later += ALIGNMENT) {
            if (isFrame(bytes, later)) {
                throw new CorruptIndexException("a change at byte " + at + " can't be read, and later ones can", file);
            }
        }
        return parts;
    }

    /**
     * Checks bytes that are known to be whole frames to the last of them.
     *
     * @throws CorruptIndexException if they aren't
     */
    static void checkWhole(byte[] bytes, String file) throws CorruptIndexException {
        int at = 0;
        while (at < bytes.length) {
            if (!isFrame(bytes, at)) {
                throw new CorruptIndexException("a change at byte " + at + " can't be read", file);
            }
            at = next(bytes, at);
        }
    }

    private static boolean isFrame(byte[] bytes, int at) {
        if (at > bytes.length - HEADER || buffer(bytes).getInt(at) != MAGIC) {
            return false;
        }
        int length = length(bytes, at);
        return length > 0
                && length <= bytes.length - HEADER - at
                && buffer(bytes).getInt(at + 2 * Integer.BYTES) == checksum(bytes, at, length);
    }

    private static int length(byte[] bytes, int at) {
        return buffer(bytes).getInt(at + Integer.BYTES);
    }

    private static int next(byte[] bytes, int at) {
        return (at + HEADER + length(bytes, at) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private static ByteBuffer buffer(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int checksum(byte[] bytes, int at, int payload) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, at + Integer.BYTES, Integer.BYTES);
        crc.update(bytes, at + HEADER, payload);
        return (int) crc.getValue();
    }
}
