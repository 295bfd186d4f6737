package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.all;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.IndexLockedException;
import dev.langchain4j.data.embedding.Embedding;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Readers of this process follow a writer of another one. */
@Timeout(120)
class FollowerIT {

    @TempDir
    Path folder;

    private Process process;
    private Writer commands;
    private BufferedReader answers;

    @BeforeEach
    void start() throws IOException {
        String classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classes,
                        MaintainingWriter.class.getName(),
                        folder.resolve("index").toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        commands = process.outputWriter(StandardCharsets.US_ASCII);
        answers = process.inputReader(StandardCharsets.US_ASCII);
    }

    @AfterEach
    void stop() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    private void tell(String... lines) throws IOException {
        for (String line : lines) {
            commands.write(line + "\n");
            commands.flush();
            assertThat(answers.readLine()).isEqualTo(line);
        }
    }

    @Test
    void seesEachCommitAndRollbackAndSwapOfAnotherProcess() throws IOException {
        tell("put a", "put b", "name start");
        Path path = folder.resolve("index");
        try (LuceneIndex reader = LuceneIndex.openReadOnly(path);
                LuceneIndex second = LuceneIndex.openReadOnly(path)) {
            assertThat(all(reader)).containsExactly("a", "b");
            tell("put c", "delete a", "commit");
            assertThat(all(reader)).containsExactly("b", "c");
            assertThat(all(second)).containsExactly("b", "c");
            tell("optimize");
            assertThat(all(reader)).containsExactly("b", "c");
            assertThat(reader.stats().parts()).isEqualTo(1);

            tell("back start");
            assertThat(all(reader)).containsExactly("a", "b");
            assertThat(reader.commits()).extracting(NamedCommit::name).containsExactly("start");
            tell("delete b", "commit");
            assertThat(all(reader)).containsExactly("a");
            assertThat(all(second)).containsExactly("a"); // has seen none of the states in between

            tell("rebuild r");
            assertThat(all(reader)).containsExactly("a");
            tell("swap");
            assertThat(all(reader)).containsExactly("r");
            assertThat(score(reader)).isEqualTo(25);
            tell("back start");
            assertThat(all(second)).containsExactly("a", "b");
            assertThat(score(second)).isLessThanOrEqualTo(1);

            reader.verifyThoroughly();
            reader.copyTo(folder.resolve("copy"));
            assertThatThrownBy(() -> LuceneIndex.open(path)).isInstanceOf(IndexLockedException.class);
        }
        try (LuceneIndex copy = LuceneIndex.open(folder.resolve("copy"))) {
            assertThat(all(copy)).containsExactly("a", "b");
        }
    }

    private static double score(LuceneIndex index) {
        return index.searchVector(Embedding.from(new float[] {3, 4}), 1, null)
                .getFirst()
                .score()
                .value();
    }

    @Test
    void findsAllAfterTheWriterWasKilled() throws Exception {
        tell("put a", "name start", "put b", "commit", "put c", "back start", "put d");
        process.destroyForcibly().waitFor();

        try (LuceneIndex index = LuceneIndex.open(folder.resolve("index"))) {
            assertThat(all(index)).containsExactly("a", "d");
            index.verifyThoroughly();
        }
        start();
        tell("rebuild r", "put e");
        process.destroyForcibly().waitFor();

        try (LuceneIndex index = LuceneIndex.open(folder.resolve("index"));
                Rebuild rebuild = index.resumeRebuild(LuceneIndex.builder()).orElseThrow()) {
            assertThat(all(index)).containsExactly("a", "d", "e");
            assertThat(all(rebuild.index())).containsExactly("r");
            assertThatThrownBy(rebuild::swap)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("changed 1 times");
        }
    }
}
