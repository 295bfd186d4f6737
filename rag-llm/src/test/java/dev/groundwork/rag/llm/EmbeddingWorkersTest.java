package dev.groundwork.rag.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.CancelledException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class EmbeddingWorkersTest {

    @Test
    void doesEachPieceOnce() {
        AtomicIntegerArray done = new AtomicIntegerArray(1_000);
        try (EmbeddingWorkers workers = new EmbeddingWorkers(3)) {
            workers.run(1_000, done::incrementAndGet);
        }
        for (int i = 0; i < done.length(); i++) {
            assertThat(done.get(i)).isEqualTo(1);
        }
    }

    @Test
    void doesAsManyPiecesAtATimeAsItsParallelism() {
        CyclicBarrier together = new CyclicBarrier(3);
        Set<String> threads = ConcurrentHashMap.newKeySet();
        try (EmbeddingWorkers workers = new EmbeddingWorkers(3)) {
            workers.run(3, i -> {
                threads.add(Thread.currentThread().getName());
                meet(together);
            });
        }
        assertThat(threads)
                .containsExactlyInAnyOrder(
                        Thread.currentThread().getName(), "groundwork-embed-1", "groundwork-embed-2");
    }

    @Test
    void goesOnAloneWhereItsThreadsAreGone() {
        AtomicInteger done = new AtomicInteger();
        EmbeddingWorkers workers = new EmbeddingWorkers(4);
        workers.close();

        workers.run(5, i -> done.incrementAndGet());

        assertThat(done).hasValue(5);
    }

    @Test
    void leavesOutTheRestAfterTheFirstFailure() {
        AtomicInteger begun = new AtomicInteger();
        try (EmbeddingWorkers workers = new EmbeddingWorkers(1)) {
            assertThatThrownBy(() -> workers.run(100, i -> {
                        begun.incrementAndGet();
                        if (i == 4) {
                            throw new IllegalArgumentException("text 4");
                        }
                    }))
                    .hasMessage("text 4");
        }
        assertThat(begun).hasValue(5);
    }

    @Test
    void stopsBetweenTwoPiecesWhereTheCallerIsInterrupted() {
        AtomicInteger begun = new AtomicInteger();
        try (EmbeddingWorkers workers = new EmbeddingWorkers(1)) {
            assertThatThrownBy(() -> workers.run(100, i -> {
                        if (begun.incrementAndGet() == 3) {
                            Thread.currentThread().interrupt();
                        }
                    }))
                    .isInstanceOf(CancelledException.class);
        }
        assertThat(Thread.interrupted()).isTrue();
        assertThat(begun).hasValue(3);
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
