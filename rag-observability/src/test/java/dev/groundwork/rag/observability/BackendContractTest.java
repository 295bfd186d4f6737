package dev.groundwork.rag.observability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What comes out of each backend, in the mode that suits it, is what went in: every line is one whole document, every event
 * is as its schema says, and none is missing. Each backend runs in a process with a class path of its own, since they keep
 * each other off one. Maven has put them under {@code target/backends}; a test that does not find its backend fails.
 */
class BackendContractTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    @Test
    void logbackWithTheLogstashEncoderKeepsFields() throws Exception {
        Path config = config("logback.xml", """
            <configuration><appender name="out" class="ch.qos.logback.core.ConsoleAppender">
            <encoder class="net.logstash.logback.encoder.LogstashEncoder"/></appender>
            <root level="INFO"><appender-ref ref="out"/></root></configuration>
            """);
        List<String> lines = run("logstash", List.of("-Dlogback.configurationFile=" + config), "key-values");

        assertEvents(lines);
        assertThat(JSON.readTree(lines.getFirst()).path("rag.hop_ms").isNumber())
                .isTrue();
        assertThat(JSON.readTree(lines.getFirst()).path("message").asText()).isEqualTo("rag.hop.completed");
    }

    @Test
    void logbacksOwnJsonKeepsTheMessage() throws Exception {
        Path config = config("logback.xml", """
            <configuration><appender name="out" class="ch.qos.logback.core.ConsoleAppender">
            <encoder class="ch.qos.logback.classic.encoder.JsonEncoder"/></appender>
            <root level="INFO"><appender-ref ref="out"/></root></configuration>
            """);
        assertEvents(run("logback", List.of("-Dlogback.configurationFile=" + config), "message"));
    }

    @Test
    void springBootsEcsFormatKeepsTheFieldsNested() throws Exception {
        List<String> lines = spring("ecs", "key-values");

        assertEvents(lines);
        assertThat(JSON.readTree(lines.getFirst()).path("log").path("logger").asText())
                .isEqualTo("rag.events");
    }

    @Test
    void springBootsEcsFormatKeepsTheMessage() throws Exception {
        assertEvents(spring("ecs", "message"));
    }

    @Test
    void springBootsLogstashFormatKeepsFields() throws Exception {
        List<String> lines = spring("logstash", "key-values");

        assertEvents(lines);
        assertThat(JSON.readTree(lines.getFirst()).path("rag.hop_ms").isNumber())
                .isTrue();
    }

    @Test
    void log4jsJsonKeepsTheMessage() throws Exception {
        Path config = config("log4j2.xml", """
            <Configuration><Appenders><Console name="out">
            <JsonTemplateLayout eventTemplateUri="classpath:EcsLayout.json" maxStringLength="1000000"/>
            </Console></Appenders>
            <Loggers><Root level="info"><AppenderRef ref="out"/></Root></Loggers></Configuration>
            """);
        List<String> options = List.of("-Dlog4j2.configurationFile=" + config);
        assertEvents(run("log4j", options, "message"));
        // It would put pairs into the thread's context as strings; so it gets the document in this mode too.
        assertEvents(run("log4j", options, "key-values"));
    }

    @Test
    void slf4jSimpleKeepsTheMessage() throws Exception {
        List<String> options = List.of("-Dorg.slf4j.simpleLogger.logFile=System.out");
        assertEvents(run("simple", options, "message"));
        // It would merge pairs into the format of the message; so it gets the document in this mode too.
        assertEvents(run("simple", options, "key-values"));
    }

    @Test
    void javaUtilLoggingKeepsTheMessage() throws Exception {
        Path config = config("logging.properties", """
            handlers=java.util.logging.FileHandler
            java.util.logging.FileHandler.pattern=%s
            java.util.logging.FileHandler.encoding=UTF-8
            java.util.logging.FileHandler.formatter=java.util.logging.SimpleFormatter
            java.util.logging.SimpleFormatter.format=%%4$s %%3$s %%5$s%%n
            """.replace(
                "%s", folder.resolve("jul.log").toString()).replace("%%", "%"));
        run("jul", List.of("-Djava.util.logging.config.file=" + config), "message");
        assertEvents(Files.readAllLines(folder.resolve("jul.log"), StandardCharsets.UTF_8));
    }

    // --- Running ---------------------------------------------------------------------------------------------------

    private List<String> spring(String format, String mode) throws Exception {
        List<String> lines = run(
                "spring",
                List.of(),
                mode,
                "--spring.main.banner-mode=off",
                "--spring.main.log-startup-info=false",
                "--logging.structured.format.console=" + format);
        return lines.stream().filter(line -> line.contains("rag.events")).toList();
    }

    private Path config(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private List<String> run(String backend, List<String> options, String... arguments) throws Exception {
        Path jars = Path.of(System.getProperty("basedir", "."), "target", "backends", backend);
        assertThat(jars).as("the backend, which Maven copies before tests").isDirectoryContaining("glob:**.jar");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx512m"));
        command.addAll(List.of("-Dstdout.encoding=UTF-8", "-Dfile.encoding=UTF-8"));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath(jars), BackendProgram.class.getName()));
        command.addAll(Arrays.asList(arguments));
        Path out = folder.resolve("out-" + backend);
        Path err = folder.resolve("err-" + backend);
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(err)).isZero();
        return Files.readAllLines(out, StandardCharsets.UTF_8);
    }

    /** The class path of this test, with the backend instead of the one that is there. */
    private static String classPath(Path jars) throws IOException {
        try (Stream<Path> backend = Files.list(jars)) {
            return Stream.concat(
                            backend.map(Path::toString),
                            Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                                    .filter(entry -> !entry.contains("slf4j-simple")))
                    .collect(Collectors.joining(File.pathSeparator));
        }
    }

    // --- Comparing -------------------------------------------------------------------------------------------------

    private static void assertEvents(List<String> lines) throws IOException {
        List<String> expected = new ArrayList<>();
        BackendProgram.send(BackendProgram.logger(LogSink.lines(expected::add)));
        assertThat(lines).hasSameSizeAs(expected);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            LoggedEvent event = LoggedEvent.parse(line).orElseThrow(() -> new AssertionError("no event in " + line));
            ObjectNode found = JSON.valueToTree(event.fields());
            Schemas.check(found);
            assertThat(comparable(found)).isEqualTo(comparable(JSON.readTree(expected.get(i))));
        }
    }

    /** Without what differs from process to process; the order of keys does not matter. */
    private static Map<String, Object> comparable(JsonNode event) {
        Map<String, Object> fields = JSON.convertValue(event, new com.fasterxml.jackson.core.type.TypeReference<>() {});
        fields.replaceAll((key, value) -> value instanceof Number number ? number.doubleValue() : value);
        fields.remove("rag.stack_trace");
        return fields;
    }
}
