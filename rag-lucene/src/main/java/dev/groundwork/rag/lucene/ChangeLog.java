package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A write-ahead log: what was acknowledged and is in no commit yet. One file for each stretch between two commits.
 *
 * <p>A file starts with a magic number, a version, a salt and their checksum, and is laid out ahead in zeros, because forcing
 * a file that does not grow takes half the time. Frames follow: a number made of the salt, length of the payload, how long the file was
 * known to be, CRC-32C of all that with the frame's position and the file's salt, payload, padding to a multiple of eight,
 * and a mark that is written, and not waited for, once the frame is acknowledged.
 *
 * <p>A frame is forced to disk before the next one is written. So a frame that can't be read and comes before a whole one,
 * or has a mark, was acknowledged: the file is damaged. Without either it is one that a crash cut off, and no one was told
 * that it was written. The salt keeps a document that holds frames, by chance or malice, from passing for one.
 *
 * <p>Confined to one thread. See {@link LogReader}.
 */
final class ChangeLog implements AutoCloseable {

    /** The longest payload of one frame. */
    static final int MAX_PAYLOAD = 1 << 30;

    static final int MAGIC = 0x4757_4C47;
    static final int VERSION = 1;
    static final int START = 3 * Long.BYTES;
    static final int HEADER = 3 * Integer.BYTES + Long.BYTES;
    static final int MARK = Long.BYTES;
    static final int ALIGNMENT = 8;

    /** What a file is long before a commit names it. */
    static final int FIRST_LAYOUT = 64 << 10;

    private static final int LEAST_LAYOUT = 256 << 10;
    private static final int MOST_LAYOUT = 8 << 20;
    private static final SecureRandom SALTS = new SecureRandom();

    private final long generation;
    private final long salt;
    private final LogFiles.Output file;
    private long end = START;
    private long appended = START;
    private long laidOut = FIRST_LAYOUT;
    private long forced = FIRST_LAYOUT;
    private boolean begun;
    private boolean broken;

    private ChangeLog(long generation, long salt, LogFiles.Output file) {
        this.generation = generation;
        this.salt = salt;
        this.file = file;
    }

    /** Starts an empty log; returns when it is on disk. */
    static ChangeLog create(LogFiles files, long generation) throws IOException {
        long salt = SALTS.nextLong();
        ByteBuffer start = ByteBuffer.allocate(FIRST_LAYOUT).order(ByteOrder.LITTLE_ENDIAN);
        start.putInt(MAGIC).putInt(VERSION).putLong(salt);
        start.putInt(checksum(start.slice(0, start.position()))).clear();
        return new ChangeLog(generation, salt, files.create(generation, start));
    }

    static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    /** Returns a checksum that has taken in what a frame must be bound to. */
    static CRC32C frameChecksum(long salt, long position, int payload, long forced) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(3 * Long.BYTES + Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(salt)
                .putLong(position)
                .putLong(forced)
                .putInt(payload)
                .flip());
        return crc;
    }

    /** Returns what says that a frame from {@code start} to {@code end} was acknowledged; never zero. */
    static long mark(long salt, long start, long end) {
        ByteBuffer bytes = ByteBuffer.allocate(3 * Long.BYTES)
                .putLong(salt)
                .putLong(start)
                .putLong(end)
                .flip();
        return (long) checksum(bytes) << Integer.SIZE | sign(salt);
    }

    /** Returns what frames and marks of a file start with; positive. */
    static int sign(long salt) {
        return (int) (salt >>> (Integer.SIZE + 1)) | 1;
    }

    /** Returns where a frame ends. */
    static long frameEnd(long position, int payload) {
        return position + (HEADER + (long) payload + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT + MARK;
    }

    long generation() {
        return generation;
    }

    /** Returns where the acknowledged frames end. */
    long end() {
        return end;
    }

    /** Returns whether something failed; nothing can be appended from then on, for no one knows what is on disk. */
    boolean broken() {
        return broken;
    }

    /**
     * Appends one frame of several parts. It is to be {@linkplain #force() forced} to disk and {@linkplain #acknowledge()
     * acknowledged}, or {@linkplain #takeBack() taken back}, next.
     *
     * @throws IOException if that failed; the frame may be there or not, those before it are
     */
    void append(List<byte[]> parts) throws IOException {
        if (broken || begun) {
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
        long after = frameEnd(end, (int) payload);
        ByteBuffer frame = ByteBuffer.allocate(Math.toIntExact(after - end)).order(ByteOrder.LITTLE_ENDIAN);
        frame.putInt(sign(salt)).putInt((int) payload).putLong(forced).putInt(0);
        for (byte[] part : parts) {
            frame.putInt(part.length).put(part);
        }
        CRC32C crc = frameChecksum(salt, end, (int) payload, forced);
        crc.update(frame.array(), HEADER, (int) payload);
        frame.putInt(HEADER - Integer.BYTES, (int) crc.getValue()).clear();
        begun = true;
        broken = true; // until it is forced
        layOut(after);
        file.write(frame, end);
        appended = after;
    }

    /**
     * Returns when the appended frame is on disk.
     *
     * @throws IOException if that failed; the frame may be there or not, those before it are
     */
    void force() throws IOException {
        file.force();
        forced = laidOut;
        broken = false;
    }

    private void layOut(long needed) throws IOException {
        while (laidOut < needed) {
            int more = Math.clamp(laidOut, LEAST_LAYOUT, MOST_LAYOUT);
            file.write(ByteBuffer.allocate(more), laidOut);
            laidOut += more;
        }
    }

    /** Marks the appended frame as one that callers are told of. */
    void acknowledge() {
        try {
            ByteBuffer mark = ByteBuffer.allocate(MARK).order(ByteOrder.LITTLE_ENDIAN);
            file.write(mark.putLong(mark(salt, end, appended)).flip(), appended - MARK);
        } catch (IOException | RuntimeException e) {
            broken = true; // the frame is on disk all the same; the next one goes into another file
        }
        end = appended;
        begun = false;
    }

    /** Makes the last frame unreadable, also one whose append failed, as far as the disk still takes it. */
    void takeBack() {
        if (!begun) {
            return; // it failed before anything was written
        }
        try {
            file.write(ByteBuffer.allocate(HEADER), end);
            file.force();
        } catch (IOException | RuntimeException e) {
            broken = true; // after a crash the frame may come back, whole
        }
        appended = end;
        begun = false;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
