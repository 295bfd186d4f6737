package dev.groundwork.rag.examples.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Standard output that remembers why it could not be written, which {@link java.io.PrintStream} forgets. After the first
 * failure it takes everything and writes nothing.
 */
final class ProcessOutput extends FilterOutputStream {

    private volatile @Nullable IOException failure;

    ProcessOutput(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        attempt(() -> out.write(bytes, offset, length));
    }

    @Override
    public void flush() throws IOException {
        attempt(out::flush);
    }

    /** Returns why it could not be written; {@code null} where it could, or where its reader has just gone away. */
    @Nullable
    String problem() {
        IOException seen = failure;
        if (seen == null || readerIsGone(seen)) {
            return null;
        }
        return Objects.requireNonNullElse(seen.getMessage(), seen.getClass().getSimpleName());
    }

    private static boolean readerIsGone(IOException failure) {
        String message = Objects.requireNonNullElse(failure.getMessage(), "").toLowerCase(Locale.ROOT);
        return message.contains("broken pipe") || message.contains("pipe is being closed");
    }

    private void attempt(Writing writing) throws IOException {
        IOException seen = failure;
        if (seen != null) {
            throw seen;
        }
        try {
            writing.run();
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    @FunctionalInterface
    private interface Writing {
        void run() throws IOException;
    }
}
