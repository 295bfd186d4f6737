package dev.groundwork.rag.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class RollingFileTest {

    @TempDir
    private Path folder;

    private static LogEvent event(int number, int size) {
        return new LogEvent.Builder("test")
                .number("n", number)
                .text("x", "x".repeat(size))
                .build(false);
    }

    private List<String> lines(String name) throws IOException {
        return Files.readAllLines(folder.resolve(name));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void linesAreAppendedAlsoAfterAReopening() throws IOException {
        Path file = folder.resolve("a/b/events.jsonl");
        try (RollingFile log = RollingFile.open(file)) {
            log.write(event(1, 0));
        }
        try (RollingFile log = RollingFile.open(file)) {
            log.write(event(2, 0));
        }
        assertThat(Files.readString(file)).isEqualTo("{\"n\":1,\"x\":\"\"}\n{\"n\":2,\"x\":\"\"}\n");
    }

    @Test
    void sizeAndNumberOfFilesAreBounded() throws IOException {
        try (RollingFile log = RollingFile.open(folder.resolve("log"), 1_024, 3)) {
            for (int i = 0; i < 20; i++) {
                log.write(event(i, 480)); // two of them fit
            }
        }
        assertThat(names()).containsExactly("log", "log.1", "log.2", "log.lock");
        assertThat(lines("log")).hasSize(2).first().asString().startsWith("{\"n\":18,");
        assertThat(lines("log.1")).hasSize(2).first().asString().startsWith("{\"n\":16,");
        assertThat(lines("log.2")).hasSize(2).first().asString().startsWith("{\"n\":14,");
        for (String name : List.of("log", "log.1", "log.2")) {
            assertThat(folder.resolve(name)).isRegularFile();
            assertThat(Files.size(folder.resolve(name))).isLessThanOrEqualTo(1_024);
        }
    }

    @Test
    void oneFileAloneBeginsAnew() throws IOException {
        try (RollingFile log = RollingFile.open(folder.resolve("log"), 1_024, 1)) {
            for (int i = 0; i < 5; i++) {
                log.write(event(i, 480));
            }
        }
        assertThat(names()).containsExactly("log", "log.lock");
        assertThat(lines("log")).hasSize(1).first().asString().startsWith("{\"n\":4,");
    }

    @Test
    void aLineThatIsLargerThanAFileHasOneOfItsOwn() throws IOException {
        try (RollingFile log = RollingFile.open(folder.resolve("log"), 1_024, 3)) {
            log.write(event(1, 10));
            log.write(event(2, 5_000));
            log.write(event(3, 10));
        }
        assertThat(lines("log")).hasSize(1);
        assertThat(lines("log.1")).hasSize(1).first().asString().hasSizeGreaterThan(5_000);
        assertThat(lines("log.2")).hasSize(1);
    }

    @Test
    void halfALineOfACrashedProcessIsEnded() throws IOException {
        Files.writeString(folder.resolve("log"), "{\"n\":0}\n{\"n\":1,\"x");
        try (RollingFile log = RollingFile.open(folder.resolve("log"))) {
            log.write(event(2, 0));
        }
        assertThat(lines("log")).containsExactly("{\"n\":0}", "{\"n\":1,\"x", "{\"n\":2,\"x\":\"\"}");
    }

    @Test
    void theSameFileCantBeOpenedTwice() throws IOException {
        Path file = folder.resolve("log");
        try (RollingFile log = RollingFile.open(file)) {
            assertThatThrownBy(() -> RollingFile.open(file))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("another process or another sink writes to it");
            log.write(event(1, 0));
        }
        RollingFile.open(file).close();
        assertThat(lines("log")).hasSize(1);
    }

    /** Opens a file for as long as its standard input is open; run by the test below in a process of its own. */
    public static final class Holder {
        private Holder() {}

        /** Runs. */
        public static void main(String[] args) throws IOException {
            try (RollingFile log = RollingFile.open(Path.of(args[0]))) {
                log.write(event(1, 0));
                System.out.write('o');
                System.out.flush();
                while (System.in.read() >= 0) {
                    // until it ends
                }
            }
        }
    }

    @Test
    void twoProcessesCantWriteToTheSameFile() throws Exception {
        Path file = folder.resolve("log");
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(other.getInputStream().read()).isEqualTo('o');
            assertThatThrownBy(() -> RollingFile.open(file)).hasMessageContaining("another process");
            other.getOutputStream().close();
            assertThat(other.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            other.destroyForcibly();
        }
        try (RollingFile log = RollingFile.open(file)) {
            log.write(event(2, 0));
        }
        assertThat(lines("log")).hasSize(2);
    }

    @Test
    void whatCantBeOpenedIsNamed() throws IOException {
        assertThatThrownBy(() -> RollingFile.open(folder))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining("it is a folder");
        Files.writeString(folder.resolve("plain"), "");
        assertThatThrownBy(() -> RollingFile.open(folder.resolve("plain/log"))).hasMessageContaining("plain");
        assertThatThrownBy(() -> RollingFile.open(folder.resolve("log"), 1_023, 1))
                .hasMessageContaining("maxBytes is 1023");
        assertThatThrownBy(() -> RollingFile.open(folder.resolve("log"), 2_000, 0))
                .hasMessageContaining("maxFiles is 0");
    }

    @Test
    void nothingIsWrittenAfterTheEnd() throws IOException {
        RollingFile log = RollingFile.open(folder.resolve("log"));
        log.close();
        log.close();
        assertThatThrownBy(() -> log.write(event(1, 0))).isInstanceOf(IOException.class);
        assertThat(lines("log")).isEmpty();
    }

    /** A disk that is full, where the system has one that always is. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aDiskThatIsFullIsAnErrorForEachLineAndNoMore() throws IOException {
        Files.createSymbolicLink(folder.resolve("log"), Path.of("/dev/full"));
        try (RollingFile log = RollingFile.open(folder.resolve("log"))) {
            for (int i = 0; i < 3; i++) {
                int number = i;
                assertThatThrownBy(() -> log.write(event(number, 0)))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("No space left");
            }
            Files.delete(folder.resolve("log")); // there is room again
            log.write(event(4, 0));
        }
        assertThat(lines("log")).hasSize(1);
    }

    @Test
    void anInterruptedThreadWritesAllTheSame() throws IOException {
        try (RollingFile log = RollingFile.open(folder.resolve("log"))) {
            Thread.currentThread().interrupt();
            log.write(event(1, 0));
            log.write(event(2, 0));
            assertThat(Thread.interrupted()).isTrue();
            log.write(event(3, 0));
        }
        assertThat(lines("log")).hasSize(3);
    }

    @Test
    void linesOfManyThreadsAreWhole() throws Exception {
        try (RollingFile log = RollingFile.open(folder.resolve("log"), 20_000, 1_000);
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> done = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                int from = t * 1_000;
                done.add(threads.submit(() -> {
                    for (int i = 0; i < 500; i++) {
                        log.write(event(from + i, 90));
                    }
                    return null;
                }));
            }
            for (Future<?> one : done) {
                one.get();
            }
        }
        List<String> all = new ArrayList<>();
        for (String name : names()) {
            all.addAll(lines(name));
        }
        assertThat(all)
                .hasSize(2_000)
                .doesNotHaveDuplicates()
                .allMatch(line -> line.matches("\\{\"n\":\\d+,\"x\":\"x{90}\"}"));
    }

    @Test
    void aLoggerToAFileHasWrittenAllWhenItIsClosed() throws IOException {
        Path file = folder.resolve("events.jsonl");
        try (JsonEventLogger logger =
                JsonEventLogger.builder().file(file).level(LogLevel.EXTENDED).build()) {
            for (int i = 0; i < 100; i++) {
                Samples.sendQuestion(logger);
            }
        }
        assertThat(lines("events.jsonl")).hasSize(500).allSatisfy(Samples::parse);
    }
}
