package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.everything;
import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.IndexedSegment;
import dev.groundwork.rag.IngestReport;
import dev.groundwork.rag.SegmentKeys;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a process that ingests, at moments of chance, while documents come, change and go. More kills:
 * {@code -Dkills=100}; the same again: {@code -Dseed}.
 */
class KilledIngestIT {

    private static final int DOCUMENTS = 60;

    @TempDir
    Path folder;

    private final Map<String, String> texts = new TreeMap<>();

    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    void goesOnWhereItWasKilledWithNothingTwiceAndNothingLeftOver() throws Exception {
        long seed = Long.getLong("seed", new Random().nextLong());
        Random random = new Random(seed);
        Path documents = Files.createDirectory(folder.resolve("documents"));
        for (int i = 0; i < DOCUMENTS; i++) {
            write(documents, i, random);
        }
        for (int kill = 1; kill <= Integer.getInteger("kills", 6); kill++) {
            String when = "seed " + seed + ", kill " + kill;
            ingestUntilKilled(documents, 1 + random.nextInt(DOCUMENTS), random.nextInt(20));
            try (LuceneIndex index = LuceneIndex.open(folder.resolve("index"))) {
                Set<String> ledger = index.ledger("docs").keySet();
                Set<String> found = new HashSet<>();
                for (IndexedSegment segment : everything(index)) {
                    found.add(segment.segment().metadata().getString(SegmentKeys.SOURCE));
                }
                assertThat(ledger)
                        .as(when + ", no segment of a document that is not there")
                        .containsAll(found);
            }
            for (int i = 0; i < 5; i++) {
                write(documents, random.nextInt(DOCUMENTS), random);
                remove(documents, random.nextInt(DOCUMENTS));
            }
        }

        try (LuceneIndex index = LuceneIndex.open(folder.resolve("index"));
                LuceneIndex fresh = LuceneIndex.inMemory()) {
            IngestReport report = IngestingProcess.ingest(index, documents, OutputStream.nullOutputStream());
            IngestingProcess.ingest(fresh, documents, OutputStream.nullOutputStream());

            String what = "seed " + seed + ", " + report;
            assertThat(index.ledger("docs")).as(what).isEqualTo(fresh.ledger("docs"));
            assertThat(index.ledger("docs").keySet()).as(what).isEqualTo(texts.keySet());
            assertThat(contents(index)).as(what).isEqualTo(contents(fresh));
            assertThat(index.searchText("piece", 1_000, null))
                    .as(what)
                    .hasSize(contents(fresh).size());
            assertThat(index.stats().segments())
                    .as(what)
                    .isEqualTo(contents(fresh).size());
            IngestReport again = IngestingProcess.ingest(index, documents, OutputStream.nullOutputStream());
            assertThat(again.unchanged()).as(what).isEqualTo(texts.size());
        }
    }

    private static Map<String, String> contents(LuceneIndex index) {
        Map<String, String> contents = new TreeMap<>();
        everything(index)
                .forEach(segment -> contents.put(segment.id(), segment.segment().text()));
        return contents;
    }

    private void write(Path documents, int number, Random random) throws IOException {
        String name = "d" + number + ".txt";
        StringBuilder text = new StringBuilder();
        for (int paragraph = random.nextInt(4); paragraph >= 0; paragraph--) {
            text.append("common ").append("word").append(random.nextInt(1_000));
            text.append(" and a piece of it.".repeat(60)).append("\n\n");
        }
        Files.writeString(documents.resolve(name), text);
        texts.put(name, text.toString());
    }

    private void remove(Path documents, int number) throws IOException {
        String name = "d" + number + ".txt";
        if (texts.size() > DOCUMENTS / 2 && texts.remove(name) != null) {
            Files.delete(documents.resolve(name));
        }
    }

    private void ingestUntilKilled(Path documents, int steps, int millis) throws IOException, InterruptedException {
        String classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Process ingesting = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classes,
                        IngestingProcess.class.getName(),
                        folder.resolve("index").toString(),
                        documents.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (InputStream seen = ingesting.getInputStream()) {
            int step = 0;
            while (step < steps) {
                int read = seen.read();
                assertThat(read).as("it has ended without a word").isNotEqualTo(-1);
                if (read == '!') {
                    break; // it was faster
                }
                step++;
            }
            ingesting.waitFor(millis, TimeUnit.MILLISECONDS);
        } finally {
            ingesting.destroyForcibly().waitFor();
        }
    }
}
