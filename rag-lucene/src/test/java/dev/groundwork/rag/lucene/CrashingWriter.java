package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.segment;

import dev.groundwork.rag.IndexChange;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A process whose threads write documents of two segments for ever, each every third one, and print the number of each once it
 * is acknowledged.
 */
final class CrashingWriter {

    static final int THREADS = 3;

    private CrashingWriter() {}

    public static void main(String[] args) throws IOException {
        int first = Integer.parseInt(args[1]);
        try (LuceneIndex index = LuceneIndex.open(Path.of(args[0]));
                OutputStream out = new FileOutputStream(FileDescriptor.out);
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            for (int thread = 0; thread < THREADS; thread++) {
                int start = first + thread;
                threads.execute(() -> {
                    try {
                        write(index, start, out);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
            }
        }
    }

    private static void write(LuceneIndex index, int first, OutputStream out) throws IOException {
        for (int i = first; ; i += THREADS) {
            index.apply(List.of(new IndexChange.ReplaceDocument(
                    "docs",
                    "d" + i,
                    "f" + i,
                    List.of(segment("x" + i, "left half", 1, i), segment("y" + i, "right half", i, 1)))));
            out.write((i + "\n").getBytes(StandardCharsets.US_ASCII)); // one write of the system's
        }
    }
}
