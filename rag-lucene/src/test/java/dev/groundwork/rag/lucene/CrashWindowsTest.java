package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.all;
import static dev.groundwork.rag.lucene.Segments.segment;
import static dev.groundwork.rag.lucene.Segments.upsert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Looks at the folder before each step of what must be atomic, as the process that comes after a crash would; and lets each
 * step fail.
 */
@Timeout(300)
class CrashWindowsTest {

    private static final List<String> BEFORE = List.of("a", "b", "c");
    private static final List<String> AFTER = List.of("a", "x");

    @TempDir
    Path folder;

    private boolean uncached;

    private Path live() {
        return folder.resolve("live");
    }

    /** The state {@link #AFTER} under a name, and {@link #BEFORE} as the newest, the last change of it in the log alone. */
    private static void fillWithNamed(LuceneIndex index) {
        index.apply(upsert(segment("a", "alpha", 1, 0), segment("x", "xi", 0, 1)));
        index.commit("named");
        index.apply(List.of(new IndexChange.Delete(List.of("x"))));
        index.apply(upsert(segment("b", "beta", 0, 1)));
        index.commit();
        index.apply(upsert(segment("c", "gamma", 0, 1)));
        assertThat(all(index)).isEqualTo(BEFORE);
    }

    private static void fillLive(LuceneIndex index) {
        index.apply(upsert(segment("a", "alpha", 1, 0), segment("b", "beta", 0, 1)));
        index.commit();
        index.apply(upsert(segment("c", "gamma", 0, 1)));
    }

    private static Rebuild fillRebuild(LuceneIndex index) {
        Rebuild rebuild = index.rebuild(LuceneIndex.builder().similarity(VectorSimilarity.DOT_PRODUCT));
        rebuild.index().apply(upsert(segment("a", "alpha", 1, 0, 0)));
        rebuild.index().commit();
        rebuild.index().apply(upsert(segment("x", "xi", 0, 1, 0)));
        return rebuild;
    }

    // ---- crashes

    @Test
    void aRollbackHasHappenedOrHasNot() throws IOException {
        Steps steps = new Steps(live());
        List<Path> states;
        try (LuceneIndex index = steps.open()) {
            fillWithNamed(index);
            states = record(steps, () -> index.rollBackTo("named"));
        }
        assertOldThenNew(states, Segments::all, BEFORE, AFTER);
        for (Path state : List.of(states.getFirst(), states.getLast())) {
            List<NamedCommit> named = look(state, LuceneIndex::commits);
            assertThat(named).hasSize(1);
        }
    }

    @Test
    void aSwapHasHappenedOrHasNot() throws IOException {
        Steps steps = new Steps(live());
        List<Path> states;
        try (LuceneIndex index = steps.open()) {
            fillLive(index);
            Rebuild rebuild = fillRebuild(index);
            states = record(steps, rebuild::swapDiscardingChanges);
        }
        assertOldThenNew(states, Segments::all, BEFORE, AFTER);
        for (Path state : states) { // what is left of the rebuild is in no one's way
            look(state, index -> {
                try (Rebuild again = index.rebuild(LuceneIndex.builder())) {
                    again.index().apply(upsert(segment("z", "zeta", 1, 0)));
                    again.swap();
                }
                assertThat(all(index)).containsExactly("z");
                return true;
            });
        }
    }

    @Test
    void aRebuildThatACrashLeftCanBeResumedAtAnyTime() throws IOException {
        Steps steps = new Steps(live());
        List<Path> states;
        try (LuceneIndex index = steps.open()) {
            fillLive(index);
            states = record(steps, () -> {
                Rebuild rebuild = fillRebuild(index);
                rebuild.close();
            });
        }
        int resumed = 0;
        for (Path state : states) {
            resumed += look(state, index -> {
                assertThat(all(index)).isEqualTo(BEFORE);
                return index.resumeRebuild(LuceneIndex.builder())
                        .map(rebuild -> {
                            assertThat(all(rebuild.index())).isSubsetOf(AFTER);
                            rebuild.swap();
                            return 1;
                        })
                        .orElse(0);
            });
        }
        assertThat(resumed).isPositive();
    }

