package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.all;
import static dev.groundwork.rag.lucene.Segments.byVector;
import static dev.groundwork.rag.lucene.Segments.ids;
import static dev.groundwork.rag.lucene.Segments.segment;
import static dev.groundwork.rag.lucene.Segments.upsert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.EmbeddingSpec;
import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexException;
import dev.groundwork.rag.IndexMismatchException;
import dev.groundwork.rag.SegmentSnapshot;
import dev.langchain4j.data.embedding.Embedding;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RebuildTest {

    private static final EmbeddingSpec OLD = new EmbeddingSpec("old", "", 2);
    private static final EmbeddingSpec NEW = new EmbeddingSpec("new", "", 3);

    @TempDir
    Path folder;

    @TempDir
    Path copies;

    private static void fill(LuceneIndex index) {
        index.bind(OLD);
        index.apply(List.of(new IndexChange.ReplaceDocument(
                "docs", "d1", "old", List.of(segment("a", "alpha", 1, 0), segment("b", "beta", 0, 1)))));
    }

    private static void fill(Rebuild rebuild) {
        rebuild.index().bind(NEW);
        rebuild.index()
                .apply(List.of(new IndexChange.ReplaceDocument(
                        "docs", "d1", "new", List.of(segment("c", "gamma", 0, 3, 4), segment("d", "delta", 1, 0, 0)))));
    }

    private static LuceneIndexBuilder dotProducts() {
        return LuceneIndex.builder().similarity(VectorSimilarity.DOT_PRODUCT).profile(VectorProfile.COMPACT);
    }

    private static void assertNew(LuceneIndex index) {
        assertThat(all(index)).containsExactly("c", "d");
        assertThat(index.ledger("docs")).isEqualTo(Map.of("d1", "new"));
        assertThat(ids(index.searchText("gamma", 5, null))).containsExactly("c");
        assertThat(index.searchVector(Embedding.from(new float[] {0, 3, 4}), 1, null)
                        .getFirst()
                        .score()
                        .value())
                .isEqualTo(25);
        assertThat(index.embedding()).contains(NEW);
    }

    @Test
    void putsAnIndexOfAnotherModelAndLayoutInPlaceOfTheLiveOne() throws IOException {
        try (LuceneIndex index = LuceneIndex.builder()
                .path(folder)
                .similarity(VectorSimilarity.COSINE)
                .open()) {
            fill(index);
            try (Rebuild rebuild = index.rebuild(dotProducts())) {
                fill(rebuild);
                assertThat(byVector(index, 1, 0)).containsExactly("a", "b");

                rebuild.swap();
            }
            assertThatThrownBy(() -> byVector(index, 1, 0)).isInstanceOf(IndexMismatchException.class);
            index.bind(NEW);
            assertNew(index);
            index.verifyThoroughly();
            assertThat(names()).noneMatch(name -> name.startsWith("rebuild"));

            // what is written from now on is as the new layout has it
            index.apply(upsert(segment("e", "epsilon", 0, 30, 40)));
            index.commit();
            assertThat(index.searchVector(Embedding.from(new float[] {0, 3, 4}), 1, null)
                            .getFirst()
                            .score()
                            .value())
                    .isEqualTo(250);
            index.optimize();
            index.verifyThoroughly();
        }
        try (LuceneIndex index = dotProducts().path(folder).open()) {
            assertThat(all(index)).containsExactly("c", "d", "e");
        }
        assertThatThrownBy(() -> LuceneIndex.builder()
                        .path(folder)
                        .similarity(VectorSimilarity.COSINE)
                        .open())
                .isInstanceOf(IndexException.class)
                .hasMessageContaining("LuceneIndex.rebuild");
    }

    @Test
    void worksInMemory() {
        try (LuceneIndex index = LuceneIndex.inMemory()) {
            fill(index);
            try (Rebuild rebuild = index.rebuild(dotProducts())) {
                fill(rebuild);
                rebuild.swap();
            }
            index.bind(NEW);
            assertNew(index);
            assertThat(index.resumeRebuild(dotProducts())).isEmpty();
        }
    }

    @Test
    void isAsTheLiveIndexInAllThatIsNotSaid() {
        try (LuceneIndex index = dotProducts().path(folder).open();
                Rebuild rebuild = index.rebuild(LuceneIndex.builder().profile(VectorProfile.BALANCED))) {
            assertThat(rebuild.index()
                            .engine()
                            .<Layout>read("layout", now -> now.manifest().layout()))
                    .isEqualTo(new Layout(VectorSimilarity.DOT_PRODUCT, VectorProfile.BALANCED, TextAnalysis.DEFAULT));
            assertThatThrownBy(() -> index.rebuild(LuceneIndex.builder().path(folder)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("path");
        }
    }

    @Test
    void losesNoChangeOfTheLiveIndexUnlessToldTo() {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            fill(index);
            try (Rebuild rebuild = index.rebuild(dotProducts())) {
                fill(rebuild);
                index.apply(upsert(segment("x", "late", 1, 0)));

                assertThatThrownBy(rebuild::swap)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("changed 1 times");
                assertThat(all(index)).containsExactly("a", "b", "x");
                rebuild.index().apply(upsert(segment("x", "late", 1, 0, 0)));
                rebuild.swapDiscardingChanges();
            }
            index.bind(NEW);
            assertThat(all(index)).containsExactly("c", "d", "x");
        }
    }

    @Test
    void takesNoCommitForAChange() {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            fill(index);
            try (Rebuild rebuild = index.rebuild(dotProducts())) {
                fill(rebuild);
                index.commit();
                index.commit("named");
                index.optimize();
                index.forget("named");
                index.copyTo(copies.resolve("copy"));
                assertThatThrownBy(() -> index.apply(upsert(segment("x", "wrong", 1, 0, 0))))
                        .isInstanceOf(IllegalArgumentException.class);
                rebuild.swap();
            }
            index.bind(NEW);
            assertNew(index);
        }
    }

    @Test
    void countsChangesThatWereMadeBeforeACrashAndSinceReopening() {
        Rebuild left;
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            fill(index);
            left = index.rebuild(dotProducts());
            fill(left);
            index.apply(upsert(segment("x", "late", 1, 0)));
        } // closed with the rebuild open
        assertThatThrownBy(() -> all(left.index())).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(left::swap).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
        left.close();
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            assertThat(index.health().details()).containsEntry("unfinishedRebuild", true);
            try (Rebuild rebuild = index.resumeRebuild(LuceneIndex.builder()).orElseThrow()) {
                assertThat(all(rebuild.index())).containsExactly("c", "d");
                assertThatThrownBy(rebuild::swap)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("changed 1 times");
                rebuild.swapDiscardingChanges();
            }
            index.bind(NEW);
            assertNew(index);
            assertThat(index.health().details()).containsEntry("unfinishedRebuild", false);
        }
    }

    @Test
    void goesOnWithWhatWasLeft() {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            fill(index);
            fill(index.rebuild(dotProducts()));
        }
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            assertThatThrownBy(() -> index.resumeRebuild(LuceneIndex.builder().similarity(VectorSimilarity.COSINE)))
                    .isInstanceOf(IndexException.class);
            try (Rebuild rebuild = index.resumeRebuild(dotProducts()).orElseThrow()) {
                rebuild.swap(); // nothing has changed since it was begun
            }
            index.bind(NEW);
            assertNew(index);
        }
    }

    @Test
    void beginsWithNothingAndLeavesNothing() throws IOException {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            fill(index);
            fill(index.rebuild(dotProducts()));
        }
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            Rebuild first = index.rebuild(LuceneIndex.builder());
            assertThat(all(first.index())).isEmpty();
            assertThatThrownBy(() -> index.rebuild(LuceneIndex.builder()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("already");
            assertThatThrownBy(() -> index.resumeRebuild(LuceneIndex.builder()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("already");
            first.close();
            first.close();
            assertThat(names()).noneMatch(name -> name.startsWith("rebuild"));
            assertThatThrownBy(first::swap).isInstanceOf(IllegalStateException.class);
            assertThat(index.resumeRebuild(LuceneIndex.builder())).isEmpty();
            assertThat(all(index)).containsExactly("a", "b");
        }
    }

    @Test
    void takesNoChangeOfTheRebuildOnceItIsSwappedIn() {
        try (LuceneIndex index = LuceneIndex.open(folder);
                Rebuild rebuild = index.rebuild(dotProducts())) {
            fill(rebuild);
            rebuild.swap();
            assertThatThrownBy(() -> rebuild.index().apply(upsert(segment("z", "late", 1, 0, 0))))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void keepsAPinnedStateAndNeverShowsAMix() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch searching = new CountDownLatch(1);
        ExecutorService searcher = Executors.newSingleThreadExecutor();
        try (LuceneIndex index = LuceneIndex.open(folder);
                LuceneIndex reader = LuceneIndex.openReadOnly(folder)) {
            index.apply(upsert(segment("a", "alpha", 1, 0), segment("b", "beta", 0, 1)));
            index.commit();
            Future<List<Set<String>>> seen = searcher.submit(() -> {
                List<Set<String>> states = new ArrayList<>();
                while (!done.get() || states.size() < 2) {
                    states.add(Set.copyOf(all(index)));
                    states.add(Set.copyOf(all(reader)));
                    searching.countDown();
                }
                return states;
            });
            assertThat(searching.await(20, TimeUnit.SECONDS)).isTrue();
            try (SegmentSnapshot pinned = index.snapshot();
                    Rebuild rebuild = index.rebuild(LuceneIndex.builder())) {
                rebuild.index().apply(upsert(segment("c", "gamma", 1, 0), segment("d", "delta", 0, 1)));
                rebuild.swap();
                assertThat(all(pinned)).containsExactly("a", "b");
            }
            assertThat(all(reader)).containsExactly("c", "d");
            done.set(true);
            assertThat(Set.copyOf(seen.get())).isSubsetOf(Set.of("a", "b"), Set.of("c", "d"));
        } finally {
            searcher.shutdown();
        }
    }

    @Test
    void appliesAChangeThatWaitsForTheSwapToTheNewState() throws Exception {
        Steps steps = new Steps(folder);
        try (LuceneIndex index = steps.open();
                Rebuild rebuild = index.rebuild(LuceneIndex.builder().similarity(VectorSimilarity.DOT_PRODUCT))) {
            index.apply(upsert(segment("a", "alpha", 1, 0)));
            rebuild.index().apply(upsert(segment("b", "beta", 0, 1)));
            FutureTask<Boolean> late = new FutureTask<>(() -> index.apply(upsert(segment("c", "gamma", 3, 4))), true);
            Thread other = Thread.ofPlatform().unstarted(late);
            AtomicBoolean first = new AtomicBoolean(true);
            steps.hook(step -> {
                if (step.startsWith("link _") && first.getAndSet(false)) {
                    other.start();
                    Waiting.until(other);
                }
            });
            rebuild.swapDiscardingChanges();
            steps.hook(null);
            assertThat(late.get()).isTrue();

            assertThat(all(index)).containsExactly("b", "c");
            assertThat(index.searchVector(Embedding.from(new float[] {3, 4}), 1, null)
                            .getFirst()
                            .score()
                            .value())
                    .isEqualTo(25);
        }
    }

    @Test
    void keepsFilesThatTheSwapTookOverWhenTheRebuildIsGone() throws IOException {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            try (Rebuild rebuild = index.rebuild(LuceneIndex.builder())) {
                for (int i = 0; i < 3; i++) { // several parts, one with a deletion
                    rebuild.index().apply(upsert(segment("s" + i, "word", 1, 0), segment("t" + i, "word", 1, 0)));
                    rebuild.index().commit();
                }
                rebuild.index().apply(List.of(new IndexChange.Delete(List.of("t0"))));
                rebuild.swap();
            }
            assertThat(all(index)).containsExactly("s0", "s1", "s2", "t1", "t2");
        }
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            assertThat(all(index)).containsExactly("s0", "s1", "s2", "t1", "t2");
            index.verifyThoroughly();
        }
    }

    @Test
    void copiesWhereTheFileSystemHasNoLinks() {
        Steps steps = new Steps(folder);
        try (LuceneIndex index = steps.open()) {
            fill(index);
            Rebuild rebuild = index.rebuild(dotProducts());
            fill(rebuild);
            AtomicBoolean asked = new AtomicBoolean();
            steps.hook(step -> {
                if (step.startsWith("link")) {
                    asked.set(true);
                    throw new FileSystemException("no links");
                }
            });
            rebuild.swap();
            assertThat(asked).isTrue();
            index.bind(NEW);
            assertNew(index);
        }
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            assertNew(index);
            index.verifyThoroughly();
        }
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName())).toList();
        }
    }
}
