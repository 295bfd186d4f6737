package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.segment;
import static dev.groundwork.rag.lucene.Segments.upsert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.lucene.store.FSDirectory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyTest {

    @TempDir
    Path folder;

    @TempDir
    Path damaged;

    /** Two parts, one with a deletion, and a log with one change, as a crash leaves them. */
    @BeforeEach
    void fill() throws IOException {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.apply(upsert(segment("a", "alpha", 1, 0), segment("b", "beta", 1, 0)));
            index.commit();
            index.apply(List.of(new IndexChange.Delete(List.of("a"))));
            index.apply(upsert(segment("c", "gamma", 0, 1)));
            index.commit();
            index.apply(upsert(segment("d", "delta", 0, 1)));
            try (FSDirectory directory = FSDirectory.open(folder)) { // what a merge has begun belongs to no commit
                List<String> names = new ArrayList<>(Commits.latest(directory).files(true));
                names.addAll(names(folder).stream().filter(LogFiles::isName).toList());
                for (String name : names) {
                    Files.copy(folder.resolve(name), damaged.resolve(name));
                }
            }
        }
        assertThat(names(damaged)).anyMatch(name -> name.endsWith(".liv")).anyMatch(LogFiles::isName);
    }

    @Test
    void findsAWholeIndexWhole() throws IOException {
        for (boolean thorough : new boolean[] {false, true}) {
            VerifyReport report = verify(thorough);
            assertThat(report.files()).isEqualTo(names(damaged).size());
            assertThat(report.parts()).isEqualTo(2);
            long bytes = 0;
            for (String name : names(damaged)) {
                bytes += Files.size(damaged.resolve(name));
            }
            assertThat(report.bytes()).isEqualTo(bytes);
            assertThat(report.took()).isPositive();
        }
    }

    @Test
    void namesTheFileWithAFlippedBit() throws IOException {
        for (String name : names(damaged)) {
            byte[] whole = Files.readAllBytes(damaged.resolve(name));
            int length = LogFiles.isName(name) ? 0 : whole.length;
            for (int at = 0; at < length; at += Math.max(1, length / 10)) {
                byte[] flipped = whole.clone();
                flipped[at] ^= 4;
                Files.write(damaged.resolve(name), flipped);
                assertFound(name);
            }
            Files.write(damaged.resolve(name), whole);
        }
        verify(true);
    }

    @Test
    void namesTheFileThatIsShorterOrLongerThanItWas() throws IOException {
        for (String name : names(damaged)) {
            if (!LogFiles.isName(name)) { // a log may end anywhere
                byte[] whole = Files.readAllBytes(damaged.resolve(name));
                for (int length : new int[] {0, 1, whole.length / 2, whole.length - 1, whole.length + 1}) {
                    Files.write(damaged.resolve(name), Arrays.copyOf(whole, length));
                    assertFound(name);
                }
                Files.write(damaged.resolve(name), whole);
            }
        }
    }

    @Test
    void namesTheFileThatIsMissing() throws IOException {
        for (String name : names(damaged)) {
            byte[] whole = Files.readAllBytes(damaged.resolve(name));
            Files.delete(damaged.resolve(name));
            assertFound(name);
            Files.write(damaged.resolve(name), whole);
        }
    }

    @Test
    void namesTheLogWithABrokenChangeBeforeAWholeOne() throws IOException {
        String log =
                names(damaged).stream().filter(LogFiles::isName).findFirst().orElseThrow();
        byte[] bytes = Files.readAllBytes(damaged.resolve(log));
        byte[] two = bytes.clone();
        System.arraycopy(bytes, 0, two, 1024, 1024);
        two[20] ^= 1;
        Files.write(damaged.resolve(log), two);

        assertFound(log);
    }

    private VerifyReport verify(boolean thorough) throws IOException {
        try (FSDirectory directory = FSDirectory.open(damaged)) {
            return new IndexVerifier("there", directory, new LogFiles.InFolder(damaged)).verify(thorough);
        }
    }

    private void assertFound(String name) {
        assertThatThrownBy(() -> verify(false))
                .isInstanceOf(IndexException.class)
                .hasMessageContaining("there")
                .hasMessageContaining(name.startsWith("segments_") ? "segments_" : name);
    }

    /** All but the lock. */
    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> !name.equals("write.lock"))
                    .sorted()
                    .toList();
        }
    }
}
