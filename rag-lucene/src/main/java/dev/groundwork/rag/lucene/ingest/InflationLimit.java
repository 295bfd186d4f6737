package dev.groundwork.rag.lucene.ingest;

import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Finds streams in a PDF that inflate to more than can be meant, before a parser takes them into memory. Only the
 * outermost compression is looked at.
 */
final class InflationLimit {

    private static final byte[] STREAM = {'s', 't', 'r', 'e', 'a', 'm'};

    private InflationLimit() {}

    /** Inflates each stream, keeping nothing, and throws where one exceeds {@code maxBytes}. */
    static void check(byte[] content, long maxBytes) throws UnreadableException {
        byte[] sink = new byte[1 << 16];
        int at = 0;
        while ((at = indexOfStream(content, at)) >= 0) {
            int start = at + STREAM.length;
            if (start < content.length && content[start] == '\r') {
                start++;
            }
            if (start < content.length && content[start] == '\n') {
                start++;
            }
            at = start + (looksDeflated(content, start) ? inflate(content, start, maxBytes, sink) : 0);
        }
    }

    private static int indexOfStream(byte[] content, int from) {
        for (int at = from; at + STREAM.length <= content.length; at++) {
            if (content[at] == 's'
                    && content[at + 1] == 't'
                    && content[at + 2] == 'r'
                    && content[at + 3] == 'e'
                    && content[at + 4] == 'a'
                    && content[at + 5] == 'm') {
                return at;
            }
        }
        return -1;
    }

    /** Whether a zlib header stands here (RFC 1950, section 2.2). */
    private static boolean looksDeflated(byte[] content, int at) {
        return at + 2 <= content.length
                && (content[at] & 0x0f) == 8
                && (((content[at] & 0xff) << 8) | (content[at + 1] & 0xff)) % 31 == 0;
    }

    /** Returns how many bytes of {@code content} the stream took. */
    private static int inflate(byte[] content, int start, long maxBytes, byte[] sink) throws UnreadableException {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(content, start, content.length - start);
            while (!inflater.finished()) {
                int written = inflater.inflate(sink);
                if (inflater.getBytesWritten() > maxBytes) {
                    throw new UnreadableException("a stream of it inflates to more than " + maxBytes + " bytes");
                }
                if (written == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
                    break;
                }
                if (Thread.currentThread().isInterrupted()) {
                    break;
                }
            }
            return (int) Math.min(Integer.MAX_VALUE, inflater.getBytesRead());
        } catch (DataFormatException e) {
            // A damaged stream is the parser's to judge.
            return 0;
        } finally {
            inflater.end();
        }
    }
}
