package dev.groundwork.rag.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands as a user calls them, with a model of words instead of the real one. */
class CommandLineTest {

    private static final String GUIDE = """
        # Guide

        ## Keys

        An API key is rotated with the command keys rotate.
        The old key stays valid for ten minutes.

        ## Backups

        A backup is written every night at two.
        """;

    private static final String QUESTION = "How is an API key rotated?";

    @TempDir
    private Path folder;

    private Path docs;
    private Path index;
    private final Shell shell = new Shell();

    @BeforeEach
    void writeDocuments() throws IOException {
        docs = Files.createDirectories(folder.resolve("docs"));
        index = folder.resolve("index");
        Files.writeString(docs.resolve("guide.md"), GUIDE);
    }

    @Test
    void answersFromAFolderWithFileAndLines() {
        assertThat(shell.run("ask", "--docs", docs, QUESTION)).isZero();

        assertThat(shell.out())
                .contains("An API key is rotated with the command keys rotate.")
                .contains("Sources:")
                .contains("[1] " + real(docs).resolve("guide.md") + ":5")
                .contains("Extractive:");
        assertThat(shell.err()).isEmpty();
    }

    @Test
    void answersFromASingleFile() {
        assertThat(shell.run("ask", "--docs", docs.resolve("guide.md"), QUESTION))
                .isZero();

        assertThat(shell.out()).contains("keys rotate").contains("guide.md:5");
    }

    @Test
    void answersFromASavedIndexWithoutTheDocuments() {
        assertThat(shell.run("ingest", "--index", index, docs)).isZero();
        assertThat(shell.out()).startsWith("1 added, 0 updated, 0 unchanged, 0 deleted, 0 not read;");

        assertThat(shell.run("ask", "--index", index, QUESTION)).isZero();

        assertThat(shell.out()).contains("keys rotate").contains(real(docs).resolve("guide.md") + ":5");
    }

    @Test
    void namesTheSourceAloneWhereTheFileIsGone() throws IOException {
        shell.run("ingest", "--index", index, docs);
        Files.delete(docs.resolve("guide.md"));

        assertThat(shell.run("ask", "--index", index, QUESTION)).isZero();

        assertThat(shell.out()).contains("  [1] guide.md:5");
    }

    @Test
    void bringsASavedIndexUpToDateBeforeItAsks() throws IOException {
        shell.run("ingest", "--index", index, docs);
        Files.writeString(docs.resolve("guide.md"), GUIDE.replace("keys rotate", "keys renew"));

        assertThat(shell.run("ask", "--docs", docs, "--index", index, QUESTION)).isZero();

        assertThat(shell.out()).contains("keys renew").doesNotContain("keys rotate");
    }

