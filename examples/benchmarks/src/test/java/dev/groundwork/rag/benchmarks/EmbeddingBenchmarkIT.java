package dev.groundwork.rag.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.groundwork.rag.benchmarks.measure.Progress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both sides run, and give the same vectors where they should; what they take on a busy machine proves nothing. */
class EmbeddingBenchmarkIT {

    @TempDir
    private Path folder;

    @Test
    void measuresBothSidesOnTheSameVectors() throws IOException {
        Path json = folder.resolve("result.json");
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
        Surroundings surroundings = new Surroundings(
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                errors,
                Progress.Factory.on(errors, 0),
                folder.resolve("none"),
                folder,
                Clock.systemUTC());

        int status = BenchCommand.execute(
                surroundings, "embedding", "--texts", "16", "--rounds", "1", "--json", json.toString());

        assertThat(status).as(() -> err.toString(StandardCharsets.UTF_8)).isZero();
        JsonNode result = new ObjectMapper().readTree(Files.readString(json)).get(0);
        assertThat(result.path("data").asText()).contains("16 texts of common words by chance");
        List<String> whats = new ArrayList<>();
        for (JsonNode figure : result.path("figures")) {
            String what = figure.path("what").asText();
            whats.add(what);
            double ours = figure.path("ours").asDouble();
            assertThat(ours).as(what).isPositive();
            if (!figure.path("unit").asText().equals("cosine")) {
                assertThat(figure.path("ratio").asDouble()).as(what).isPositive();
            } else if (what.contains("batches")) {
                assertThat(ours).as(what).isBetween(0.95, 0.9999);
            } else {
                assertThat(figure.path("reached").asBoolean()).as(what).isTrue();
            }
        }
        assertThat(whats)
                .contains(
                        "bulk, 225 tokens",
                        "bulk, 225 tokens, vectors beside LangChain4j's",
                        "bulk, 17 tokens, batches of 8, vectors beside LangChain4j's")
                .anyMatch(what -> what.startsWith("a question of 12 tokens, p99"))
                .anyMatch(what -> what.startsWith("from the start of a process"));
    }
}
