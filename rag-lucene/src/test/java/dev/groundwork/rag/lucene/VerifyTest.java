package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.segment;
import static dev.groundwork.rag.lucene.Segments.upsert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.SegmentInfos;
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
            for (String name : committed()) {
                Files.copy(folder.resolve(name), damaged.resolve(name));
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
    void namesTheLogWithABrokenChangeThatWasAcknowledged() throws IOException {
        String log =
                names(damaged).stream().filter(LogFiles::isName).findFirst().orElseThrow();
        byte[] bytes = Files.readAllBytes(damaged.resolve(log));
        bytes[ChangeLog.START + ChangeLog.HEADER + 20] ^= 1;
        Files.write(damaged.resolve(log), bytes);

        assertFound(log);
    }

    @Test
    void verifiesAnOpenIndexWithItsLogAndItsNamedCommits() throws IOException {
        Duration never = Duration.ofHours(1); // a commit meanwhile would delete files
        try (LuceneIndex index = LuceneIndex.builder()
                        .path(folder)
                        .commitAfter(never, never)
                        .open();
                LuceneIndex reader = LuceneIndex.openReadOnly(folder)) {
            index.commit("kept");
            index.apply(List.of(new IndexChange.DeleteAll()));
            index.apply(upsert(segment("e", "epsilon", 0, 1)));
            index.commit();
            index.apply(upsert(segment("f", "zeta", 0, 1))); // in the log alone
            assertThat(index.verify().parts()).isGreaterThan(1);
            assertThat(reader.verify().parts()).isEqualTo(index.verify().parts());
            for (LuceneIndex open : List.of(index, reader)) {
                for (String name : committed()) {
                    if (open == reader && LogFiles.isName(name)) {
                        continue; // of the last change no one but the writer knows that it was acknowledged
                    }
                    flip(folder.resolve(name));
                    assertThatThrownBy(open::verify)
                            .isInstanceOf(IndexException.class)
                            .hasMessageContaining(folder.toString())
                            .hasMessageContaining(name.startsWith("segments_") ? "segments_" : name);
                    flip(folder.resolve(name));
                }
                open.verifyThoroughly();
            }
        }
    }

    /** Flips a bit where it lies: the file is mapped into memory. */
    private static void flip(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long at = LogFiles.isName(String.valueOf(file.getFileName())) ? 64 : channel.size() / 2;
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, at);
            one.put(0, (byte) (one.get(0) ^ 1)).flip();
            channel.write(one, at);
        }
    }

    @Test
    void verifiesAnIndexInMemory() {
        try (LuceneIndex index = LuceneIndex.inMemory()) {
            index.apply(upsert(segment("a", "alpha", 1, 0)));
            index.commit();
            assertThat(index.verifyThoroughly().parts()).isEqualTo(1);
        }
    }

    @Test
    void verifiesWhileWritesGoOn() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        try (LuceneIndex index = LuceneIndex.open(folder);
                LuceneIndex reader = LuceneIndex.openReadOnly(folder);
                ExecutorService other = Executors.newSingleThreadExecutor()) {
            Future<Integer> writing = other.submit(() -> {
                int i = 0;
                for (; !done.get(); i++) {
                    index.apply(upsert(segment("s" + i % 50, "word", i, 1)));
                    if (i % 20 == 19) {
                        index.commit(i % 40 == 39 ? "named" : "other");
                    }
                }
                return i;
            });
            for (int i = 0; i < 15; i++) {
                assertThat(index.verifyThoroughly().files()).isPositive();
                assertThat(reader.verifyThoroughly().files()).isPositive();
            }
            done.set(true);
            assertThat(writing.get()).isGreaterThan(40);
            assertThat(index.commits()).hasSizeLessThanOrEqualTo(2);
        }
    }

    @Test
    void findsContentThatWasWrittenWrongThoughEveryFileIsWhole() throws IOException {
        try (FSDirectory directory = FSDirectory.open(damaged);
                IndexWriter writer = new IndexWriter(
                        directory, new IndexWriterConfig(new TextAnalyzer()).setIndexDeletionPolicy(new Commits()))) {
            Map<String, String> data = Commits.latest(directory).getUserData();
            writer.addDocument(Fields.segment(segment("b", "there twice", 1, 0), null, Layout.DEFAULT));
            writer.setLiveCommitData(data.entrySet());
            writer.commit();
        }
        verify(false);
        assertThatThrownBy(() -> verify(true))
                .isInstanceOf(IndexException.class)
                .hasMessageContaining("2 times");
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

    /** All that belongs to a commit; what a merge has begun does not. */
    private Set<String> committed() throws IOException {
        Set<String> names = new TreeSet<>();
        try (FSDirectory directory = FSDirectory.open(folder)) {
            for (String commit : Commits.files(directory)) {
                names.addAll(SegmentInfos.readCommit(directory, commit).files(true));
            }
        }
        names.addAll(names(folder).stream().filter(LogFiles::isName).toList());
        return names;
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
