package dev.groundwork.rag.observability;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Writes JSON lines to a stream of the caller's. */
final class StreamSink implements LogSink {

    private final OutputStream stream;
    private boolean closed;

    StreamSink(OutputStream stream) {
        this.stream = Objects.requireNonNull(stream, "stream");
    }

    @Override
    public void write(LogEvent event) throws IOException {
        byte[] line = (event.toJson() + "\n").getBytes(StandardCharsets.US_ASCII);
        synchronized (this) {
            if (closed) {
                throw new IOException("the log is closed");
            }
            stream.write(line);
            stream.flush();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        stream.flush();
    }
}
