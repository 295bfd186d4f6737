package dev.groundwork.rag.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.groundwork.rag.observability.LoggedEvent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogsCommandTest {

    private static final String HOPS = """
        {"rag.timestamp":"2026-11-25T07:00:01.000Z","rag.event_name":"rag.hop.completed","rag.schema_version":1,"rag.pipeline":"docs","rag.request_id":"aa-1","rag.hop_name":"embed","rag.hop_seq":1,"rag.hop_status":"ok","rag.hop_start_ms":0.0,"rag.hop_ms":50.0,"rag.in_count":1,"rag.out_count":1,"rag.model":"bge"}
        {"rag.timestamp":"2026-11-25T07:00:01.100Z","rag.event_name":"rag.hop.completed","rag.schema_version":1,"rag.pipeline":"docs","rag.request_id":"aa-1","rag.hop_name":"vector","rag.hop_seq":2,"rag.hop_status":"ok","rag.hop_start_ms":50.0,"rag.hop_ms":50.0,"rag.in_count":1,"rag.out_count":2,"rag.top_score":0.75,"rag.score_kind":"cosine","rag.candidates":"[{\\"id\\":\\"a#1\\",\\"rank\\":1,\\"score\\":0.75}]"}
        """;

    private static final String ANSWERED = """
        {"rag.timestamp":"2026-11-25T07:00:01.200Z","rag.event_name":"rag.query.completed","rag.schema_version":1,"rag.pipeline":"docs","rag.request_id":"aa-1","rag.operation":"ask","rag.outcome":"answered","rag.duration_ms":100.0,"rag.tokens_in":420,"rag.tokens_out":37,"rag.result_count":2}
        """;

    private static final String FAILED = """
        {"rag.timestamp":"2026-11-25T08:00:00.000Z","rag.event_name":"rag.query.failed","rag.schema_version":1,"rag.pipeline":"wiki","rag.request_id":"bb-2","rag.operation":"ask","rag.outcome":"error","rag.duration_ms":6000.0,"rag.slow":true,"rag.result_count":0,"rag.error_type":"LlmUnavailableException"}
        """;

    private static final String OTHERS = """
        {"rag.timestamp":"2026-11-25T09:00:00.000Z","rag.event_name":"rag.health.changed","rag.schema_version":1,"rag.pipeline":"docs","rag.component":"llm/primary","rag.status_before":"up","rag.status_after":"down","rag.health_reason":"resting"}
        {"rag.timestamp":"2026-11-25T09:00:01.000Z","rag.event_name":"rag.slo.alert","rag.schema_version":1,"rag.pipeline":"docs","rag.alert_name":"p95","rag.firing":true,"rag.alert_value":2.5,"rag.alert_threshold":1.0,"rag.window_ms":300000.0}
        """;

    private final Shell shell = new Shell();

    @TempDir
    private Path folder;

    private Path log;

    @BeforeEach
    void write() throws IOException {
        log = Files.writeString(folder.resolve("events.jsonl"), HOPS + ANSWERED + FAILED + OTHERS);
    }

    private List<String> lines() {
        return shell.out().lines().toList();
    }

    @Test
    void aTableHasALineForEachQuestionAndForWhatElseHappened() {
        assertThat(shell.run("logs", log)).isZero();
        assertThat(lines()).hasSize(5);
        assertThat(lines().get(1))
                .matches("2026-11-25 07:00:01.200  docs +aa-1 +answered +100.0 +2 +420/37  (embed|vector) 50.0 ms");
        assertThat(lines().get(2)).contains("wiki", "bb-2", "error", "6000.0", "LlmUnav");
        assertThat(lines().get(3)).contains("health of llm/primary: up -> down resting");
        assertThat(lines().get(4)).contains("slo alert p95 fires: 2.5, threshold 1.0");
        assertThat(shell.err()).isEqualTo("2 questions: 1 answered, 1 error\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--failed", "--slow", "--slow=5000", "--pipeline=wiki"})
    void filtersLeaveWhatIsWanted(String filter) {
        assertThat(shell.run("logs", filter, "--", log)).isZero();
        assertThat(lines()).hasSize(2).last().asString().contains("bb-2");
    }

    @Test
    void sinceTakesATime() {
        assertThat(shell.run("logs", "--since", "2026-11-25T08:30", log)).isZero();
        assertThat(lines()).hasSize(2).allMatch(line -> line.contains("09:00:0"));
        assertThat(shell.run("logs", "--since", "yesterday", log)).isEqualTo(ExitCode.USAGE);
        assertThat(shell.err()).contains("--since is 'yesterday'");
    }

    @Test
    void gzipAndStandardInputAreRead() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(Files.readAllBytes(log));
        }
        Path zipped = Files.write(folder.resolve("events.gz"), bytes.toByteArray());
        assertThat(shell.run("logs", zipped)).isZero();
        assertThat(lines()).hasSize(5);
        assertThat(shell.in(new ByteArrayInputStream(bytes.toByteArray())).run("logs"))
                .isZero();
        assertThat(lines()).hasSize(5);

        Files.write(zipped, java.util.Arrays.copyOf(bytes.toByteArray(), bytes.size() - 20));
        assertThat(shell.run("logs", zipped)).isZero();
        assertThat(shell.err()).contains("1 line could not be read: " + zipped + " after line");
    }

    @Test
    void linesThatBackendsMadeAreRead() throws IOException {
        String event = ANSWERED.strip();
        String quoted = event.replace("\"", "\\\"");
        String nested = event.replace("\"rag.", "\"").replace("\"query.completed", "\"rag.query.completed");
        Path wrapped = Files.writeString(
                folder.resolve("wrapped.log"),
                "{\"@timestamp\":\"2026\",\"message\":\"rag.query.completed\"," + event.substring(1) + "\n"
                        + "{\"message\":\"" + quoted + "\",\"level\":\"INFO\"}\n"
                        + "{\"message\":\"{}\",\"arguments\":[\"" + quoted + "\"]}\n"
                        + "{\"ecs\":{\"version\":\"8.11\"},\"rag\":" + nested + "}\n"
                        + "[main] INFO rag.events - " + event + "\n"
                        + "INFO rag.events " + event + "\r\n"
                        + "{\"log\":\"{\\\"message\\\":\\\"x\\\"," + quoted.substring(1)
                        + "\\n\",\"stream\":\"stdout\"}\n");
        assertThat(shell.run("logs", wrapped)).isZero();
        assertThat(shell.err()).isEqualTo("7 questions: 7 answered\n");
        assertThat(lines().subList(1, 8)).allMatch(line -> line.contains("aa-1") && line.contains("420/37"));
    }

    @Test
    void unreadableLinesAreCountedAndNamedAndOthersPassedOver() throws IOException {
        Files.writeString(
                log, "Started in 3 s\n{\"rag.timestamp\":\"2026\n" + ANSWERED + "\n{\"message\":\"hi\"}\n{broken\n");
        assertThat(shell.run("logs", log)).isZero();
        assertThat(lines()).hasSize(2);
        assertThat(shell.err()).contains("2 lines could not be read: " + log + ":2, " + log + ":6");
    }

    @Test
    void aLogOfSomethingElseIsToldSo() throws IOException {
        Files.writeString(log, "a\nb\n");
        assertThat(shell.run("logs", log)).isZero();
        assertThat(shell.err()).contains("no event in 2 lines");
    }

    @Test
    void aLineThatIsTooLongIsNotKept() throws IOException {
        Files.writeString(log, "{\"x\":\"" + "y".repeat(9 << 20) + "\"}\n" + ANSWERED);
        assertThat(shell.run("logs", log)).isZero();
        assertThat(lines()).hasSize(2);
        assertThat(shell.err()).contains("1 line could not be read: " + log + ":1");
    }

    @Test
    void aQuestionIsDrawnStepByStep() {
        assertThat(shell.environment("TERM", "xterm")
                        .environment("NO_COLOR", "1")
                        .terminal(80)
                        .run("logs", "--request", "aa", log))
                .isZero();
        assertThat(lines().get(0)).isEqualTo("Question aa-1  pipeline docs  2026-11-25T07:00:01.200Z");
        assertThat(lines().get(1)).isEqualTo("ask: answered in 100.0 ms, 2 results, tokens 420 in, 37 out");
        // 27 columns for 100 ms: 50 ms are 13 blocks and a half.
        assertThat(lines().get(3)).startsWith("  1 embed        " + "█".repeat(13) + "▌" + " ".repeat(13));
        assertThat(lines().get(4)).startsWith("  2 vector       " + " ".repeat(13) + "█".repeat(13) + "▌");
        assertThat(lines()).allMatch(line -> line.length() <= 80).noneMatch(line -> line.contains("\u001b"));
    }

    @Test
    void coloursAreForTerminalsThatWantThem() {
        assertThat(shell.environment("TERM", "xterm").terminal(80).run("logs", "--request", "bb-2", log))
                .isZero();
        assertThat(shell.out()).contains("\u001b[31merror\u001b[0m").contains("No steps");
        assertThat(new Shell().environment("TERM", "xterm").run("logs", "--request", "bb-2", log))
                .isZero();
    }

    @Test
    void aTerminalWithoutBlocksGetsSigns() {
        assertThat(shell.environment("TERM", "dumb").terminal(60).run("logs", "--request", "aa-1", log))
                .isZero();
        assertThat(lines().get(3)).matches(" {2}1 embed {8}#+ +50\\.0 ms");
        assertThat(shell.out().chars()).allMatch(c -> c < 128);
    }

    @Test
    void aTraceHasTheCandidates() {
        assertThat(shell.run("trace", "aa-1", log)).isZero();
        assertThat(shell.out()).contains("        1  0.7500     a#1");
    }

    @Test
    void whatIsNotThereOrNotOneIsToldSo() throws IOException {
        assertThat(shell.run("trace", "zz", log)).isEqualTo(ExitCode.FAILURE);
        assertThat(shell.err()).contains("no question with the id 'zz' among 6 events");
        Files.writeString(log, ANSWERED + ANSWERED.replace("aa-1", "aa-2"));
        assertThat(shell.run("trace", "aa", log)).isEqualTo(ExitCode.FAILURE);
        assertThat(shell.err()).contains("2 questions have an id that begins with 'aa': aa-1, aa-2");
        assertThat(shell.run("logs", folder.resolve("none"))).isEqualTo(ExitCode.FAILURE);
        assertThat(shell.err()).contains("no such file");
        assertThat(shell.run("logs", folder)).isEqualTo(ExitCode.FAILURE);
        assertThat(shell.run("trace")).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void whatAskLogsIsReadBack() throws IOException {
        Path docs = Files.createDirectories(folder.resolve("docs"));
        Files.writeString(docs.resolve("a.md"), "# Keys\n\nAn API key is rotated every ninety days.\n");
        Path file = folder.resolve("ask.jsonl");
        assertThat(shell.run(
                        "ask",
                        "--docs",
                        docs,
                        "--log-level",
                        "extended",
                        "--log-file",
                        file,
                        "How often is an API key rotated?"))
                .isZero();
        assertThat(shell.err()).doesNotContain("rag.event_name");
        assertThat(Files.readString(file)).doesNotContain("rotated").doesNotContain("ninety");
        assertThat(Files.readAllLines(file)).hasSizeGreaterThan(5).allSatisfy(LogsCommandTest::isWhatItsSchemaSays);
        String id = LoggedEvent.parse(Files.readAllLines(file).getLast())
                .orElseThrow()
                .text("rag.request_id");

        assertThat(shell.run("logs", file)).isZero();
        assertThat(shell.out())
                .contains(id.substring(0, 12))
                .contains("answered")
                .contains("ingest completed");
        assertThat(shell.run("trace", id, file)).isZero();
        assertThat(shell.out()).contains("embed", "vector", "text", "fuse", "extract", "query script: latin");
    }

    private static void isWhatItsSchemaSays(String line) throws IOException {
        JsonNode event = new ObjectMapper().readTree(line);
        String schema = "schema/v1/" + event.path("rag.event_name").asText() + ".schema.json";
        try (InputStream in = LoggedEvent.class.getResourceAsStream(schema)) {
            assertThat(JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                            .getSchema(in)
                            .validate(event))
                    .isEmpty();
        }
    }

    @Test
    void wrongLogOptionsAreUsage() throws IOException {
        Path docs = Files.createDirectories(folder.resolve("docs"));
        for (List<String> wrong : List.of(
                List.of("--log-sample=2", "--log-level=extended"),
                List.of("--log-slow=-1", "--log-level=minimal"),
                List.of("--log-content"))) {
            assertThat(shell.run("ask", "--docs", docs, wrong.getFirst(), wrong.getLast(), "What?"))
                    .isEqualTo(ExitCode.USAGE);
            assertThat(shell.err()).contains("--log-");
        }
    }

    @Test
    void commandsThatLogNothingTakeNoOptionsOfLogs() {
        for (String command : List.of("eval", "pool")) {
            assertThat(shell.run(command, "--log-level=minimal")).isEqualTo(ExitCode.USAGE);
            assertThat(shell.err()).contains("--log-level");
        }
    }
}
