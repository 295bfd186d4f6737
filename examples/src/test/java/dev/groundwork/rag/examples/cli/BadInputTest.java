package dev.groundwork.rag.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.lucene.LuceneIndex;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong is told in one line with a code other than zero, and leaves the index as it was. */
class BadInputTest {

    private static final String QUESTION = "Which word is in the file?";

    @TempDir
    private Path folder;

    private Path docs;
    private Path index;
    private final Shell shell = new Shell();

    @BeforeEach
    void makeAnIndex() throws IOException {
        docs = Files.createDirectories(folder.resolve("docs"));
        index = folder.resolve("index");
        Files.writeString(docs.resolve("file.txt"), "The word in the file is sesame.\n");
        assertThat(shell.run("ingest", "--index", index, docs)).isZero();
    }

    @AfterEach
    void theIndexStillAnswers() {
        Shell after = new Shell();
        assertThat(after.run("ask", "--index", index, QUESTION)).isZero();
        assertThat(after.out()).contains("sesame");
    }

    @Test
    void aMissingPath() {
        assertFails(1, "no such file or folder: ", "ask", "--docs", folder.resolve("none"), "--index", index, QUESTION);
        assertFails(1, "no such file or folder: ", "ingest", "--index", index, docs, folder.resolve("none"));
    }

    @Test
    void anIndexFolderThatIsNone() {
        assertFails(1, "index " + docs, "ask", "--index", docs, QUESTION);
        assertFails(1, "index " + docs, "ingest", "--index", docs, docs.resolve("file.txt"));
        assertFails(1, "index " + docs.resolve("file.txt"), "search", "--index", docs.resolve("file.txt"), QUESTION);
        assertThat(docs).isDirectoryNotContaining("regex:.*(segments|lock).*");
    }

    @Test
    void anIndexThatDoesNotExist() {
        assertFails(1, "no index at ", "ask", "--index", folder.resolve("none"), QUESTION);
        assertThat(folder.resolve("none")).doesNotExist();
    }

    @Test
    void documentsAndIndexInTheSameFolder() {
        assertFails(2, "are the same folder", "ingest", "--index", index, index);
    }

    @Test
    void anIndexOfAnotherModel() {
        shell.embeddings(() -> new WordModel("other"));

        assertFails(1, "made with another embedding model", "ask", "--index", index, QUESTION);
        assertFails(1, "made with another embedding model", "ingest", "--index", index, docs);
    }

