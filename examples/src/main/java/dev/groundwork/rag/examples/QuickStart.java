package dev.groundwork.rag.examples;

import dev.groundwork.rag.Answer;
import dev.groundwork.rag.Rag;
import dev.groundwork.rag.llm.OnnxEmbeddingModel;
import dev.groundwork.rag.lucene.LuceneIndex;
import dev.groundwork.rag.lucene.ingest.Documents;
import java.nio.file.Path;

/** The README's example: reads {@code docs}, keeps an index in {@code index}, and answers one question. */
public final class QuickStart {

    private QuickStart() {}

    /** Runs it in the current folder. */
    public static void main(String[] args) {
        try (LuceneIndex index = LuceneIndex.open(Path.of("index"));
                OnnxEmbeddingModel embeddings = OnnxEmbeddingModel.bgeSmallEn();
                Rag rag = Rag.builder().index(index).embeddingModel(embeddings).build()) {

            rag.ingest(Documents.directory(Path.of("docs"))); // only what has changed since the last time

            Answer answer = rag.ask("How is an API key rotated?");
            System.out.println(answer.text());
            answer.citations().forEach(System.out::println); // source, lines, and whether the source says so
        }
    }
}
