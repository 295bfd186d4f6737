package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.all;
import static dev.groundwork.rag.lucene.Segments.segment;
import static dev.groundwork.rag.lucene.Segments.upsert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexException;
import dev.groundwork.rag.IndexStats;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class OptimizeTest {

    @TempDir
    Path folder;

    /** Two parts, one of them with a deletion, of b to i; few enough for Lucene not to merge them by itself. */
    private static void fill(LuceneIndex index) {
        for (String id : List.of("a", "b", "c", "d", "e", "f", "g", "h")) {
            index.apply(upsert(segment(id, "word", 1, 0)));
        }
        index.commit();
        index.apply(List.of(new IndexChange.Delete(List.of("a"))));
        index.apply(upsert(segment("i", "word", 0, 1)));
        index.commit();
        assertThat(index.stats().parts()).isEqualTo(2);
        assertThat(index.stats().deleted()).isEqualTo(1);
    }

    private static final List<String> FILLED = List.of("b", "c", "d", "e", "f", "g", "h", "i");

    @Test
    void leavesOnePartWithoutDeletedEntries() {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            fill(index);

            index.optimize();

            IndexStats stats = index.stats();
            assertThat(stats.parts()).isEqualTo(1);
            assertThat(stats.deleted()).isZero();
            assertThat(all(index)).isEqualTo(FILLED);
            index.optimize(); // nothing to do
            try (LuceneIndex reader = LuceneIndex.openReadOnly(folder)) {
                assertThat(reader.stats().parts()).isEqualTo(1);
                assertThat(all(reader)).isEqualTo(FILLED);
                assertThatThrownBy(reader::optimize)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("read-only");
            }
            index.verifyThoroughly();
        }
    }

    @Test
    void leavesMorePartsWhereOneWouldBeTooLargeAndNoDeletedEntriesEither() {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            fill(index);

            index.engine().upkeep().optimize(2_000); // as large as one of them

            assertThat(index.stats().parts()).isEqualTo(2);
            assertThat(index.stats().deleted()).isZero();
        }
    }

    @Test
    void letsSearchesAndWritesGoOn() throws Exception {
        Steps steps = new Steps(folder).uncached();
        CountDownLatch merging = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (LuceneIndex index = steps.open()) {
            fill(index);
            index.commit();
            steps.hook(step -> {
                if (step.contains(".fdm")) {
                    hold(merging, goOn);
                }
            });
            Thread optimizing = Thread.ofPlatform().start(index::optimize);
            assertThat(merging.await(20, TimeUnit.SECONDS)).isTrue();
            steps.hook(null);

            index.apply(upsert(segment("x", "word", 1, 1)));
            index.commit();
            assertThat(all(index)).hasSize(9).contains("x");
            assertThat(optimizing.isAlive()).isTrue();

            goOn.countDown();
            optimizing.join();
            assertThat(all(index)).hasSize(9).contains("x");
            assertThat(index.stats().parts()).isLessThanOrEqualTo(2);
        }
    }

    @SuppressWarnings("Interruption")
    private static void hold(CountDownLatch reached, CountDownLatch goOn) throws IOException {
        reached.countDown();
        try {
            if (!goOn.await(20, TimeUnit.SECONDS)) {
                throw new IOException("nobody let go");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void isNotHarmedByAnInterruptOfTheCaller() {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            fill(index);
            Thread.currentThread().interrupt();

            index.optimize();

            assertThat(Thread.interrupted()).isTrue();
            assertThat(index.stats().parts()).isEqualTo(1);
            index.apply(upsert(segment("x", "word", 1, 1)));
            index.commit();
        }
    }

    @Test
    void endsWhenTheIndexIsClosed() throws Exception {
        Steps steps = new Steps(folder).uncached();
        CountDownLatch merging = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        LuceneIndex index = steps.open();
        fill(index);
        index.commit();
        steps.hook(step -> {
            if (step.contains(".fdm")) {
                hold(merging, goOn);
            }
        });
        Thread optimizing = Thread.ofPlatform().start(() -> {
            try {
                index.optimize();
            } catch (Throwable t) {
                thrown.set(t);
            }
        });
        assertThat(merging.await(20, TimeUnit.SECONDS)).isTrue();
        steps.hook(null);
        Thread closing = Thread.ofPlatform().start(index::close);
        while (!index.engine().isClosed()) {
            Thread.onSpinWait();
        }
        goOn.countDown();
        closing.join();
        optimizing.join();

        assertThat(thrown.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
        try (LuceneIndex again = LuceneIndex.open(folder)) {
            assertThat(all(again)).isEqualTo(FILLED);
            again.verifyThoroughly();
        }
    }

    @Test
    void saysWhyItFailedAndLosesNothing() {
        Steps steps = new Steps(folder).uncached();
        try (LuceneIndex index = steps.open()) {
            fill(index);
            index.apply(upsert(segment("x", "word", 1, 1))); // in the log alone
            steps.hook(step -> {
                if (step.contains(".fdm")) {
                    throw new IOException("No space left on device");
                }
            });
            assertThatThrownBy(index::optimize)
                    .isInstanceOf(IndexException.class)
                    .hasMessageContaining("No space left");
            steps.hook(null);

            // after a failure searches keep to what was opened before for a moment, rather than each try the disk
            await().untilAsserted(() -> assertThat(all(index)).hasSize(9).contains("x"));
            index.apply(upsert(segment("y", "word", 1, 1)));
            index.optimize();
            assertThat(index.stats().parts()).isEqualTo(1);
            assertThat(all(index)).hasSize(10).contains("x", "y");
        }
    }
}