    @Test
    void wrapsTheAnswerAtTheTerminalsWidth() {
        assertThat(shell.terminal(40).run("ask", "--docs", docs, QUESTION)).isZero();

        assertThat(shell.out().lines().takeWhile(line -> !line.equals("Sources:")))
                .hasSizeGreaterThan(1)
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(40));
    }

    @Test
    void abstainsFromAnEmptyFolder() throws IOException {
        Path empty = Files.createDirectories(folder.resolve("empty"));

        assertThat(shell.run("ask", "--docs", empty, QUESTION)).isEqualTo(3);

        assertThat(shell.out()).contains("Not answered: nothing was found.");
    }

    @Test
    void abstainsWhereNoSentenceAnswers() {
        assertThat(shell.run("ask", "--json", "--docs", docs, "Who discovered penicillin?"))
                .isEqualTo(3);

        assertThat(shell.json().path("outcome").asText()).isEqualTo("abstained");
        assertThat(shell.json().path("reason").asText()).isEqualTo("no_supporting_sentence");
        assertThat(shell.json().path("citations")).isEmpty();
    }

    @Test
    void answerAsJsonHasAllKeys() {
        assertThat(shell.run("ask", "--json", "--docs", docs, QUESTION)).isZero();

        JsonNode answer = shell.json();
        assertThat(answer.path("outcome").asText()).isEqualTo("grounded");
        assertThat(answer.path("origin").asText()).isEqualTo("extracted");
        assertThat(answer.path("answer").asText()).contains("keys rotate");
        assertThat(answer.path("ingest").path("added").asInt()).isEqualTo(1);
        assertThat(answer.path("trace").path("hops")).isNotEmpty();
        JsonNode citation = answer.path("citations").path(0);
        assertThat(citation.path("n").asInt()).isEqualTo(1);
        assertThat(citation.path("source").asText()).isEqualTo("guide.md");
        assertThat(citation.path("start_line").asInt()).isEqualTo(5);
        assertThat(citation.path("end_line").asInt()).isEqualTo(5);
        assertThat(citation.path("quote").asText()).isEqualTo("An API key is rotated with the command keys rotate.");
        assertThat(citation.path("supported").asBoolean()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"hybrid", "vector", "text"})
    void searchesInEveryMode(String mode) {
        shell.run("ingest", "--index", index, docs);

        assertThat(shell.run("search", "--json", "--index", index, "--mode", mode, "--k", 1, "API key rotated"))
                .isZero();

        assertThat(shell.json().path("hits")).hasSize(1);
        JsonNode hit = shell.json().path("hits").path(0);
        assertThat(hit.path("rank").asInt()).isEqualTo(1);
        assertThat(hit.path("id").asText()).endsWith("guide.md#0");
        assertThat(hit.path("source").asText()).isEqualTo("guide.md");
        assertThat(hit.path("text").asText()).contains("keys rotate");
        assertThat(hit.path("scores").has("vector")).isEqualTo(!mode.equals("text"));
        assertThat(hit.path("scores").has("text")).isEqualTo(!mode.equals("vector"));
        assertThat(shell.json().path("trace").path("request_id").asText()).isNotEmpty();
    }

    @Test
    void searchByWordsLoadsNoModel() {
        shell.run("ingest", "--index", index, docs);
        shell.embeddings(() -> {
            throw new IllegalStateException("loaded");
        });

        assertThat(shell.run("search", "--index", index, "--mode", "TEXT", "backup"))
                .isZero();

        assertThat(shell.out()).contains("guide.md:").contains("A backup is written every night at two.");
    }

    @Test
    void searchReadsDocumentsWithoutAnIndex() {
        assertThat(shell.run("search", "--docs", docs, "backup")).isZero();

        assertThat(shell.out()).startsWith("  1  ");
    }

    @Test
    void ingestTellsWhatIsNewChangedGoneAndUnchanged() throws IOException {
        Files.writeString(docs.resolve("second.txt"), "The second file.");
        Files.writeString(docs.resolve("third.txt"), "The third file.");
        shell.run("ingest", "--index", index, docs);
        Files.writeString(docs.resolve("second.txt"), "The second file, changed.");
        Files.delete(docs.resolve("third.txt"));
        Files.writeString(docs.resolve("fourth.txt"), "The fourth file.");

        assertThat(shell.run("ingest", "--json", "--index", index, docs)).isZero();

        JsonNode report = shell.json();
        assertThat(report.path("added").asInt()).isEqualTo(1);
        assertThat(report.path("updated").asInt()).isEqualTo(1);
        assertThat(report.path("unchanged").asInt()).isEqualTo(1);
        assertThat(report.path("deleted").asInt()).isEqualTo(1);
        assertThat(report.path("failed")).isEmpty();
        assertThat(report.path("segments").asInt()).isEqualTo(2);
        assertThat(report.path("seconds").isNumber()).isTrue();
    }

    @Test
    void ingestSumsUpSeveralPaths() throws IOException {
        Path other = Files.writeString(folder.resolve("other.txt"), "The other file.");

        assertThat(shell.run("ingest", "--json", "--index", index, docs, other)).isZero();

        assertThat(shell.json().path("added").asInt()).isEqualTo(2);
    }

    @Test
    void eachFileThatCannotBeReadIsListedAndTheRestGoesOn() throws IOException {
        Files.write(docs.resolve("broken.pdf"), new byte[] {1, 2, 3});
        Files.write(docs.resolve("slides.pptx"), new byte[] {1, 2, 3});

        assertThat(shell.run("ask", "--json", "--docs", docs, QUESTION)).isZero();

        assertThat(shell.err().lines())
                .hasSize(2)
                .anyMatch(line -> line.startsWith("not read: broken.pdf: "))
                .anyMatch(line -> line.startsWith("not read: slides.pptx: "));
        assertThat(shell.json().path("ingest").path("failed")).hasSize(2);
    }

    @Test
    void anIndexBelowTheDocumentsIsNotRead() {
        Path inside = docs.resolve("index [1]");
        shell.run("ingest", "--index", inside, docs);

        assertThat(shell.run("ingest", "--json", "--index", inside, docs)).isZero();

        assertThat(shell.json().path("failed")).isEmpty();
        assertThat(shell.json().path("unchanged").asInt()).isEqualTo(1);
    }

    @Test
    void healthIsUpForAnIndexAndDownForNone() {
        shell.run("ingest", "--index", index, docs);

        assertThat(shell.run("health", "--json", "--index", index)).isZero();
        assertThat(shell.json().path("status").asText()).isEqualTo("up");
        assertThat(shell.json().path("components").has("index")).isTrue();

        assertThat(shell.run("health", "--json", "--index", folder.resolve("none")))
                .isEqualTo(1);
        assertThat(shell.json().path("status").asText()).isEqualTo("down");

        assertThat(shell.run("health", "--index", index)).isZero();
        assertThat(shell.out()).startsWith("rag: up");
    }

    @Test
    void healthHasTheShapesOfFrameworks() {
        shell.run("ingest", "--index", index, docs);

        assertThat(shell.run("health", "--as", "spring-boot", "--index", index)).isZero();
        assertThat(shell.json().path("status").asText()).isEqualTo("UP");
        assertThat(shell.json().at("/components/index/details/documents").asInt())
                .isPositive();

        assertThat(shell.run("health", "--as", "microprofile", "--index", folder.resolve("none")))
                .isEqualTo(1);
        assertThat(shell.json().path("status").asText()).isEqualTo("DOWN");
        assertThat(shell.json().at("/checks/0/name").asText()).isEqualTo("default/index");

        assertThat(shell.run("health", "--as", "consul", "--index", index)).isEqualTo(2);
        assertThat(shell.err()).contains("spring-boot");
    }

    @Test
    void readsTheQuestionFromStandardInputAndFromAFile() throws IOException {
        Path file = Files.writeString(folder.resolve("question.txt"), QUESTION + "\n");

        assertThat(shell.in(QUESTION).run("ask", "--docs", docs, "-")).isZero();
        assertThat(shell.out()).contains("keys rotate");

        assertThat(shell.run("ask", "--docs", docs, "@" + file)).isZero();
        assertThat(shell.out()).contains("keys rotate");
    }

    @Test
    void eventsGoToStandardErrorAsBareJson() {
        assertThat(shell.run("ask", "--log-level", "minimal", "--docs", docs, QUESTION))
                .isZero();

        assertThat(shell.err().lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).startsWith("{").endsWith("}"))
                .anyMatch(line -> line.contains("rag.ingest.completed"))
                .anyMatch(line -> line.contains("rag.query.completed"));
        assertThat(shell.err()).doesNotContain("rotate");
    }

    @Test
    void drawsProgressOnATerminalOnly() {
        shell.run("ingest", "--index", index, docs);
        assertThat(shell.err()).isEmpty();

        shell.terminal(80).run("ingest", "--index", folder.resolve("second"), docs);
        assertThat(shell.err()).contains("Reading").contains("1/1");
    }

    @Test
    void whatADocumentHoldsCannotSteerTheTerminal() throws IOException {
        Files.writeString(docs.resolve("evil.txt"), "The paint of the old bridge is red and \u202Ereversed.\n");

        assertThat(shell.run("ask", "--docs", docs, "What is the paint of the old bridge?"))
                .isZero();
        assertThat(shell.out()).contains("paint of the old bridge").doesNotContain("\u202E");

        assertThat(shell.run("search", "--docs", docs, "paint of the old bridge"))
                .isZero();
        assertThat(shell.out()).contains("paint of the old bridge").doesNotContain("\u202E");
    }

    @Test
    void settingsComeFromAFile() throws IOException {
        Path settings = Files.writeString(folder.resolve("rag.properties"), "rag.search.limit=1\n");

        assertThat(shell.run("search", "--json", "--settings", settings, "--docs", docs, "key backup"))
                .isZero();

        assertThat(shell.json().path("hits")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ask", "ingest", "search", "health"})
    void everyCommandHasHelp(String command) {
        Object[] args = command.isEmpty() ? new Object[] {"--help"} : new Object[] {command, "--help"};

        assertThat(shell.run(args)).isZero();

        assertThat(shell.out()).startsWith("Usage: rag").contains("Examples:").contains("Exit:");
        assertThat(shell.err()).isEmpty();
    }

    @Test
    void tellsItsVersion() {
        assertThat(shell.run("--version")).isZero();

        assertThat(shell.out()).startsWith("rag ");
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
