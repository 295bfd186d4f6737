package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.segment;
import static dev.groundwork.rag.lucene.Segments.upsert;

import dev.groundwork.rag.IndexChange;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A process that writes an index as it is told, line by line, and says when each line is done. */
final class MaintainingWriter {

    private MaintainingWriter() {}

    public static void main(String[] args) throws IOException {
        try (LuceneIndex index = LuceneIndex.open(Path.of(args[0]));
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
                OutputStream out = new FileOutputStream(FileDescriptor.out)) {
            Rebuild rebuild = null;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.split(" ", 2);
                switch (words[0]) {
                    case "put" -> index.apply(upsert(segment(words[1], "word", 1, 0)));
                    case "delete" -> index.apply(List.of(new IndexChange.Delete(List.of(words[1]))));
                    case "commit" -> index.commit();
                    case "name" -> index.commit(words[1]);
                    case "back" -> index.rollBackTo(words[1]);
                    case "optimize" -> index.optimize();
                    case "rebuild" -> {
                        rebuild = index.rebuild(LuceneIndex.builder().similarity(VectorSimilarity.DOT_PRODUCT));
                        rebuild.index().apply(upsert(segment(words[1], "word", 3, 4)));
                    }
                    case "swap" -> {
                        if (rebuild != null) {
                            rebuild.swap();
                        }
                    }
                    default -> throw new IllegalArgumentException(line);
                }
                out.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
                out.flush();
            }
        }
    }
}
