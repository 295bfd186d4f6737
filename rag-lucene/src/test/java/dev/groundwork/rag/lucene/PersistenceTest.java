package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.byVector;
import static dev.groundwork.rag.lucene.Segments.ids;
import static dev.groundwork.rag.lucene.Segments.segment;
import static dev.groundwork.rag.lucene.Segments.upsert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.EmbeddingSpec;
import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexException;
import dev.groundwork.rag.IndexLockedException;
import dev.groundwork.rag.IndexMismatchException;
import dev.groundwork.rag.IndexedSegment;
import dev.groundwork.rag.TokenEmbedding;
import dev.groundwork.rag.TokenVectors;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.filter.MetadataFilterBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.FSDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PersistenceTest {

    private static final EmbeddingSpec MODEL = new EmbeddingSpec("model", "weights-1", 2);

    @TempDir
    Path folder;

    @Test
    void tokensAreThereAfterReopeningAndInAViewOnlyWhatItMaySee() {
        TokenVectors east = TokenVectors.of(new int[] {1}, new float[][] {{1, 0}});
        TextSegment red = TextSegment.from("x", new Metadata().put("colour", "red"));
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            for (String id : List.of("a", "b")) {
                TextSegment segment = id.equals("a") ? red : TextSegment.from("x");
                index.apply(List.of(new IndexChange.Upsert(List.of(
                        new IndexedSegment(id, segment, new TokenEmbedding(new float[] {1, 0}, east))))));
                index.commit();
            }
            index.optimize();
        }
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            List<String> both = List.of("b", "a");
            assertThat(index.compareTokens(east, both)).containsOnlyKeys("a", "b");
            assertThat(index.restrictedTo(
                                    MetadataFilterBuilder.metadataKey("colour").isEqualTo("red"))
                            .compareTokens(east, both))
                    .containsOnlyKeys("a");
            assertThat(index.verify().parts()).isPositive();
        }
    }

    @Test
    void holdsAfterReopeningWhatItHeldBefore() {
        Path path = folder.resolve("deep/in/a/new folder");
        try (LuceneIndex index = LuceneIndex.open(path)) {
            index.bind(MODEL);
            index.apply(List.of(
                    new IndexChange.ReplaceDocument(
                            "docs", "d1", "f1", List.of(segment("a", "alpha", new Metadata().put("n", 7), 1, 0))),
                    new IndexChange.Upsert(List.of(segment("b", "beta", 0, 1)))));
        }
        try (LuceneIndex index = LuceneIndex.open(path)) {
            assertThat(index.embedding()).contains(MODEL);
            assertThat(index.ledger("docs")).isEqualTo(Map.of("d1", "f1"));
            assertThat(byVector(index, 1, 0)).containsExactly("a", "b");
            assertThat(ids(index.searchText("beta", 5, null))).containsExactly("b");
            assertThat(index.get("a").orElseThrow().metadata().toMap()).isEqualTo(Map.of("n", 7));
            assertThat(index.stats().bytes()).isPositive();
            index.apply(upsert(segment("c", "gamma", 1, 1)));
            assertThat(index.stats().segments()).isEqualTo(3);
        }
    }

    @Test
    void refusesAnotherModelAfterReopening() {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.bind(MODEL);
            index.apply(upsert(segment("a", "alpha", 1, 0)));
        }
        for (boolean readOnly : new boolean[] {false, true}) {
            try (LuceneIndex index = readOnly ? LuceneIndex.openReadOnly(folder) : LuceneIndex.open(folder)) {
                assertThatThrownBy(() -> index.bind(new EmbeddingSpec("model", "weights-2", 2)))
                        .isInstanceOf(IndexMismatchException.class)
                        .hasMessageContaining(folder.toString())
                        .hasMessageContaining("weights-1")
                        .hasMessageContaining("weights-2");
                index.bind(MODEL);
            }
        }
    }

    @Test
    void letsOneWriterAtATimeIn() {
        try (LuceneIndex first = LuceneIndex.open(folder)) {
            first.apply(upsert(segment("a", "alpha", 1, 0)));
            assertThatThrownBy(() -> LuceneIndex.open(folder))
                    .isInstanceOf(IndexLockedException.class)
                    .hasMessageContaining(folder.toString());
            first.apply(upsert(segment("b", "beta", 1, 0)));
        }
        try (LuceneIndex second = LuceneIndex.open(folder)) {
            assertThat(byVector(second, 1, 0)).containsExactly("a", "b");
        }
    }

    @Test
    void showsAReaderWhatTheWriterCommits() {
        try (LuceneIndex writer = LuceneIndex.open(folder);
                LuceneIndex reader = LuceneIndex.openReadOnly(folder)) {
            assertThat(reader.stats().segments()).isZero();
            for (int i = 0; i < 5; i++) {
                writer.apply(upsert(segment("s" + i, "word", 1, 0)));
                writer.commit();
                assertThat(ids(reader.searchText("word", 10, null))).hasSize(i + 1);
            }
            writer.apply(List.of(new IndexChange.DeleteAll()));
            writer.commit();
            assertThat(byVector(reader, 1, 0)).isEmpty();
            assertThat(reader.health().details()).containsEntry("readOnly", true);
        }
    }

    @Test
    void showsAReaderACommitLongAfterTheOneBefore() throws IOException {
        try (LuceneIndex writer = LuceneIndex.open(folder);
                LuceneIndex reader = LuceneIndex.openReadOnly(folder)) {
            lastChanged(60); // minutes ago: from here on the folder's time alone tells of a change
            assertThat(reader.stats().segments()).isZero();
            writer.apply(upsert(segment("a", "alpha", 1, 0)));
            writer.commit();
            assertThat(byVector(reader, 1, 0)).containsExactly("a");
            lastChanged(50);
            assertThat(byVector(reader, 1, 0)).containsExactly("a");
            writer.apply(upsert(segment("b", "beta", 1, 0)));
            writer.commit();
            lastChanged(40);
            assertThat(byVector(reader, 1, 0)).containsExactly("a", "b");
        }
    }

    private void lastChanged(int minutesAgo) throws IOException {
        Files.setLastModifiedTime(folder, FileTime.from(Instant.now().minusSeconds(minutesAgo * 60L)));
    }

    @Test
    void noticesThatTheWriterFilledTheIndexWithAnotherModelThanTheReaders() {
        try (LuceneIndex writer = LuceneIndex.open(folder);
                LuceneIndex reader = LuceneIndex.openReadOnly(folder)) {
            reader.bind(new EmbeddingSpec("other", "", 2));
            writer.bind(MODEL);
            writer.apply(upsert(segment("a", "alpha", 1, 0)));
            writer.commit();

            assertThatThrownBy(() -> byVector(reader, 1, 0)).isInstanceOf(IndexMismatchException.class);
        }
    }

    @Test
    void changesNothingThroughAReader() {
        LuceneIndex.open(folder).close();
        try (LuceneIndex reader = LuceneIndex.openReadOnly(folder)) {
            assertThatThrownBy(() -> reader.apply(upsert(segment("a", "alpha", 1, 0))))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("read-only");
        }
    }

    @Test
    void opensNoReaderWhereThereIsNoIndex() {
        Path missing = folder.resolve("missing");

        assertThatThrownBy(() -> LuceneIndex.openReadOnly(missing))
                .isInstanceOf(IndexException.class)
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() -> LuceneIndex.openReadOnly(folder))
                .isInstanceOf(IndexException.class)
                .hasMessageContaining("empty");
        assertThat(missing).doesNotExist();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void leavesAFileAlone() throws IOException {
        Path file = Files.writeString(folder.resolve("notes.txt"), "mine");

        assertRefused(file, "a file");
        assertRefused(file.resolve("below"), "");
        assertThat(file).hasContent("mine");
    }

    @Test
    void leavesAFolderAloneThatIsNoIndex() throws IOException {
        Files.writeString(folder.resolve("notes.txt"), "mine");
        Map<String, Integer> before = contents(folder);

        assertRefused(folder, "notes.txt");
        assertThat(contents(folder)).isEqualTo(before);
    }

    @Test
    void leavesALuceneIndexAloneThatIsNotOurs() throws IOException {
        try (FSDirectory directory = FSDirectory.open(folder);
                IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig(new StandardAnalyzer()))) {
            writer.commit();
        }
        Map<String, Integer> before = contents(folder);

        assertRefused(folder, "Groundwork did not make");
        assertThat(contents(folder)).isEqualTo(before);
    }

    @Test
    void refusesAnIndexOfAnotherFormatVersion() throws IOException {
        LuceneIndex.open(folder).close();
        try (FSDirectory directory = FSDirectory.open(folder);
                IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig(new StandardAnalyzer()))) {
            Map<String, String> later =
                    new TreeMap<>(Manifest.empty(Layout.DEFAULT).toUserData());
            later.put("groundwork.format", "99");
            writer.setLiveCommitData(later.entrySet());
            writer.commit();
        }
        Map<String, Integer> before = contents(folder);

        assertRefused(folder, "format version 99");
        assertThat(contents(folder)).isEqualTo(before);
    }

    @Test
    void startsOverWhereAFirstStartWasKilled() throws IOException {
        Files.writeString(folder.resolve("write.lock"), "");
        Files.writeString(folder.resolve("pending_segments_1"), "half");

        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.apply(upsert(segment("a", "alpha", 1, 0)));
        }
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            assertThat(byVector(index, 1, 0)).containsExactly("a");
        }
    }

    @Test
    void saysThatAnIndexIsDamaged() throws IOException {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.apply(upsert(segment("a", "alpha", 1, 0)));
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(file -> !file.endsWith("write.lock")).toList();
        }
        assertThat(files).hasSizeGreaterThan(2);
        for (Path file : files) {
            byte[] whole = Files.readAllBytes(file);
            Files.write(file, Arrays.copyOf(whole, whole.length / 2));
            assertRefused(file.getParent(), "damaged");
            Files.delete(file);
            // without its last commit a folder is no index any more; without another file it is damaged
            assertRefused(file.getParent(), file.toString().contains("segments_") ? "no index" : "damaged");
            Files.write(file, whole);
        }
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            assertThat(byVector(index, 1, 0)).containsExactly("a");
        }
    }

    @Test
    void staysUsableAfterAFailedCommit() throws IOException {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.apply(upsert(segment("a", "alpha", 1, 0)));
            Path lock = folder.resolve("write.lock");
            Files.delete(lock); // Lucene refuses to commit without it

            index.apply(upsert(segment("b", "beta", 1, 0))); // needs no commit
            assertThatThrownBy(index::commit)
                    .isInstanceOf(IndexException.class)
                    .hasMessageContaining(folder.toString());
            assertThat(index.health().status()).isEqualTo("degraded");
            assertThat(byVector(index, 1, 0)).containsExactly("a", "b");

            index.apply(upsert(segment("c", "gamma", 1, 0)));
            assertThat(byVector(index, 1, 0)).containsExactly("a", "b", "c");
            assertThat(index.health().status()).isEqualTo("up");
        }
    }

    private void assertRefused(Path path, String reason) {
        assertThatThrownBy(() -> LuceneIndex.open(path).close())
                .isInstanceOf(IndexException.class)
                .hasMessageContaining(path.toString())
                .hasMessageContaining(reason);
        assertThatThrownBy(() -> LuceneIndex.openReadOnly(path).close())
                .isInstanceOf(IndexException.class)
                .hasMessageContaining(path.toString());
    }

    private static Map<String, Integer> contents(Path folder) throws IOException {
        Map<String, Integer> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.forEach(file -> {
                try {
                    contents.put(file.toString(), Arrays.hashCode(Files.readAllBytes(file)));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        return contents;
    }

    @Test
    void saysWhyATextFindsASegment() {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.apply(upsert(segment("a", "alpha beta", 1, 0), segment("b", "beta", 1, 0)));

            assertThat(index.explain("alpha gamma", "a").orElseThrow().matches())
                    .extracting(TextExplanation.Match::term)
                    .containsExactly("alpha");
            assertThat(index.explain("alpha", "b").orElseThrow().score()).isZero();
            assertThat(index.explain("alpha", "none")).isEmpty();
        }
    }
}
