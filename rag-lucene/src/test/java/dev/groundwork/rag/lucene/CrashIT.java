package dev.groundwork.rag.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.groundwork.rag.IndexLockedException;
import dev.groundwork.rag.Question;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
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
        Set<Integer> acknowledged = new TreeSet<>();
        int first = 1;
        for (int kill = 1; kill <= Integer.getInteger("kills", 20); kill++) {
            writeUntilKilled(first, 1 + random.nextInt(15), random.nextInt(30), acknowledged);
            try (LuceneIndex index = LuceneIndex.open(folder)) {
                Map<String, String> ledger = index.ledger("docs");
                String when = "seed " + seed + ", kill " + kill;
                Set<Integer> there = new TreeSet<>();
                ledger.forEach((id, fingerprint) -> {
                    int number = Integer.parseInt(id.substring(1));
                    assertThat(fingerprint).as(when).isEqualTo("f" + number);
                    there.add(number);
                });
                assertThat(there).as(when).containsAll(acknowledged);
                int last = there.stream().mapToInt(number -> number).max().orElse(0);
                for (int i = 1; i <= last + CrashingWriter.THREADS; i++) {
                    boolean isThere = there.contains(i);
                    assertThat(index.get("x" + i).isPresent()).as(when).isEqualTo(isThere);
                    assertThat(index.get("y" + i).isPresent()).as(when).isEqualTo(isThere);
                }
                assertThat(index.stats().segments()).as(when).isEqualTo(2L * ledger.size());
                assertThat(index.searchText("half", Question.MAX_LIMIT, null))
                        .as(when)
                        .hasSize(Math.min(Question.MAX_LIMIT, 2 * ledger.size()));
                there.removeAll(acknowledged); // each thread had one under way, at most
                assertThat(there).as(when).hasSizeLessThanOrEqualTo(CrashingWriter.THREADS);
                acknowledged.addAll(there);
                first = last + 1;
            }
        }
    }

    private void writeUntilKilled(int first, int documents, int millis, Set<Integer> acknowledged)
            throws IOException, InterruptedException {
        Process writer = start(first);
        try (BufferedReader lines = writer.inputReader(StandardCharsets.US_ASCII)) {
            for (int i = 0; i < documents; i++) {
                acknowledged.add(Integer.parseInt(lines.readLine()));
            }
            assertThat(writer.waitFor(millis, TimeUnit.MILLISECONDS)).isFalse();
            writer.toHandle().destroyForcibly(); // unlike the process's own, leaves its output open
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                acknowledged.add(Integer.parseInt(line));
            }
        } finally {
            writer.destroyForcibly().waitFor();
        }
    }

    @Test
    @Timeout(60)
    void keepsASecondProcessFromWriting() throws Exception {
        Process writer = start(1);
        try (BufferedReader acknowledged = writer.inputReader(StandardCharsets.US_ASCII)) {
            String first = acknowledged.readLine();

            assertThatThrownBy(() -> LuceneIndex.open(folder)).isInstanceOf(IndexLockedException.class);
            try (LuceneIndex reader = LuceneIndex.openReadOnly(folder)) {
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> reader.get("x" + first).isPresent()); // a commit later
            }
            assertThat(acknowledged.readLine()).as("the writer goes on").isNotNull();
        } finally {
            writer.destroyForcibly().waitFor();
        }
        try (LuceneIndex index = LuceneIndex.open(folder)) { // a lock dies with its process
            assertThat(index.get("x1")).isPresent();
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