    @Test
    void aNameStandsForOneStateAtAnyTime() throws IOException {
        Steps steps = new Steps(live());
        List<Path> states;
        try (LuceneIndex index = steps.open()) {
            fillWithNamed(index);
            states = record(steps, () -> index.commit("named"));
        }
        assertOldThenNew(
                states,
                index -> {
                    assertThat(all(index)).isEqualTo(BEFORE);
                    assertThat(index.commits()).hasSize(1);
                    index.rollBackTo("named");
                    return all(index);
                },
                AFTER,
                BEFORE);
    }

    @Test
    void aNameIsForgottenOrIsNot() throws IOException {
        for (boolean newest : new boolean[] {false, true}) {
            Steps steps = new Steps(live().resolve(String.valueOf(newest)));
            List<Path> states;
            try (LuceneIndex index = steps.open()) {
                fillWithNamed(index);
                if (newest) {
                    index.commit("named");
                }
                states = record(steps, () -> index.forget("named"));
            }
            assertOldThenNew(states, index -> index.commits().size(), 1, 0);
            for (Path state : states) {
                List<String> found = look(state, Segments::all);
                assertThat(found).isEqualTo(BEFORE);
            }
        }
    }

    @Test
    void optimizingChangesNothing() throws IOException {
        Steps steps = new Steps(live()).uncached();
        List<Path> states;
        try (LuceneIndex index = steps.open()) {
            fillWithNamed(index);
            states = record(steps, index::optimize);
        }
        for (Path state : states) {
            List<String> found = look(state, Segments::all);
            assertThat(found).isEqualTo(BEFORE);
        }
    }

    @Test
    void aCopyIsCompleteOrNotThere() throws IOException {
        Path target = folder.resolve("backups/copy");
        Steps steps = new Steps(live());
        List<Path> states = new ArrayList<>();
        int complete = 0;
        try (LuceneIndex index = steps.open()) {
            fillWithNamed(index);
            record(steps, folder.resolve("backups"), states, () -> index.copyTo(target));
            for (Path state : states) {
                Path copy = state.resolve("copy");
                if (Files.exists(copy)) {
                    complete++;
                } else if (Files.exists(state.resolve("copy.groundwork-copy"))) {
                    assertThatThrownBy(() -> LuceneIndex.open(state.resolve("copy.groundwork-copy")))
                            .isInstanceOf(IndexException.class)
                            .hasMessageContaining("not finished");
                    index.copyTo(copy);
                } else {
                    continue;
                }
                assertThat(state.resolve("copy.groundwork-copy")).doesNotExist();
                try (LuceneIndex copied = LuceneIndex.open(copy)) {
                    assertThat(all(copied)).isEqualTo(BEFORE);
                    copied.verifyThoroughly();
                }
            }
        }
        assertThat(complete).isPositive().isLessThan(states.size() - 5);
    }

    /** Opens each state; what is seen must be the old, until it is the new for good. */
    private static <T> void assertOldThenNew(List<Path> states, Function<LuceneIndex, T> seen, T before, T after) {
        List<T> found = new ArrayList<>();
        for (Path state : states) {
            found.add(look(state, seen));
        }
        assertThat(found).contains(before, after);
        int first = found.indexOf(after);
        assertThat(found.subList(0, first)).containsOnly(before);
        assertThat(found.subList(first, found.size())).containsOnly(after);
    }

