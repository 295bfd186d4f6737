package dev.groundwork.rag.lucene;

import dev.groundwork.rag.IngestReport;
import dev.groundwork.rag.Rag;
import dev.groundwork.rag.lucene.ingest.Documents;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A process that ingests a folder, and prints a dot for each step and a line at the end. */
final class IngestingProcess {

    private IngestingProcess() {}

    public static void main(String[] args) throws IOException {
        try (LuceneIndex index = LuceneIndex.open(Path.of(args[0]));
                OutputStream out = new FileOutputStream(FileDescriptor.out)) {
            ingest(index, Path.of(args[1]), out);
            out.write('!');
        }
    }

    static IngestReport ingest(LuceneIndex index, Path documents, OutputStream out) {
        try (Rag rag = Rag.builder()
                .index(index)
                .embeddingModel(WordEmbedder.unit())
                .promptAugmenter((question, hits, budget) -> {
                    throw new IllegalStateException("nothing is asked");
                })
                .citationChecker((answer, hits) -> List.of())
                .extractiveAnswerer((question, hits, deadline) -> Optional.empty())
                .build()) {
            return rag.ingest(Documents.directory(documents).named("docs"), (done, total, segments) -> {
                try {
                    out.write('.');
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
