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
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands run; what they measure on a busy machine proves nothing, so no figure of time is looked at. */
class BenchCommandTest {

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void searchMeasuresBothSidesAtTheSameRecall() throws IOException {
        JsonNode result = run("search");
        assertThat(result.path("data").asText()).startsWith("2,000 x 384 synthetic clusters, 50 queries");
        assertThat(result.path("date").asText()).isEqualTo("2026-01-02T03:04:05Z");
        assertThat(result.path("figures")).hasSize(8).allSatisfy(figure -> {
            assertThat(figure.path("ours").asDouble()).isPositive();
            assertThat(figure.path("theirs").asDouble()).isPositive();
            assertThat(figure.path("ourRecall").asDouble()).isGreaterThan(0.95);
            assertThat(figure.path("theirRecall").asDouble()).isGreaterThan(0.95);
        });
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("1 thread, p50", "2 threads, p99", "<= 1.05");
    }

    @Test
    void hybridMeasuresBothSides() throws IOException {
        JsonNode result = run("hybrid");
        assertThat(result.path("figures"))
                .hasSize(6)
                .allSatisfy(
                        figure -> assertThat(figure.path("ratio").asDouble()).isPositive());
    }

    @Test
    void leavesNoIndexBehind() throws IOException {
        run("search");
        try (var kept = Files.list(folder.resolve("cache"))) {
            assertThat(kept.map(path -> path.getFileName().toString())).noneMatch(name -> name.startsWith("run-"));
        }
    }

    @Test
    void saysWhenThereAreNoSharedTexts() throws IOException {
        run("search", "--set", "real");
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("bench: no shared texts in " + folder.resolve("none") + ", so the data are synthetic");
    }

    @Test
    void aNumberThatMakesNoSenseIsRefused() {
        assertThat(execute("search", "--set", "synthetic", "--n", "0")).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("--n is 0, must be at least 1");
    }

    private JsonNode run(String command, String... options) throws IOException {
        Path json = folder.resolve("result.json");
        List<String> arguments = new ArrayList<>(List.of(
                command,
                "--n",
                "2000",
                "--queries",
                "50",
                "--rounds",
                "1",
                "--warmup",
                "1",
                "--json",
                json.toString()));
        arguments.addAll(options.length > 0 ? List.of(options) : List.of("--set", "synthetic"));
        assertThat(execute(arguments.toArray(String[]::new)))
                .as(() -> err.toString(StandardCharsets.UTF_8))
                .isEqualTo(0);
        return new ObjectMapper().readTree(Files.readString(json)).get(0);
    }

    private int execute(String... arguments) {
        PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
        Surroundings surroundings = new Surroundings(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                errors,
                Progress.Factory.on(errors, 0),
                folder.resolve("none"),
                folder.resolve("cache"),
                Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC));
        return BenchCommand.execute(surroundings, arguments);
    }
}
