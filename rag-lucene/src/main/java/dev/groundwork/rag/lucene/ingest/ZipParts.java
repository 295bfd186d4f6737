package dev.groundwork.rag.lucene.ingest;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.utils.SeekableInMemoryByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a zip container that is held in memory. Nothing is written anywhere, so a part's name is no more than a
 * key; and all that is read of it together may not expand to more than a limit.
 */
final class ZipParts implements AutoCloseable {

    /** Office documents and books have hundreds; each takes heap, however empty it is. */
    static final int MAX_ENTRIES = 50_000;

    private final ZipFile zip;
    private final long maxBytes;
    private long left;

    /** More came out of the container than is allowed. */
    static final class TooLargeException extends IOException {

        private static final long serialVersionUID = 1L;

        private final long maxBytes;

        TooLargeException(long maxBytes) {
            super("too large");
            this.maxBytes = maxBytes;
        }

        UnreadableException unreadable() {
            return new UnreadableException(
                    "what is compressed in it expands to more than " + maxBytes + " bytes", this);
        }
    }

    private ZipParts(ZipFile zip, long maxBytes) {
        this.zip = zip;
        this.maxBytes = maxBytes;
        this.left = maxBytes;
    }

    /**
     * Opens a container.
     *
     * @param what what it should be, for the reason where it is none
     */
    static ZipParts open(byte[] content, String what, ReadLimits limits) throws UnreadableException {
        String magic = TextDecoder.magic(content);
        if (magic == null || !magic.startsWith("a zip archive")) {
            if (magic != null && magic.equals(TextDecoder.OLD_OFFICE)) {
                throw new UnreadableException("encrypted, or of the time before " + what);
            }
            throw new UnreadableException("not " + what + (magic == null ? "" : ": " + magic));
        }
        if (entries(content) > MAX_ENTRIES) {
            throw new UnreadableException("it holds more than " + MAX_ENTRIES + " parts");
        }
        try {
            ZipFile zip = ZipFile.builder()
                    .setSeekableByteChannel(new SeekableInMemoryByteChannel(content))
                    .get();
            return new ZipParts(zip, limits.maxExpandedBytes());
        } catch (IOException | IllegalArgumentException e) {
            throw new UnreadableException("damaged: it ends early, or is no zip container within", e);
        }
    }

    /** Counts what looks like an entry of the directory, before anything is made of it. */
    private static int entries(byte[] content) {
        int entries = 0;
        for (int at = 0; at + 4 <= content.length; at++) {
            if (content[at] == 'P' && content[at + 1] == 'K' && content[at + 2] == 1 && content[at + 3] == 2) {
                entries++;
            }
        }
        return entries;
    }

    boolean has(String name) {
        return entry(name) != null;
    }

    /**
     * Opens a part.
     *
     * @throws UnreadableException if there is none of this name, or it is encrypted
     */
    InputStream stream(String name) throws UnreadableException {
        ZipArchiveEntry entry = entry(name);
        if (entry == null) {
            throw new UnreadableException("damaged: a part that it refers to is missing");
        }
        if (entry.getGeneralPurposeBit().usesEncryption()) {
            throw new UnreadableException("encrypted");
        }
        if (entry.getMethod() != ZipEntry.DEFLATED && entry.getMethod() != ZipEntry.STORED) {
            throw new UnreadableException("compressed in a way that is not read: method " + entry.getMethod());
        }
        try {
            return new Limited(zip.getInputStream(entry));
        } catch (IOException e) {
            throw new UnreadableException("damaged: a part of it can't be read", e);
        }
    }

    /** Reads a part as a whole. */
    byte[] bytes(String name) throws UnreadableException {
        try (InputStream in = stream(name)) {
            return in.readAllBytes();
        } catch (TooLargeException e) {
            throw e.unreadable();
        } catch (IOException e) {
            throw new UnreadableException("damaged: a part of it can't be read", e);
        }
    }

    /** Opens a part as XML and hands its root element over. */
    void xml(String name, XmlVisitor visitor) throws UnreadableException {
        try (InputStream in = stream(name)) {
            visitor.visit(XmlCursor.open(in));
        } catch (TooLargeException e) {
            throw e.unreadable();
        } catch (IOException e) {
            throw new UnreadableException("damaged: a part of it can't be read", e);
        }
    }

    /** Reads a part that is XML. */
    @FunctionalInterface
    interface XmlVisitor {
        void visit(XmlCursor root) throws UnreadableException;
    }

    private @Nullable ZipArchiveEntry entry(String name) {
        return zip.getEntry(name);
    }

    @Override
    public void close() {
        try {
            zip.close();
        } catch (IOException e) {
            throw new IllegalStateException("what is in memory can be closed", e);
        }
    }

    private final class Limited extends FilterInputStream {

        Limited(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            take(read < 0 ? 0 : 1);
            return read;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = super.read(buffer, offset, length);
            take(Math.max(0, read));
            return read;
        }

        @Override
        public long skip(long count) throws IOException {
            long skipped = super.skip(count);
            take(skipped);
            return skipped;
        }

        private void take(long bytes) throws IOException {
            left -= bytes;
            if (left < 0) {
                throw new TooLargeException(maxBytes);
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("interrupted");
            }
        }
    }
}
