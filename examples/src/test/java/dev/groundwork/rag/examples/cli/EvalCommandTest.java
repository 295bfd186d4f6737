package dev.groundwork.rag.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.output.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvalCommandTest {

    @TempDir
    Path temp;

    private Path data;
    private final Shell shell = new Shell();

    @BeforeEach
    void writeCollection() throws IOException {
        data = Files.createDirectory(temp.resolve("data"));
        String filler = "Nothing of this is about the matter at hand. ".repeat(60);
        Files.writeString(data.resolve("corpus.jsonl"), """
            {"_id": "a/1#x", "title": "Keys", "text": "An API key is rotated every month."}
            {"_id": "b", "text": "FILLER Ducks eat aquatic plants and snails."}
            {"_id": "c", "title": "Only a title about penguins", "text": ""}
            {"_id": "empty", "title": null}
            """.replace("FILLER", filler));
        Files.writeString(data.resolve("queries.jsonl"), """
            {"_id": "q1", "text": "how is an api key rotated", "doc": "a/1#x", "spans": [[0, 17], [24, 34]]}
            {"_id": "q2", "text": "what aquatic plants do ducks eat"}
            {"_id": "q3", "text": "penguins"}
            {"_id": "q4", "text": " "}
            {"_id": "not judged", "text": "ducks"}
            """);
        Path splits = Files.createDirectory(data.resolve("qrels"));
        Files.writeString(
                splits.resolve("test.tsv"), "query-id\tcorpus-id\tscore\nq1\ta/1#x\t1\nq2\tb\t1\nq3\tc\t1\nq4\tb\t1\n");
    }

    private int eval(Object... more) {
        Object[] args = new Object[more.length + 5];
        System.arraycopy(new Object[] {"eval", "--data", data, "--cache", temp.resolve("cache")}, 0, args, 0, 5);
        System.arraycopy(more, 0, args, 5, more.length);
        return shell.run(args);
    }

    @Test
    void tellsTheFiguresOfTheDefaultAndOfEachHop() {
        assertThat(eval("--json", "--hops")).as(shell.err()).isZero();
        JsonNode json = shell.json();
        // Three of four queries find their document first; the blank one finds nothing.
        for (String metric : List.of("ndcg@10", "recall@10", "recall@100", "mrr@10", "map")) {
            assertThat(json.get(metric).doubleValue()).as(metric).isCloseTo(0.75, within(1e-9));
        }
        assertThat(json.get("queries").intValue()).isEqualTo(4);
        assertThat(json.get("ms_p50").doubleValue()).isNotNegative();
        assertThat(json.get("ms_p99").doubleValue())
                .isGreaterThanOrEqualTo(json.get("ms_p50").doubleValue());
        assertThat(json.get("index_seconds").doubleValue()).isNotNegative();
        assertThat(json.get("span_recall").doubleValue())
                .as("the whole evidence of q1")
                .isEqualTo(1);
        assertThat(json.get("span_precision").doubleValue()).isBetween(0.001, 0.99);
        assertThat(json.get("hops").has("vector")).isTrue();
        assertThat(json.get("hops").get("text").get("recall@100").doubleValue()).isCloseTo(0.75, within(1e-9));
        assertThat(json.get("hops").get("packed").get("mrr@10").doubleValue()).isCloseTo(0.75, within(1e-9));
    }

    @Test
    void writesARunOfDocumentsAsTheCorpusNamesThem() throws IOException {
        Path run = temp.resolve("run.txt");
        assertThat(eval("--run", run)).as(shell.err()).isZero();
        List<String> lines = Files.readAllLines(run);
        assertThat(lines.stream().filter(line -> line.startsWith("q1 Q0 a/1#x 1 ")))
                .hasSize(1);
        // The long document was split, and is there once a query.
        assertThat(lines.stream().filter(line -> line.startsWith("q2 Q0 b "))).hasSize(1);
        assertThat(shell.run("eval", "--judge", run, "--qrels", data.resolve("qrels/test.tsv"), "--metrics", "map,P_1"))
                .isZero();
        assertThat(shell.out().lines())
                .containsExactly("map                   \tall\t0.7500", "P_1                   \tall\t0.7500");
    }

    @Test
    void comparesWithOthers() {
        assertThat(eval("--json", "--compare", "bm25,text,rrf")).as(shell.err()).isZero();
        JsonNode compared = shell.json().get("compare");
        assertThat(compared.get("bm25").get("ndcg@10").doubleValue()).isCloseTo(0.75, within(1e-9));
        assertThat(compared.get("text").get("p").doubleValue()).isEqualTo(1);
        assertThat(compared.get("rrf").get("difference").doubleValue()).isZero();
    }

    @Test
    void printsATableOfSeveralCollections() {
        assertThat(eval("--data", data, "--compare", "text")).as(shell.err()).isZero();
        assertThat(shell.out().lines().filter(line -> line.startsWith("data: 4 documents, 4 queries")))
                .hasSize(2);
        assertThat(shell.out()).contains("ndcg@10").contains("p 1.0000");
    }

    @Test
    void writesOneTableOfSetsAndMethods() throws IOException {
        Path other = copyWithoutKeys();
        assertThat(eval("--data", other, "--table", "--compare", "bm25,fused"))
                .as(shell.err())
                .isZero();
        List<String> lines = shell.out().lines().toList();
        assertThat(lines.get(0)).matches("\\| method  \\| data \\(4, 4\\) +\\| other \\(3, 4\\) +\\| mean +\\|");
        assertThat(lines.get(1)).matches("\\|-+\\|-+\\|-+\\|-+\\|");
        assertThat(lines.get(2))
                .startsWith("| default | 0.7500  0.7500 ")
                .contains("| 0.5000  0.5000 ", "| 0.6250  0.6250 ");
        assertThat(lines.get(3)).startsWith("| bm25    | 0.7500  0.7500 ");
        assertThat(lines.get(4)).startsWith("| fused   | 0.7500  0.7500 ");
        assertThat(shell.out()).contains("* differs from default in nDCG@10 by more than chance");

        assertThat(eval("--data", other, "--table", "--compare", "bm25", "--json"))
                .isZero();
        JsonNode json = shell.json();
        assertThat(json.get("reference").asText()).isEqualTo("default");
        assertThat(json.at("/sets/1/data").asText()).isEqualTo("other");
        JsonNode bm25 = json.at("/methods/1");
        assertThat(bm25.get("method").asText()).isEqualTo("bm25");
        assertThat(bm25.at("/sets/1/ndcg@10").doubleValue()).isCloseTo(0.5, within(1e-9));
        assertThat(bm25.at("/sets/1/difference").doubleValue()).isZero();
        assertThat(bm25.at("/sets/1/p").doubleValue()).isEqualTo(1);
        assertThat(bm25.at("/sets/1/significant").booleanValue()).isFalse();
        assertThat(bm25.at("/mean/recall@100").doubleValue()).isCloseTo(0.625, within(1e-9));
    }

    @Test
    void everyMethodOfTheTablesThatNeedsNoTokensOfTheModelRuns() {
        String methods = "dense,fused,expanded,vector,text,rrf,no-fluency,no-title-hop,no-late,no-titles,feedback";
        assertThat(eval("--json", "--compare", methods)).as(shell.err()).isZero();
        JsonNode compared = shell.json().get("compare");
        for (String method : methods.split(",", -1)) {
            assertThat(compared.get(method).get("recall@100").doubleValue())
                    .as(method)
                    .isPositive();
        }
    }

    private Path copyWithoutKeys() throws IOException {
        Path other = Files.createDirectories(temp.resolve("other/qrels")).getParent();
        for (String file : List.of("queries.jsonl", "qrels/test.tsv")) {
            Files.copy(data.resolve(file), other.resolve(file));
        }
        Files.write(
                other.resolve("corpus.jsonl"),
                Files.readAllLines(data.resolve("corpus.jsonl")).stream()
                        .filter(line -> !line.contains("Keys"))
                        .toList());
        return other;
    }

    @Test
    void theTableMarksWhatDiffersByMoreThanChance() throws IOException {
        StringBuilder corpus = new StringBuilder();
        StringBuilder queries = new StringBuilder();
        StringBuilder qrels = new StringBuilder();
        for (int i = 0; i < 12; i++) {
            // Its words stand in the title alone, which is what the other method lacks.
            corpus.append(
                    "{\"_id\": \"d" + i + "\", \"title\": \"word" + i + "x\", \"text\": \"The same for all.\"}\n");
            queries.append("{\"_id\": \"q" + i + "\", \"text\": \"word" + i + "x\"}\n");
            qrels.append("q" + i + "\td" + i + "\t1\n");
        }
        Files.writeString(data.resolve("corpus.jsonl"), corpus);
        Files.writeString(data.resolve("queries.jsonl"), queries);
        Files.writeString(data.resolve("qrels/test.tsv"), "query-id\tcorpus-id\tscore\n" + qrels);

        assertThat(eval("--table", "--compare", "no-titles,bm25"))
                .as(shell.err())
                .isZero();

        assertThat(shell.out().lines().filter(line -> line.startsWith("| no-titles")))
                .singleElement()
                .asString()
                .matches("\\| no-titles \\| 0\\.[0-9]{4}\\* .*");
        assertThat(shell.out().lines().filter(line -> line.startsWith("| bm25")))
                .singleElement()
                .asString()
                .matches("\\| bm25      \\| 1\\.0000  .*");
    }

    @Test
    void theAblationSaysWhatIsDifferent() {
        // The words have no model with vectors of tokens, which one of its methods needs.
        assertThat(eval("--ablation")).isEqualTo(2);
        assertThat(shell.err()).contains("--rerank late needs an ONNX model");
        assertThat(eval("--table", "--mode", "text")).isEqualTo(2);
        assertThat(shell.err()).contains("--table and --ablation are beside the default");
    }

    @Test
    void saysWhichDocumentsCouldNotBeRead() {
        EmbeddingModel fragile = new WordModel("words") {
            @Override
            public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
                if (segments.stream().anyMatch(segment -> segment.text().contains("Ducks"))) {
                    throw new IllegalStateException("no ducks");
                }
                return super.embedAll(segments);
            }
        };
        shell.embeddings(() -> fragile);

        assertThat(eval("--json")).as(shell.err()).isZero();

        assertThat(shell.err()).contains("not read: b: ");
        JsonNode failed = shell.json().get("failed");
        assertThat(failed).hasSize(1);
        assertThat(failed.get(0).get("source").asText()).isEqualTo("b");
        assertThat(failed.get(0).get("reason").asText()).isNotBlank();
    }

    @Test
    void aSecondRunComputesNoVectorsOfPassages() throws IOException {
        assertThat(eval()).as(shell.err()).isZero();
        Path cache;
        try (var files = Files.walk(temp.resolve("cache"))) {
            cache = files.filter(Files::isRegularFile).findFirst().orElseThrow();
        }
        long size = Files.size(cache);
        assertThat(size).isPositive();
        Files.write(cache, new byte[] {1, 2, 3}, java.nio.file.StandardOpenOption.APPEND);
        assertThat(eval("--json")).as(shell.err()).isZero();
        assertThat(shell.json().get("ndcg@10").doubleValue()).isCloseTo(0.75, within(1e-9));
        assertThat(Files.size(cache))
                .as("what was cut off is dropped, and nothing added")
                .isEqualTo(size);
    }

    @Test
    void cutsTheRankingAtK() {
        assertThat(eval("--json", "--k", 1)).isZero();
        assertThat(shell.json().get("recall@100").doubleValue()).isCloseTo(0.75, within(1e-9));
    }

    @Test
    void tellsAnsweredQuestionsFromOthers() {
        assertThat(eval("--json", "--abstention")).as(shell.err()).isZero();
        JsonNode told = shell.json().get("abstention").get(0);
        // Of three questions with words, one lost its only document.
        assertThat(told.get("answered").intValue()).isEqualTo(2);
        assertThat(told.get("not_answered").intValue()).isEqualTo(1);
        assertThat(told.get("auroc").doubleValue()).isBetween(0.0, 1.0);
        assertThat(eval("--abstention")).isZero();
        assertThat(shell.out()).contains("AUROC");
    }

    @Test
    void saysWhatIsWrong() throws IOException {
        assertThat(shell.run("eval")).isEqualTo(2);
        assertThat(shell.err()).contains("give --data DIR");
        assertThat(eval("--k", 0)).isEqualTo(2);
        assertThat(shell.err()).contains("--k is 0, must be from 1 to 100");
        assertThat(eval("--compare", "bm52")).isEqualTo(2);
        assertThat(shell.err()).contains("'bm52'").contains("easy-rag");
        assertThat(shell.run("eval", "--data", temp.resolve("none"))).isEqualTo(1);
        assertThat(shell.err()).contains("no such folder");
        assertThat(shell.run("eval", "--judge", temp.resolve("run"))).isEqualTo(2);
        assertThat(shell.err()).contains("--judge needs --qrels");
        Files.writeString(data.resolve("qrels/test.tsv"), "other\ta\t1\n");
        assertThat(eval()).isEqualTo(1);
        assertThat(shell.err()).contains("none of the judged queries");
        Files.delete(data.resolve("queries.jsonl"));
        assertThat(eval()).isEqualTo(1);
        assertThat(shell.err()).contains("no queries.jsonl in");
    }
}