    private static <T> T look(Path state, Function<LuceneIndex, T> seen) {
        Path copy = state.resolveSibling(state.getFileName() + "-opened");
        try {
            copy(state, copy);
            try (LuceneIndex index = LuceneIndex.open(copy)) {
                T result = seen.apply(index);
                index.verifyThoroughly();
                return result;
            } finally {
                delete(copy);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Path> record(Steps steps, Runnable work) throws IOException {
        List<Path> states = new ArrayList<>();
        record(steps, steps.folder(), states, work);
        return states;
    }

    /** Copies a folder as it is before each step, and at the end, unless nothing has changed since the step before. */
    private void record(Steps steps, Path looked, List<Path> states, Runnable work) throws IOException {
        Path all = Files.createTempDirectory(folder, "states");
        List<String> last = new ArrayList<>();
        Steps.Hook copying = step -> {
            List<String> now = contents(looked);
            if (!now.equals(last)) {
                last.clear();
                last.addAll(now);
                Path state = all.resolve("" + states.size());
                copy(looked, state);
                states.add(state);
            }
        };
        steps.hook(copying);
        work.run();
        steps.hook(null);
        copying.before("the end");
        assertThat(states).hasSizeGreaterThan(1);
    }

    private static List<String> contents(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.map(file -> file + " " + file.toFile().length())
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            return List.of("a merge is deleting a file"); // like nothing before
        }
    }

    // ---- failures

    @Test
    void aFailedStepOfARollbackLeavesTheStateBefore() {
        failEachStep(CrashWindowsTest::fillWithNamed, index -> index.rollBackTo("named"), BEFORE, AFTER);
    }

    @Test
    void aFailedStepOfANamedCommitLosesNothing() {
        failEachStep(CrashWindowsTest::fillWithNamed, index -> index.commit("named"), BEFORE, BEFORE);
    }

    @Test
    void aFailedStepOfForgettingLosesNothing() {
        failEachStep(
                CrashWindowsTest::fillWithNamed,
                index -> {
                    index.forget("named");
                    assertThat(index.commits()).isEmpty();
                },
                BEFORE,
                BEFORE);
    }

    @Test
    void aFailedStepOfOptimizingLosesNothing() {
        failEachStep(CrashWindowsTest::fillWithNamed, LuceneIndex::optimize, BEFORE, BEFORE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFailedStepOfASwapLeavesTheStateBeforeAndTheRebuild(boolean copied) {
        uncached = copied; // without the directory that links files
        Rebuild[] rebuild = new Rebuild[1];
        failEachStep(
                index -> {
                    fillLive(index);
                    rebuild[0] = fillRebuild(index);
                },
                index -> rebuild[0].swap(),
                BEFORE,
                AFTER);
    }

    @FunctionalInterface
    private interface Filling {
        void fill(LuceneIndex index);
    }

    @FunctionalInterface
    private interface Work {
        void on(LuceneIndex index);
    }

    private void failEachStep(Filling filling, Work work, List<String> before, List<String> after) {
        int failures = 0;
        for (int failing = 1; ; failing++) {
            Path path = folder.resolve("failing-" + failing);
            Steps steps = uncached ? new Steps(path).uncached() : new Steps(path);
            boolean failed = false;
            IndexException failure = null;
            List<String> expected;
            try (LuceneIndex index = steps.open()) {
                filling.fill(index);
                AtomicInteger left = new AtomicInteger(failing);
                steps.hook(step -> {
                    if (left.decrementAndGet() == 0) {
                        throw new IOException("at " + step);
                    }
                });
                try {
                    work.on(index);
                } catch (IndexException e) {
                    failed = true;
                    failure = e;
                }
                boolean all = left.get() > 0;
                steps.hook(null);
                if (all && !failed) {
                    break;
                }
                failures += failed ? 1 : 0;
                assertThat(all(index)).as("step %s: %s", failing, failure).isEqualTo(failed ? before : after);
                if (failed) { // again
                    work.on(index);
                    assertThat(all(index)).as("step %s, again", failing).isEqualTo(after);
                }
                index.apply(upsert(segment("z", "zeta", vector(index))));
                expected = all(index);
                index.verifyThoroughly();
            }
            try (LuceneIndex index = LuceneIndex.open(path)) {
                assertThat(all(index))
                        .as("step %s, reopened", failing)
                        .isEqualTo(expected)
                        .contains("z");
                index.verifyThoroughly();
            }
        }
        assertThat(failures).isPositive();
    }

    private static float[] vector(LuceneIndex index) {
        float[] vector = new float[dimension(index)];
        vector[0] = 1;
        return vector;
    }

    private static int dimension(LuceneIndex index) {
        return index.scan(null, 1, null).getFirst().embedding().dimension();
    }

    // ---- folders

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        if (!Files.exists(from)) {
            return;
        }
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) throws IOException {
                Files.createDirectories(to.resolve(from.relativize(dir)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (!file.endsWith("write.lock")) {
                    try {
                        Files.copy(file, to.resolve(from.relativize(file)));
                    } catch (NoSuchFileException e) {
                        // a merge has deleted it
                    }
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                return FileVisitResult.CONTINUE; // a merge has deleted it
            }
        });
    }

    private static void delete(Path tree) throws IOException {
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path dir, IOException e) throws IOException {
                Files.delete(dir);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
