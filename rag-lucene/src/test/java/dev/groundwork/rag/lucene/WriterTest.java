package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.byVector;
import static dev.groundwork.rag.lucene.Segments.segment;
import static dev.groundwork.rag.lucene.Segments.upsert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexException;
import dev.groundwork.rag.IndexLockedException;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.store.embedding.filter.Filter;
import dev.langchain4j.store.embedding.filter.MetadataFilterBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How writes become durable, and what becomes of them where something fails: what {@link FaultTest} does not tell. */
@Timeout(60)
class WriterTest {

    @TempDir
    Path empty;

    private final TestDisk disk = new TestDisk();

    private LuceneIndex open() {
        return open(FaultStory.SETTINGS);
    }

    private LuceneIndex open(EngineSettings settings) {
        return new LuceneIndex(IndexEngine.open(disk.location(empty), settings, false));
    }

    private static EngineSettings with(Durability durability) {
        return FaultStory.settings(new WriterSettings(Layout.Wish.ANY, durability, 16));
    }

    // ---- forcing

    @Test
    void forcesTheLogOnceForEachChangeOfOneCallerAndCommitsNothing() {
        try (LuceneIndex index = open()) {
            int forces = disk.count(TestDisk.Call.FORCE);
            int folder = disk.count(TestDisk.Call.FORCE_FOLDER);
            for (int i = 0; i < 50; i++) {
                index.apply(upsert(segment("s" + i, "word", 1, i)));
            }
            assertThat(disk.count(TestDisk.Call.FORCE) - forces).isEqualTo(50);
            assertThat(disk.count(TestDisk.Call.FORCE_FOLDER) - folder).isZero();
            assertThat(disk.names()).filteredOn(LogFiles::isName).hasSize(1);
        }
    }

    @Test
    void forcesTheLogOnceForAllThatWait() {
        try (LuceneIndex index = open()) {
            IndexEngine engine = index.engine();
            int forces = disk.count(TestDisk.Call.FORCE);
            List<Change> waiting = engine.write("many at once", writer -> {
                List<Change> changes = new ArrayList<>();
                for (int i = 0; i < 500; i++) {
                    changes.add(engine.submit(upsert(segment("s" + i, "word", 1, i))));
                }
                return changes;
            });
            waiting.forEach(engine::await);

            assertThat(disk.count(TestDisk.Call.FORCE) - forces).isEqualTo(1);
            assertThat(index.count(null)).isEqualTo(500);
        }
    }

