package dev.groundwork.rag.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's example is the program that is compiled here, and that program answers. */
class ReadmeIT {

    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @Test
    void theReadmesExampleIsTheProgramAndHasAtMost15Lines() throws IOException {
        Matcher block = JAVA_BLOCK.matcher(Files.readString(Path.of("../README.md")));
        assertThat(block.find()).isTrue();
        String example = block.group(1);
        String program = Files.readString(Path.of("src/main/java/dev/groundwork/rag/examples/QuickStart.java"));

        assertThat(example.lines()).hasSizeLessThanOrEqualTo(15);
        assertThat(withoutIndent(program)).contains(withoutIndent(example));
    }

    @Test
    void theProgramAnswersFromItsFolder(@TempDir Path folder) throws Exception {
        Path docs = Files.createDirectory(folder.resolve("docs"));
        Files.writeString(
                docs.resolve("keys.md"), "# Keys\n\nAn API key is rotated with `keys rotate`, every 90 days.\n");
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules=jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        QuickStart.class.getName()))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }

        assertThat(Files.readString(output, StandardCharsets.UTF_8))
                .contains("every 90 days. [1]")
                .contains("[1] keys.md:3 (quoted)");
        assertThat(process.exitValue()).isZero();
        assertThat(folder.resolve("index")).isDirectory();
    }

    private static String withoutIndent(String code) {
        return code.lines().map(String::strip).reduce("", (all, line) -> all + line + "\n");
    }
}
