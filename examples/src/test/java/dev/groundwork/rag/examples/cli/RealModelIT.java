package dev.groundwork.rag.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.llm.OnnxEmbeddingModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job with the weights that it ships with. */
class RealModelIT {

    @TempDir
    private Path folder;

    @Test
    void answersByMeaningFromASavedIndex() throws IOException {
        Path docs = Files.createDirectories(folder.resolve("docs"));
        Path index = folder.resolve("index");
        Files.writeString(docs.resolve("pets.md"), "# Pets\n\nThe kitten sleeps on the sofa.\n");
        Files.writeString(docs.resolve("cars.md"), "# Cars\n\nThe engine needs new oil.\n");
        Shell shell = new Shell().embeddings(OnnxEmbeddingModel::bgeSmallEn);

        assertThat(shell.run("ingest", "--index", index, docs)).isZero();
        assertThat(shell.run(
                        "search",
                        "--json",
                        "--mode",
                        "vector",
                        "--k",
                        1,
                        "--index",
                        index,
                        "Where does the young cat rest?"))
                .isZero();
        assertThat(shell.json().path("hits").path(0).path("source").asText()).isEqualTo("pets.md");

        assertThat(shell.run("ask", "--index", index, "Where does the kitten sleep?"))
                .isZero();
        assertThat(shell.out()).contains("The kitten sleeps on the sofa.").contains("pets.md:3");
    }
}
