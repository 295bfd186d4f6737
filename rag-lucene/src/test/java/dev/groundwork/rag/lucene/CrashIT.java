package dev.groundwork.rag.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.groundwork.rag.IndexLockedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills a process that writes, at moments of chance. More kills: {@code -Dkills=500}; the same again: {@code -Dseed}. */
class CrashIT {

    @TempDir
    Path folder;

    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    void keepsAllThatWasAcknowledgedThroughKillsAndNothingByHalves() throws Exception {
        long seed = Long.getLong("seed", new Random().nextLong());
        Random random = new Random(seed);
        int next = 1;
        for (int kill = 1; kill <= Integer.getInteger("kills", 20); kill++) {
            int acknowledged = writeUntilKilled(next, 1 + random.nextInt(15), random.nextInt(30));
            assertThat(acknowledged).isGreaterThan(next);
            try (LuceneIndex index = LuceneIndex.open(folder)) {
                Map<String, String> ledger = index.ledger("docs");
                for (int i = 1; i <= acknowledged + 1; i++) {
                    boolean there = ("f" + i).equals(ledger.get("d" + i));
                    String what = "seed " + seed + ", kill " + kill + ", document " + i + " of " + acknowledged;
                    assertThat(there || i > acknowledged).as(what).isTrue();
                    assertThat(index.get("x" + i).isPresent()).as(what).isEqualTo(there);
                    assertThat(index.get("y" + i).isPresent()).as(what).isEqualTo(there);
                }
                assertThat(index.stats().segments()).isEqualTo(2L * ledger.size());
                assertThat(index.searchText("half", 1_000, null)).hasSize(2 * ledger.size());
                next = ledger.size() + 1;
            }
        }
    }

    /** Returns the last number that was acknowledged. */
    private int writeUntilKilled(int first, int documents, int millis) throws IOException, InterruptedException {
        Process writer = start(first);
        try (BufferedReader acknowledged = writer.inputReader(StandardCharsets.US_ASCII)) {
            int last = first - 1;
            while (last < first + documents) {
                last = Integer.parseInt(acknowledged.readLine());
            }
            assertThat(writer.waitFor(millis, TimeUnit.MILLISECONDS)).isFalse();
            writer.toHandle().destroyForcibly(); // unlike the process's own, leaves its output open
            for (String line = acknowledged.readLine(); line != null; line = acknowledged.readLine()) {
                last = Integer.parseInt(line);
            }
            return last;
        } finally {
            writer.destroyForcibly().waitFor();
        }
    }

    @Test
    @Timeout(60)
    void keepsASecondProcessFromWriting() throws Exception {
        Process writer = start(1);
        try (BufferedReader acknowledged = writer.inputReader(StandardCharsets.US_ASCII)) {
            assertThat(acknowledged.readLine()).isEqualTo("1");

            assertThatThrownBy(() -> LuceneIndex.open(folder)).isInstanceOf(IndexLockedException.class);
            try (LuceneIndex reader = LuceneIndex.openReadOnly(folder)) {
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> reader.get("x1").isPresent()); // a commit later
            }
            assertThat(acknowledged.readLine()).isEqualTo("2");
        } finally {
            writer.destroyForcibly().waitFor();
        }
        try (LuceneIndex index = LuceneIndex.open(folder)) { // a lock dies with its process
            assertThat(index.get("x2")).isPresent();
        }
    }

    private Process start(int first) throws IOException {
        String classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classes,
                        CrashingWriter.class.getName(),
                        folder.toString(),
                        Integer.toString(first))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
