package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.all;
import static dev.groundwork.rag.lucene.Segments.segment;
import static dev.groundwork.rag.lucene.Segments.upsert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.EmbeddingSpec;
import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexMismatchException;
import dev.groundwork.rag.SegmentSnapshot;
import dev.langchain4j.data.embedding.Embedding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.lucene.store.FSDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NamedCommitsTest {

    private static final Instant NOON = Instant.parse("2024-02-29T12:00:00.123456Z");

    @TempDir
    Path folder;

    @Test
    void goesBackToANamedStateWithAllThatBelongsToIt() {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.apply(List.of(new IndexChange.ReplaceDocument(
                    "docs", "d1", "f1", List.of(segment("a", "alpha", 1, 0), segment("b", "beta", 0, 1)))));
            index.commit("before");
            index.apply(List.of(new IndexChange.ReplaceDocument(
                    "docs", "d1", "f2", List.of(segment("a", "other", 1, 0), segment("c", "gamma", 0, 1)))));
            index.commit();
            index.apply(upsert(segment("d", "delta", 1, 1)));
            assertThat(all(index)).containsExactly("a", "c", "d");

            index.rollBackTo("before");

            assertThat(all(index)).containsExactly("a", "b");
            assertThat(index.get("a").orElseThrow().text()).isEqualTo("alpha");
            assertThat(index.ledger("docs")).isEqualTo(Map.of("d1", "f1"));
            index.apply(upsert(segment("e", "epsilon", 1, 1)));
        }
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            assertThat(all(index)).containsExactly("a", "b", "e");
            index.rollBackTo("before"); // the name is still there
            assertThat(all(index)).containsExactly("a", "b");
            index.verifyThoroughly();
        }
    }

    @Test
    void listsNamesWithTimesAndSizesAlsoAfterReopeningAndToReaders() {
        try (LuceneIndex index = new LuceneIndex(
                IndexEngine.open(Location.of(folder), EngineSettings.defaults().withClock(() -> NOON), false))) {
            index.commit("empty");
            index.apply(List.of(new IndexChange.ReplaceDocument(
                    "docs", "d1", "f1", List.of(segment("a", "alpha", 1, 0), segment("b", "beta", 0, 1)))));
            NamedCommit full = index.commit("two Ωμέγα 😀");
            assertThat(full)
                    .isEqualTo(new NamedCommit("two Ωμέγα 😀", Instant.parse("2024-02-29T12:00:00.123Z"), 2, 1));
        }
        List<NamedCommit> expected = List.of(
                new NamedCommit("empty", Instant.parse("2024-02-29T12:00:00.123Z"), 0, 0),
                new NamedCommit("two Ωμέγα 😀", Instant.parse("2024-02-29T12:00:00.123Z"), 2, 1));
        try (LuceneIndex index = LuceneIndex.open(folder);
                LuceneIndex reader = LuceneIndex.openReadOnly(folder)) {
            assertThat(index.commits()).isEqualTo(expected);
            assertThat(reader.commits()).isEqualTo(expected);
            index.commit("empty");
            assertThat(index.commits()).extracting(NamedCommit::name).containsExactly("two Ωμέγα 😀", "empty");
            assertThat(reader.commits()).extracting(NamedCommit::name).containsExactly("two Ωμέγα 😀", "empty");
            assertThatThrownBy(() -> reader.rollBackTo("empty")).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> reader.forget("empty")).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> reader.commit("more")).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void movesANameToTheLaterState() throws IOException {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.apply(upsert(segment("a", "alpha", 1, 0)));
            index.commit("here");
            index.apply(upsert(segment("b", "beta", 1, 0)));
            index.commit("here");
            index.apply(upsert(segment("c", "gamma", 1, 0)));
            assertThat(index.commits()).extracting(NamedCommit::segments).containsExactly(2L);
            assertThat(commitsOnDisk()).isEqualTo(1);

            index.rollBackTo("here");
            assertThat(all(index)).containsExactly("a", "b");
        }
    }

    @Test
    void freesWhatAForgottenStateKept() throws IOException {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.apply(upsert(segment("a", "alpha ".repeat(10_000), 1, 0)));
            index.commit("large");
            index.apply(List.of(new IndexChange.DeleteAll()));
            index.commit();
            assertThat(all(index)).isEmpty(); // the state before is let go
            long before = index.stats().bytes();
            assertThat(commitsOnDisk()).isEqualTo(2);

            assertThat(index.forget("large")).isTrue();

            assertThat(commitsOnDisk()).isEqualTo(1);
            assertThat(index.stats().bytes()).isLessThan(before - 1_000);
            assertThat(index.forget("large")).isFalse();
            assertThatThrownBy(() -> index.rollBackTo("large"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("large");
        }
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            assertThat(index.commits()).isEmpty();
        }
    }

    @Test
    void forgetsTheNameOfTheNewestStateAndKeepsTheState() throws IOException {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.apply(upsert(segment("a", "alpha", 1, 0)));
            index.commit("newest");
            index.apply(upsert(segment("b", "beta", 1, 0))); // in the log alone

            assertThat(index.forget("newest")).isTrue();
            assertThat(index.commits()).isEmpty();
            assertThat(commitsOnDisk()).isEqualTo(1);
            index.commit("newest");
            assertThat(index.commits()).hasSize(1);
        }
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            assertThat(all(index)).containsExactly("a", "b");
            assertThat(index.commits()).hasSize(1);
        }
    }

    @Test
    void worksInMemory() {
        try (LuceneIndex index = LuceneIndex.inMemory()) {
            index.apply(upsert(segment("a", "alpha", 1, 0)));
            index.commit("one");
            index.apply(upsert(segment("b", "beta", 1, 0)));
            index.rollBackTo("one");
            assertThat(all(index)).containsExactly("a");
            index.apply(upsert(segment("c", "gamma", 1, 0)));
            assertThat(all(index)).containsExactly("a", "c");
            assertThat(index.forget("one")).isTrue();
            index.verifyThoroughly();
        }
    }

    @Test
    void takesNamesThatCanBeWrittenOnly() {
        try (LuceneIndex index = LuceneIndex.inMemory()) {
            for (String name : List.of("", "  ", "x".repeat(101), "a\nb", "half \uD800")) {
                assertThatThrownBy(() -> index.commit(name))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("name is");
                assertThatThrownBy(() -> index.rollBackTo(name)).isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> index.forget(name)).isInstanceOf(IllegalArgumentException.class);
            }
            index.commit("x".repeat(100));
            index.commit("../a name: with /signs\\");
            assertThat(index.commits()).hasSize(2);
        }
    }

    @Test
    void searchesNoStateWithAnotherModelThanTheOneItIsBoundTo() {
        EmbeddingSpec two = new EmbeddingSpec("two", "", 2);
        EmbeddingSpec three = new EmbeddingSpec("three", "", 3);
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.bind(two);
            index.apply(upsert(segment("a", "alpha", 1, 0)));
            index.commit("two");
            index.apply(List.of(new IndexChange.DeleteAll()));
            index.bind(three);
            index.apply(upsert(segment("b", "beta", 1, 0, 0)));

            index.rollBackTo("two");

            assertThat(index.embedding()).contains(two);
            assertThatThrownBy(() -> index.searchVector(Embedding.from(new float[] {1, 0, 0}), 1, null))
                    .isInstanceOf(IndexMismatchException.class);
            assertThatThrownBy(() -> index.apply(upsert(segment("c", "gamma", 1, 0))))
                    .isInstanceOf(IndexMismatchException.class);
            assertThat(all(index)).containsExactly("a");
            index.bind(two);
            index.apply(upsert(segment("c", "gamma", 1, 0)));
            assertThat(Segments.byVector(index, 1, 0)).containsExactlyInAnyOrder("a", "c");
        }
    }

    @Test
    void keepsAPinnedStateThroughARollback() {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.apply(upsert(segment("a", "alpha", 1, 0)));
            index.commit("one");
            index.apply(upsert(segment("b", "beta", 1, 0)));
            try (SegmentSnapshot pinned = index.snapshot()) {
                index.rollBackTo("one");
                index.apply(upsert(segment("c", "gamma", 1, 0)));
                index.commit();
                assertThat(pinned.get("b")).isPresent();
                assertThat(pinned.count(null)).isEqualTo(2);
            }
            assertThat(all(index)).containsExactly("a", "c");
        }
    }

    /** Lucene tells by numbers that go up whether deletions have changed; they go back with a rollback. */
    @Test
    void showsAReaderTheRightDeletionsAfterARollback() {
        try (LuceneIndex writer = LuceneIndex.open(folder);
                LuceneIndex reader = LuceneIndex.openReadOnly(folder)) {
            writer.apply(upsert(segment("a", "alpha", 1, 0), segment("b", "beta", 1, 0), segment("c", "gamma", 1, 0)));
            writer.commit("all");
            writer.apply(List.of(new IndexChange.Delete(List.of("a"))));
            writer.commit();
            assertThat(all(reader)).containsExactly("b", "c");
            writer.optimize();
            writer.rollBackTo("all");
            writer.apply(List.of(new IndexChange.Delete(List.of("b"))));
            writer.commit();

            assertThat(all(reader)).containsExactly("a", "c");
        }
    }

    private int commitsOnDisk() throws IOException {
        try (FSDirectory directory = FSDirectory.open(folder)) {
            return Commits.files(directory).size();
        }
    }

    @Test
    void goesBackToAStateThatWasMadeWithAnotherLayout() throws IOException {
        try (LuceneIndex index = LuceneIndex.builder()
                .path(folder)
                .similarity(VectorSimilarity.COSINE)
                .open()) {
            index.apply(upsert(segment("a", "alpha", 3, 4)));
            index.commit("cosine");
            try (Rebuild rebuild = index.rebuild(LuceneIndex.builder().similarity(VectorSimilarity.DOT_PRODUCT))) {
                rebuild.index().apply(upsert(segment("b", "beta", 3, 4)));
                rebuild.swap();
            }
            assertThat(score(index)).isEqualTo(25);

            index.rollBackTo("cosine");

            index.apply(upsert(segment("c", "gamma", 3, 4)));
            assertThat(all(index)).containsExactly("a", "c");
            assertThat(score(index)).isEqualTo(1);
            index.verifyThoroughly();
        }
        assertThat(Files.exists(folder.resolve("rebuild-0"))).isFalse();
    }

    private static double score(LuceneIndex index) {
        return index.searchVector(Embedding.from(new float[] {3, 4}), 1, null)
                .getFirst()
                .score()
                .value();
    }
}
