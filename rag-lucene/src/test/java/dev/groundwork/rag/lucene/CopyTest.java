package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.all;
import static dev.groundwork.rag.lucene.Segments.segment;
import static dev.groundwork.rag.lucene.Segments.upsert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.EmbeddingSpec;
import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CopyTest {

    @TempDir
    Path folder;

    private Path live() {
        return folder.resolve("live");
    }

    private Path copy() {
        return folder.resolve("backups/monday");
    }

    private Path unfinished() {
        return folder.resolve("backups/monday.groundwork-copy");
    }

    private static void fill(LuceneIndex index) {
        index.bind(new EmbeddingSpec("model", "weights", 2));
        index.apply(List.of(new IndexChange.ReplaceDocument(
                "docs", "d1", "f1", List.of(segment("a", "alpha", 1, 0), segment("b", "beta", 0, 1)))));
        index.commit("named");
        index.apply(List.of(new IndexChange.Delete(List.of("a"))));
        index.apply(upsert(segment("c", "gamma", 1, 1)));
    }

    @Test
    void makesAnIndexOfItsOwnWithTheNewestState() {
        try (LuceneIndex index = LuceneIndex.open(live())) {
            fill(index);
            index.copyTo(copy());
            index.apply(upsert(segment("later", "later", 1, 1)));

            try (LuceneIndex copy = LuceneIndex.open(copy())) {
                assertThat(all(copy)).containsExactly("b", "c");
                assertThat(copy.ledger("docs")).isEqualTo(Map.of("d1", "f1"));
                assertThat(copy.embedding()).contains(new EmbeddingSpec("model", "weights", 2));
                assertThat(copy.commits()).isEmpty();
                copy.verifyThoroughly();
                copy.apply(upsert(segment("own", "own", 1, 1)));
            }
            try (LuceneIndex copy = LuceneIndex.openReadOnly(copy())) {
                assertThat(all(copy)).containsExactly("b", "c", "own");
            }
            assertThat(all(index)).containsExactly("b", "c", "later");
            assertThat(index.commits()).hasSize(1);
        }
    }

    @Test
    void copiesAnIndexInMemoryAndAnEmptyOne() throws IOException {
        try (LuceneIndex index = LuceneIndex.inMemory()) {
            Path empty = Files.createDirectory(folder.resolve("empty"));
            index.copyTo(empty);
            try (LuceneIndex copy = LuceneIndex.open(empty)) {
                assertThat(all(copy)).isEmpty();
            }
            fill(index);
            index.copyTo(copy());
        }
        try (LuceneIndex copy = LuceneIndex.open(copy())) {
            assertThat(all(copy)).containsExactly("b", "c");
        }
    }

    @Test
    void copiesTheLastCommitWhereItIsOpenReadOnly() {
        try (LuceneIndex index = LuceneIndex.open(live());
                LuceneIndex reader = LuceneIndex.openReadOnly(live())) {
            fill(index);
            reader.copyTo(copy());
        }
        try (LuceneIndex copy = LuceneIndex.open(copy())) {
            assertThat(all(copy)).containsExactly("a", "b");
        }
    }

    @Test
    void freesWhatItHeldWhenItIsDone() throws IOException {
        Steps steps = new Steps(live());
        try (LuceneIndex index = steps.open()) {
            fill(index);
            index.forget("named");
            AtomicInteger changes = new AtomicInteger();
            steps.hook(
                    step -> { // writes go on while it copies
                        if (step.startsWith("create _") && changes.getAndIncrement() == 0) {
                            steps.hook(null);
                            index.apply(List.of(new IndexChange.DeleteAll()));
                            index.commit();
                        }
                    });
            index.copyTo(copy());
            assertThat(changes).hasValue(1);
            assertThat(all(index)).isEmpty();
            assertThat(names(live())).noneMatch(name -> name.endsWith(".cfs"));
        }
        try (LuceneIndex copy = LuceneIndex.open(copy())) {
            assertThat(all(copy)).containsExactly("b", "c");
        }
    }

    @Test
    void refusesAFolderThatHoldsSomething() throws IOException {
        Files.createDirectories(copy());
        Files.writeString(copy().resolve("notes.txt"), "mine");
        Path file = Files.writeString(folder.resolve("file"), "mine");
        try (LuceneIndex index = LuceneIndex.open(live())) {
            fill(index);
            assertThatThrownBy(() -> index.copyTo(copy()))
                    .isInstanceOf(IndexException.class)
                    .hasMessageContaining(copy().toString())
                    .hasMessageContaining("notes.txt");
            assertThatThrownBy(() -> index.copyTo(file))
                    .isInstanceOf(IndexException.class)
                    .hasMessageContaining("a file");
            assertThatThrownBy(() -> index.copyTo(live().resolve("backup")))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> index.copyTo(folder.resolve("x.groundwork-copy")))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> index.copyTo(live())).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(names(copy())).containsExactly("notes.txt");
        assertThat(unfinished()).doesNotExist();
    }

    @Test
    void leavesNothingWhereItFails() throws IOException {
        Steps steps = new Steps(live());
        try (LuceneIndex index = steps.open()) {
            fill(index);
            steps.hook(step -> {
                if (step.startsWith("create pending_segments")) {
                    throw new IOException("No space left on device");
                }
            });
            index.commit();
        } catch (IndexException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
        Steps again = new Steps(live());
        try (LuceneIndex index = again.open()) {
            index.commit();
            AtomicInteger created = new AtomicInteger();
            again.hook(step -> {
                if (step.startsWith("create _") && created.incrementAndGet() == 3) {
                    throw new IOException("No space left on device");
                }
            });
            assertThatThrownBy(() -> index.copyTo(copy()))
                    .isInstanceOf(IndexException.class)
                    .hasMessageContaining("No space left");
            assertThat(copy()).doesNotExist();
            assertThat(unfinished()).doesNotExist();
            again.hook(null);
            index.copyTo(copy());
        }
        try (LuceneIndex copy = LuceneIndex.open(copy())) {
            assertThat(all(copy)).containsExactly("b", "c");
        }
    }

    @Test
    void opensNoUnfinishedCopyAndClearsItWithTheNextOne() throws IOException {
        Files.createDirectories(unfinished());
        Files.writeString(unfinished().resolve("_0.cfs"), "half");
        Files.writeString(unfinished().resolve("segments_1"), "half");
        for (boolean readOnly : new boolean[] {false, true}) {
            assertThatThrownBy(
                            () -> (readOnly ? LuceneIndex.openReadOnly(unfinished()) : LuceneIndex.open(unfinished()))
                                    .close())
                    .isInstanceOf(IndexException.class)
                    .hasMessageContaining("not finished");
        }
        try (LuceneIndex index = LuceneIndex.open(live())) {
            fill(index);
            index.copyTo(copy());
        }
        assertThat(unfinished()).doesNotExist();
        try (LuceneIndex copy = LuceneIndex.open(copy())) {
            assertThat(all(copy)).containsExactly("b", "c");
        }
    }

    @Test
    void restoresACopyAndLeavesItAsItWas() throws IOException {
        Path restored = folder.resolve("restored");
        try (LuceneIndex index = LuceneIndex.open(live())) {
            fill(index);
            index.copyTo(copy());
        }
        List<String> before = names(copy());

        LuceneIndex.restore(copy(), restored);

        assertThat(names(copy())).isEqualTo(before);
        try (LuceneIndex index = LuceneIndex.open(restored)) {
            assertThat(all(index)).containsExactly("b", "c");
            index.verifyThoroughly();
        }
    }

    @Test
    void restoresNoDamagedCopy() throws IOException {
        Path restored = folder.resolve("restored");
        try (LuceneIndex index = LuceneIndex.open(live())) {
            fill(index);
            index.copyTo(copy());
        }
        for (String name : names(copy())) {
            if (!name.equals("write.lock")) {
                byte[] whole = Files.readAllBytes(copy().resolve(name));
                byte[] flipped = whole.clone();
                flipped[whole.length * 3 / 4] ^= 1;
                Files.write(copy().resolve(name), flipped);
                assertThatThrownBy(() -> LuceneIndex.restore(copy(), restored))
                        .as(name)
                        .isInstanceOf(IndexException.class);
                assertThat(restored).doesNotExist();
                Files.write(copy().resolve(name), whole);
            }
        }
        LuceneIndex.restore(copy(), restored);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }
}
