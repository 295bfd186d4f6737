package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.segment;

import dev.groundwork.rag.IndexChange;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A process that writes documents of two segments for ever, and prints the number of each once it is acknowledged. */
final class CrashingWriter {

    private CrashingWriter() {}

    public static void main(String[] args) throws IOException {
        try (LuceneIndex index = LuceneIndex.open(Path.of(args[0]));
                OutputStream out = new FileOutputStream(FileDescriptor.out)) {
            for (int i = Integer.parseInt(args[1]); ; i++) {
                index.apply(List.of(new IndexChange.ReplaceDocument(
                        "docs",
                        "d" + i,
                        "f" + i,
                        List.of(segment("x" + i, "left half", 1, i), segment("y" + i, "right half", i, 1)))));
                out.write((i + "\n").getBytes(StandardCharsets.US_ASCII));
                out.flush();
            }
        }
    }
}