    @Test
    void anIndexThatAnotherOneWrites() {
        try (LuceneIndex writer = LuceneIndex.open(index)) {
            assertFails(1, "in use by another writer", "ingest", "--index", index, docs);
            assertFails(1, "in use by another writer", "ask", "--docs", docs, "--index", index, QUESTION);

            assertThat(shell.run("ask", "--index", index, QUESTION)).isZero();
            assertThat(shell.out()).contains("sesame");
            assertThat(writer.stats().segments()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t\n"})
    void anEmptyQuestion(String question) {
        assertFails(2, "the question is empty", "ask", "--index", index, question);
        assertFails(2, "the query is empty", "search", "--index", index, question);
    }

    @Test
    void noQuestionOrTwo() {
        assertFails(2, "the question is missing", "ask", "--index", index);
        assertFails(2, "put the question in quotes", "ask", "--index", index, "Which", "word");
    }

    @Test
    void aQuestionOfTenMegabytes() throws IOException {
        String question = "a".repeat(10 << 20);
        Path file = Files.writeString(folder.resolve("question.txt"), question);

        assertFails(2, "the question has 10,485,760 characters, at most 8,000", "ask", "--index", index, question);
        assertFails(2, "the question has more than 8,000 characters", "ask", "--index", index, "@" + file);
        shell.in(question);
        assertFails(2, "the question has more than 8,000 characters", "ask", "--index", index, "-");
    }

    @Test
    void aQuestionWithoutEnd() {
        shell.in(new InputStream() {
            @Override
            public int read() {
                return 'a';
            }
        });

        assertFails(2, "the question has more than 8,000 characters", "ask", "--index", index, "-");
    }

    @Test
    void aQuestionFileThatIsMissing() {
        assertFails(2, "names no file", "ask", "--index", index, "@none.txt");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1001", "2147483647"})
    void aNumberOfPassagesOutOfRange(String k) {
        assertFails(2, "--k is " + k + ", must be from 1 to 1000", "search", "--index", index, "--k", k, QUESTION);
        assertFails(2, "--k is " + k + ", must be from 1 to 1000", "ask", "--index", index, "--k", k, QUESTION);
    }

    @ParameterizedTest
    @CsvSource({
        "--k=many, '--k'",
        "--mode=fuzzy, '--mode'",
        "--log-level=loud, '--log-level'",
        "--timeout=soon, --timeout is 'soon'",
        "--timeout=0s, --timeout is '0s'",
        "--jsno, did you mean --json?",
        "--indx=x, did you mean --index",
    })
    void anOptionThatIsUnknownOrHasAnIllegalValue(String option, String message) {
        assertFails(2, message, "search", "--index", index, option, QUESTION);
    }

    @Test
    void nothingToLookInto() {
        assertFails(2, "give --docs PATH, --index DIR or both", "ask", QUESTION);
    }

    @Test
    void noCommandOrAnUnknownOne() {
        assertFails(2, "a command is missing");
        assertFails(2, "aks", "aks");
    }

    @Test
    void settingsThatAreNotLegal() throws IOException {
        Path settings = Files.writeString(folder.resolve("rag.properties"), "rag.search.limit=0\nrag.unknown=1\n");

        assertFails(2, "rag.search.limit is 0", "ask", "--settings", settings, "--index", index, QUESTION);
        assertFails(2, "rag.unknown is unknown", "ask", "--settings", settings, "--index", index, QUESTION);
        assertFails(1, "no such file", "ask", "--settings", folder.resolve("none"), "--index", index, QUESTION);
    }

    @Test
    void aModelThatDoesNotLoad() {
        shell.embeddings(() -> {
            throw new UnsatisfiedLinkError("no library for this machine");
        });

        assertFails(1, "no library for this machine", "ask", "--index", index, QUESTION);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model",
                "@http://host",
                "model@ftp://host",
                "model@http://",
                "model@http://host:99999",
                "model@http://u:secret@host:port",
                "model@http://host?key=secret"
            })
    void aMalformedModel(String llm) {
        assertFails(2, "--llm number 1: ", "ask", "--index", index, "--llm", llm, QUESTION);
        assertThat(shell.err()).doesNotContain("secret");
    }

    @Test
    void jsonIsOneDocumentForAFailureToo() {
        assertFails(1, "no such file or folder", "ask", "--json", "--docs", folder.resolve("none"), QUESTION);
        assertThat(shell.json().path("error").path("type").asText()).isEqualTo("failure");
        assertThat(shell.json().path("error").path("message").asText()).startsWith("no such file or folder");

        assertFails(2, "Unknown option", "ask", "--json", "--nonsense", QUESTION);
        assertThat(shell.json().path("error").path("type").asText()).isEqualTo("usage");

        try (LuceneIndex writer = LuceneIndex.open(index)) {
            assertFails(1, "in use", "ingest", "--json", "--index", index, docs);
            assertThat(shell.json().path("error").path("type").asText()).isEqualTo("index_locked");
            assertThat(writer.stats().segments()).isEqualTo(1);
        }
    }

    @Test
    void aStackTraceIsShownOnlyToWhoAsksForIt() {
        Path none = folder.resolve("none");
        assertThat(shell.run("ask", "--debug", "--docs", none, QUESTION)).isEqualTo(1);
        assertThat(shell.err()).contains("\tat dev.groundwork");

        shell.environment("RAG_DEBUG", "1");
        assertThat(shell.run("ask", "--docs", none, QUESTION)).isEqualTo(1);
        assertThat(shell.err()).contains("\tat dev.groundwork");
    }

    private void assertFails(int code, String message, Object... args) {
        int actual = shell.run(args);
        assertThat(shell.err().lines()).as(shell.err()).hasSize(1);
        assertThat(shell.err()).startsWith("rag").contains(message);
        assertThat(actual).isEqualTo(code);
        assertThat(shell.out()).matches(out -> out.isEmpty() || out.startsWith("{\"error\":"));
        assertThat(shell.err().getBytes(StandardCharsets.UTF_8).length).isLessThan(1_000);
    }
}
