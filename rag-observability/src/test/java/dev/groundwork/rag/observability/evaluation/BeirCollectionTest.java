package dev.groundwork.rag.observability.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.observability.evaluation.BeirCollection.Document;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BeirCollectionTest {

    @TempDir
    Path folder;

    @BeforeEach
    void write() throws IOException {
        Files.writeString(folder.resolve("corpus.jsonl"), """
            {"_id": "1", "title": "First", "text": "One \\u00fc", "metadata": {"url": ["x"]}}
            {"_id": 2, "title": null}

            {"id": "3", "text": "Three"}
            """);
        Files.writeString(folder.resolve("queries.jsonl"), """
            {"_id": "a", "text": "Which?", "doc": "1", "spans": [[0, 3], [4, 5]]}
            {"_id": "not judged", "text": "Why?"}
            {"_id": "b", "query": "Who?"}
            """);
    }

    private static List<Document> documents(BeirCollection collection) throws IOException {
        List<Document> documents = new ArrayList<>();
        collection.forEachDocument(documents::add);
        return documents;
    }

    @Test
    void readsWhatIsThereAndTakesTheRestAsEmpty() throws IOException {
        Files.writeString(folder.resolve("qrels.tsv"), "query-id\tcorpus-id\tscore\na\t1\t1\nb\t2\t1\n");
        BeirCollection collection = BeirCollection.open(folder);
        assertThat(documents(collection))
                .containsExactly(
                        new Document("1", "First", "One \u00fc"),
                        new Document("2", "", ""),
                        new Document("3", "", "Three"));
        assertThat(collection.queries())
                .containsExactly(
                        new BeirCollection.Query(
                                "a", "Which?", List.of(new SpanScores.Span("1", 0, 3), new SpanScores.Span("1", 4, 5))),
                        new BeirCollection.Query("b", "Who?", List.of()));
    }

    @Test
    void testJudgementsComeFirst() throws IOException {
        Files.writeString(folder.resolve("qrels.tsv"), "a\t1\t1\n");
        Path splits = Files.createDirectory(folder.resolve("qrels"));
        Files.writeString(splits.resolve("train.tsv"), "a\t1\t1\n");
        assertThat(BeirCollection.open(folder).qrelsFile()).isEqualTo(folder.resolve("qrels.tsv"));
        Files.writeString(splits.resolve("test.tsv"), "b\t1\t1\n");
        assertThat(BeirCollection.open(folder).queries())
                .extracting(BeirCollection.Query::id)
                .containsExactly("b");
        assertThat(BeirCollection.open(folder, splits.resolve("train.tsv")).queries())
                .extracting(BeirCollection.Query::id)
                .containsExactly("a");
    }

    @Test
    void anySingleFileOfJudgementsWillDo() throws IOException {
        Path splits = Files.createDirectory(folder.resolve("qrels"));
        Files.writeString(splits.resolve("all.qrels"), "a 0 1 1\n");
        assertThat(BeirCollection.open(folder).qrels().grades("a")).containsEntry("1", 1);
        Files.writeString(splits.resolve("other.qrels"), "a 0 1 1\n");
        assertThatThrownBy(() -> BeirCollection.open(folder)).hasMessageContaining("no judgements in " + folder);
    }

    @Test
    void readsCompressedFiles() throws IOException {
        Files.writeString(folder.resolve("qrels.tsv"), "a\t1\t1\n");
        byte[] corpus = Files.readAllBytes(folder.resolve("corpus.jsonl"));
        Files.delete(folder.resolve("corpus.jsonl"));
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(folder.resolve("corpus.jsonl.gz")))) {
            out.write(corpus);
        }
        assertThat(documents(BeirCollection.open(folder))).hasSize(3);
    }

    @Test
    void whatIsMissingOrWrongIsNamed() throws IOException {
        assertThatThrownBy(() -> BeirCollection.open(folder)).hasMessageContaining("qrels/test.tsv");
        Files.writeString(folder.resolve("qrels.tsv"), "a\t1\t1\n");
        Files.write(
                folder.resolve("queries.jsonl"),
                "{\"_id\": \"a\", \"text\": \"x\"}\n{\"text\": \"y\"}\n".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> BeirCollection.open(folder))
                .hasMessageContaining("queries.jsonl, line 2: _id is missing");
        Files.writeString(folder.resolve("queries.jsonl"), "[1]\n");
        assertThatThrownBy(() -> BeirCollection.open(folder)).hasMessageContaining("line 1: is no JSON object");
        Files.delete(folder.resolve("queries.jsonl"));
        assertThatThrownBy(() -> BeirCollection.open(folder)).hasMessageContaining("no queries.jsonl in " + folder);
    }
}