    @Test
    void sharesForcesAmongCallers() throws Exception {
        try (LuceneIndex index = open()) {
            disk.plan((number, call, file) -> {
                if (call == TestDisk.Call.FORCE) { // a disk that takes its time, as all do
                    try {
                        TimeUnit.MILLISECONDS.sleep(2);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }
                return TestDisk.Outcome.DONE;
            });
            int forces = disk.count(TestDisk.Call.FORCE);
            inParallel(16, caller -> {
                for (int i = 0; i < 25; i++) {
                    index.apply(upsert(segment(caller + "/" + i, "word", 1, i)));
                }
            });
            assertThat(index.count(null)).isEqualTo(400);
            assertThat(disk.count(TestDisk.Call.FORCE) - forces).isLessThanOrEqualTo(130);
        }
    }

    @Test
    void acknowledgesNothingBeforeItIsForced() throws Exception {
        try (LuceneIndex index = open()) {
            CountDownLatch forcing = new CountDownLatch(1);
            CountDownLatch force = new CountDownLatch(1);
            disk.plan((number, call, file) -> {
                if (call == TestDisk.Call.FORCE) {
                    forcing.countDown();
                    await(force);
                }
                return TestDisk.Outcome.DONE;
            });
            try (ExecutorService caller = Executors.newSingleThreadExecutor()) {
                Future<?> applying = caller.submit(() -> index.apply(upsert(segment("a", "word", 1, 0))));
                await(forcing);
                assertThat(applying).isNotDone();
                force.countDown();
                applying.get();
            }
            disk.repair();
            assertThat(byVector(index, 1, 0)).containsExactly("a");
        }
    }

    // ---- logs

    @Test
    void commitsWhenTheLogIsLong() {
        WriterSettings small = new WriterSettings(Layout.Wish.ANY, Durability.everyWrite(), 16, 100_000);
        try (LuceneIndex index = open(FaultStory.settings(small))) {
            for (int i = 0; i < 40; i++) {
                index.apply(upsert(segment("s" + i, "word ".repeat(2_000), 1, i)));
            }
            assertThat(disk.names()).filteredOn(LogFiles::isName).hasSize(1).doesNotContain("changes-1.log");
            assertThat(index.engine().<Long>write("log", Writer::logBytes)).isLessThan(120_000);
            assertThat(index.count(null)).isEqualTo(40);
        }
    }

    @Test
    void readsAnIndexWithALogWhateverDurabilityItIsOpenedWith() {
        for (Durability durability :
                List.of(Durability.everyWrite(), Durability.none(), Durability.periodic(Duration.ofHours(1)))) {
            LuceneIndex index = open();
            index.apply(upsert(segment("a", "word", 1, 0)));
            TestDisk crashed = disk.afterCrash();
            index.close();
            try (LuceneIndex after =
                    new LuceneIndex(IndexEngine.open(crashed.location(empty), with(durability), false))) {
                assertThat(byVector(after, 1, 0)).containsExactly("a");
            }
        }
    }

    @Test
    void startsOverWhereAFirstStartWasCutOffAfterItsLogWasMade() {
        for (int cut : new int[] {0, 10, 64 << 10}) {
            TestDisk begun = new TestDisk();
            begun.put("changes-1.log", new byte[cut]);
            try (LuceneIndex index =
                    new LuceneIndex(IndexEngine.open(begun.location(empty), FaultStory.SETTINGS, false))) {
                index.apply(upsert(segment("a", "word", 1, 0)));
                assertThat(byVector(index, 1, 0)).containsExactly("a");
            }
            assertThat(begun.names()).noneMatch(LogFiles::isName);
        }
    }

    @Test
    void tellsThatALogIsMissingOrDamaged() throws Exception {
        LuceneIndex index = open();
        index.apply(upsert(segment("a", "word", 1, 0)));
        index.apply(upsert(segment("b", "word", 1, 0)));
        TestDisk crashed = disk.afterCrash();
        index.close();
        byte[] log = crashed.read("changes-1.log", Long.MAX_VALUE);
        byte[] damaged = log.clone();
        damaged[ChangeLog.START + ChangeLog.HEADER + 1] ^= 1;
        for (byte[] bytes : List.of(new byte[0], Arrays.copyOf(log, log.length / 2), damaged)) {
            crashed.put("changes-1.log", bytes);
            assertThatThrownBy(() -> IndexEngine.open(crashed.location(empty), FaultStory.SETTINGS, false))
                    .isInstanceOf(IndexException.class)
                    .hasMessageContaining("damaged")
                    .hasMessageContaining("changes-1.log");
        }
        TestDisk missing = crashed.afterCrash();
        missing.remove("changes-1.log");
        assertThatThrownBy(() -> IndexEngine.open(missing.location(empty), FaultStory.SETTINGS, false))
                .isInstanceOf(IndexException.class)
                .hasMessageContaining("the log is missing")
                .hasMessageContaining("changes-1.log");
        crashed.put("changes-1.log", log);
        try (LuceneIndex whole =
                new LuceneIndex(IndexEngine.open(crashed.location(empty), FaultStory.SETTINGS, false))) {
            assertThat(byVector(whole, 1, 0)).containsExactly("a", "b");
        }
    }

    // ---- failures

    @Test
    void takesBackWhatFailedEvenIfTheDiskDoesNotLetIt() {
        try (LuceneIndex index = open()) {
            index.apply(upsert(segment("a", "word", 1, 0)));
            AtomicBoolean forced = new AtomicBoolean();
            disk.plan((number, call, file) -> {
                if (!LogFiles.isName(file) || (call == TestDisk.Call.WRITE && !forced.get())) {
                    return TestDisk.Outcome.DONE;
                }
                // the frame is there, whole, and nothing can be written over it
                return forced.getAndSet(true) ? TestDisk.Outcome.FAILS : TestDisk.Outcome.DONE_AND_FAILS;
            });
            assertThatThrownBy(() -> index.apply(upsert(segment("b", "word", 1, 0))))
                    .isInstanceOf(IndexException.class);
            disk.repair();
            index.engine().write("lose the writer", writer -> {
                writer.lucene().rollback(); // so that the log is read again
                return true;
            });

            assertThat(byVector(index, 1, 0)).containsExactly("a");
            index.apply(upsert(segment("c", "word", 1, 0)));
            assertThat(byVector(index, 1, 0)).containsExactly("a", "c");
        }
    }

    @Test
    void commitsSoonAfterAFailureSoThatWhatFailedStaysAway() throws Exception {
        Duration soon = Duration.ofMillis(300);
        EngineSettings settings = new EngineSettings(
                FaultStory.SETTINGS.writer(),
                TextSettings.defaults(),
                VectorSearch.EXACT_LIMIT,
                Duration.ZERO,
                soon,
                Duration.ofHours(1),
                InstantSource.system());
        try (LuceneIndex index = open(settings)) {
            index.apply(upsert(segment("a", "word", 1, 0)));
            CountDownLatch committed = new CountDownLatch(1);
            AtomicBoolean failed = new AtomicBoolean();
            disk.plan((number, call, file) -> {
                if (call == TestDisk.Call.FORCE && LogFiles.isName(file) && !failed.get()) {
                    failed.set(true);
                    return TestDisk.Outcome.DONE_AND_FAILS;
                }
                if (failed.get() && call == TestDisk.Call.DELETE && LogFiles.isName(file)) {
                    committed.countDown();
                }
                return TestDisk.Outcome.DONE;
            });
            assertThatThrownBy(() -> index.apply(upsert(segment("b", "word", 1, 0))))
                    .isInstanceOf(IndexException.class);
            await(committed);
        }
    }

    @Test
    void letsNoOneOfAGroupSufferForAnother() {
        disk.withoutCache();
        WriterSettings tiny = new WriterSettings(Layout.Wish.ANY, Durability.everyWrite(), 0.1);
        try (LuceneIndex index = open(FaultStory.settings(tiny))) {
            AtomicBoolean broken = new AtomicBoolean();
            disk.plan((number, call, file) ->
                    call == TestDisk.Call.CREATE && file.startsWith("_") && broken.compareAndSet(false, true)
                            ? TestDisk.Outcome.BREAKS
                            : TestDisk.Outcome.DONE);
            IndexEngine engine = index.engine();
            List<Change> waiting = engine.write(
                    "three at once",
                    writer -> List.of(
                            engine.submit(upsert(segment("a", numbers(0), 1, 0))),
                            engine.submit(upsert(segment("b", numbers(30_000), 1, 0))),
                            engine.submit(upsert(segment("c", numbers(60_000), 1, 0)))));
            waiting.forEach(engine::await);

            assertThat(broken).isTrue();
            assertThat(byVector(index, 1, 0)).containsExactly("a", "b", "c");
        }
    }

    private static String numbers(int first) {
        StringBuilder text = new StringBuilder();
        for (int i = first; i < first + 20_000; i++) {
            text.append(i).append(' ');
        }
        return text.toString();
    }

    @Test
    void tellsWhatIsLostWhereNoLogHeldIt() {
        for (Durability durability : List.of(Durability.none(), Durability.periodic(Duration.ofHours(1)))) {
            TestDisk unlogged = new TestDisk();
            unlogged.withoutCache();
            try (LuceneIndex index =
                    new LuceneIndex(IndexEngine.open(unlogged.location(empty), with(durability), false))) {
                index.apply(upsert(segment("a", "word", 1, 0)));
                index.commit();
                assertThat(index.count(null)).isEqualTo(1);
                index.apply(upsert(segment("b", "word", 1, 0)));
                unlogged.plan((number, call, file) -> TestDisk.Outcome.FAILS);
                assertThat(index.count(null)).isEqualTo(1); // it can't be flushed, and Lucene gives up
                assertThat(index.health().status()).isEqualTo("degraded");
                unlogged.repair();
                assertThatThrownBy(() -> index.apply(upsert(segment("c", "word", 1, 0))))
                        .isInstanceOf(IndexException.class)
                        .hasMessageContaining("lost all changes since the last commit");
                assertThat(byVector(index, 1, 0)).containsExactly("a");

                index.apply(upsert(segment("d", "word", 1, 0)));
                assertThat(byVector(index, 1, 0)).containsExactly("a", "d");
                assertThat(index.health().status()).isEqualTo("up");
            }
        }
    }

    @Test
    void tellsOnClosingWhatIsLostWhereNoLogHeldIt() {
        LuceneIndex index = open(with(Durability.none()));
        index.apply(upsert(segment("a", "word", 1, 0)));
        disk.plan((number, call, file) -> TestDisk.Outcome.FAILS);

        assertThatThrownBy(index::close)
                .isInstanceOf(IndexException.class)
                .hasMessageContaining("lost all changes since the last commit");
    }

    @Test
    void isUpAgainAfterADeletionByFilterAndAfterACommitToo() {
        Filter red = MetadataFilterBuilder.metadataKey("colour").isEqualTo("red");
        List<Runnable> repairing = new ArrayList<>();
        try (LuceneIndex index = open()) {
            repairing.add(() -> index.apply(List.of(new IndexChange.DeleteMatching(red))));
            repairing.add(index::commit);
            for (Runnable works : repairing) {
                disk.plan((number, call, file) -> TestDisk.Outcome.FAILS);
                assertThatThrownBy(() -> index.apply(upsert(segment("a", "word", 1, 0))))
                        .isInstanceOf(IndexException.class);
                assertThat(index.health().status()).isEqualTo("degraded");
                disk.repair();
                works.run();
                assertThat(index.health().status()).isEqualTo("up");
            }
        }
    }

    @Test
    void tellsTheHealthOfAnIndexWhoseDiskCannotBeListed() {
        try (LuceneIndex index = open()) {
            index.apply(upsert(segment("a", "word", 1, 0)));
            assertThat(byVector(index, 1, 0)).containsExactly("a");
            disk.plan((number, call, file) -> TestDisk.Outcome.FAILS);
            assertThat(index.health().status()).isEqualTo("degraded");
            assertThat(byVector(index, 1, 0)).containsExactly("a");
            disk.repair();
        }
    }

    @Test
    void doesNotTryToOpenABrokenWriterWithEverySearch() {
        try (LuceneIndex index = open()) {
            index.apply(upsert(segment("a", "word", 1, 0)));
            assertThat(byVector(index, 1, 0)).containsExactly("a");
            index.engine().write("lose the writer", writer -> {
                writer.lucene().rollback();
                return true;
            });
            AtomicInteger tries = new AtomicInteger();
            disk.plan((number, call, file) -> {
                tries.incrementAndGet();
                try {
                    TimeUnit.MILLISECONDS.sleep(20);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return TestDisk.Outcome.FAILS;
            });
            for (int i = 0; i < 20; i++) {
                assertThat(byVector(index, 1, 0)).containsExactly("a");
            }
            assertThat(tries.get()).isLessThan(20);
            disk.repair();
        }
    }

    // ---- several writers

    @Test
    void takesOverWhatAnotherWriterCommittedWhileItWaitedForTheLock() {
        open().close();
        disk.beforeLock(() -> {
            try (LuceneIndex other = open()) {
                other.apply(upsert(segment("a", "word", 1, 0)));
            }
        });
        try (LuceneIndex index = open()) {
            assertThat(byVector(index, 1, 0)).containsExactly("a");
            index.apply(upsert(segment("b", "word", 1, 0)));
        }
        try (LuceneIndex index = open()) {
            assertThat(byVector(index, 1, 0)).containsExactly("a", "b");
        }
    }

    @Test
    void losesNothingToAnotherWriterThatTakesTheLockAfterAFailure() {
        try (LuceneIndex first = open()) {
            first.apply(upsert(segment("a", "word", 1, 0)));
            disk.plan((number, call, file) -> TestDisk.Outcome.FAILS);
            assertThatThrownBy(first::commit).isInstanceOf(IndexException.class);
            disk.repair();
            try (LuceneIndex second = open()) {
                assertThat(byVector(second, 1, 0)).containsExactly("a");
                second.apply(upsert(segment("b", "word", 1, 0)));
                assertThatThrownBy(() -> first.apply(upsert(segment("c", "word", 1, 0))))
                        .isInstanceOf(IndexLockedException.class);
            }
            first.apply(upsert(segment("d", "word", 1, 0)));
            assertThat(byVector(first, 1, 0)).containsExactly("a", "b", "d");
        }
    }

    // ---- callers

    @Test
    void letsSearchesThroughWhereWritesNeverCease() throws Exception {
        Filter red = MetadataFilterBuilder.metadataKey("colour").isEqualTo("red");
        try (LuceneIndex index = open();
                ExecutorService callers = Executors.newFixedThreadPool(4)) {
            index.apply(List.of(
                    new IndexChange.Upsert(List.of(segment("a", "word", new Metadata().put("colour", "blue"), 1, 0)))));
            AtomicBoolean stopped = new AtomicBoolean();
            List<Future<?>> writing = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                writing.add(callers.submit(() -> {
                    while (!stopped.get()) { // changes that make no group
                        index.apply(List.of(new IndexChange.DeleteMatching(red)));
                    }
                }));
            }
            for (int i = 0; i < 20; i++) {
                assertThat(byVector(index, 1, 0)).containsExactly("a");
            }
            stopped.set(true);
            for (Future<?> one : writing) {
                one.get();
            }
        }
    }

    @Test
    void whoReadsComesBeforeChangesThatCameLater() throws Exception {
        try (LuceneIndex index = open()) {
            index.apply(upsert(segment("0", "word", 1, 0))); // not seen yet, so who reads has to wait
            AtomicBoolean first = new AtomicBoolean(true);
            List<String> found = new ArrayList<>();
            List<Change> later = new ArrayList<>();
            Thread reader = Thread.ofPlatform().unstarted(() -> found.addAll(byVector(index, 1, 0)));
            disk.plan((number, call, file) -> {
                if (call == TestDisk.Call.FORCE && first.getAndSet(false)) {
                    reader.start();
                    Waiting.until(reader);
                    later.add(index.engine().submit(upsert(segment("b", "word", 1, 0))));
                }
                return TestDisk.Outcome.DONE;
            });
            index.apply(upsert(segment("a", "word", 1, 0)));
            reader.join();
            later.forEach(index.engine()::await);
            assertThat(found).containsExactly("0", "a");
            assertThat(byVector(index, 1, 0)).containsExactly("0", "a", "b");
        }
    }

    @Test
    void appliesOrRefusesEveryChangeThatRacesWithClosing() throws Exception {
        long seed = Long.getLong("seed", 11);
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            TestDisk raced = new TestDisk();
            LuceneIndex index = new LuceneIndex(IndexEngine.open(raced.location(empty), FaultStory.SETTINGS, false));
            List<String> acknowledged = Collections.synchronizedList(new ArrayList<>());
            List<String> refused = Collections.synchronizedList(new ArrayList<>());
            int before = random.nextInt(30);
            CountDownLatch some = new CountDownLatch(before);
            Thread closing = Thread.ofPlatform().start(() -> {
                await(some);
                index.close();
            });
            inParallel(4, caller -> {
                for (int i = 0; i < 1_000; i++) {
                    String id = caller + "/" + i;
                    if (i % 5 == 3) {
                        Thread.currentThread().interrupt();
                    }
                    try {
                        index.apply(upsert(segment(id, "word", 1, i)));
                        acknowledged.add(id);
                        some.countDown();
                    } catch (IllegalStateException e) {
                        assertThat(e).hasMessageContaining("closed");
                        refused.add(id);
                        return;
                    } finally {
                        assertThat(Thread.interrupted()).isEqualTo(i % 5 == 3);
                    }
                }
            });
            closing.join();
            index.close();
            try (LuceneIndex after =
                    new LuceneIndex(IndexEngine.open(raced.location(empty), FaultStory.SETTINGS, false))) {
                String what = "seed " + seed + ", round " + round;
                assertThat(after.count(null)).as(what).isEqualTo(acknowledged.size());
                assertThat(acknowledged).as(what).hasSizeGreaterThanOrEqualTo(before);
                acknowledged.forEach(
                        id -> assertThat(after.get(id)).as(what + ", " + id).isPresent());
                assertThat(refused).as(what).hasSize(4);
            }
        }
    }

    @FunctionalInterface
    private interface Caller {
        void call(int number);
    }

    private static void inParallel(int callers, Caller caller) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(callers)) {
            List<Callable<Boolean>> calls = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                int number = i;
                calls.add(() -> {
                    caller.call(number);
                    return true;
                });
            }
            for (Future<Boolean> call : threads.invokeAll(calls)) {
                call.get();
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
