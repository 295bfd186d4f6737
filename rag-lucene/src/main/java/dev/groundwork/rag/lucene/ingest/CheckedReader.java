package dev.groundwork.rag.lucene.ingest;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.StringReader;

/** Hands a text to a parser that knows no limit of time, and ends it where the thread is interrupted. */
final class CheckedReader extends StringReader {

    private static final int MOST_AT_ONCE = 8_192;

    CheckedReader(String text) {
        super(text);
    }

    @Override
    public int read(char[] buffer, int offset, int length) throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted");
        }
        return super.read(buffer, offset, Math.min(length, MOST_AT_ONCE));
    }
}
