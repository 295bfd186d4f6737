package dev.groundwork.rag.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ManyAtOnceTest {

    private static final List<Integer> THINGS =
            IntStream.range(0, 1_000).boxed().toList();

    @Test
    void doesEachThingOnceOnSeveralThreads() throws Exception {
        try (ExecutorService helper = Executors.newFixedThreadPool(2)) {
            Queue<Integer> done = new ConcurrentLinkedQueue<>();
            Set<Thread> threads = ConcurrentHashMap.newKeySet();
            CyclicBarrier together = new CyclicBarrier(3);
            new ManyAtOnce(helper, 3).forEach(THINGS, thing -> {
                if (threads.add(Thread.currentThread())) {
                    meet(together);
                }
                done.add(thing);
            });

            assertThat(threads).hasSize(3);
            assertThat(done).containsExactlyInAnyOrderElementsOf(THINGS);
        }
    }

    @Test
    void doesAllByItselfWhereNoThreadIsFree() throws Exception {
        Queue<Integer> done = new ConcurrentLinkedQueue<>();
        ManyAtOnce many = new ManyAtOnce(
                work -> {
                    throw new RejectedExecutionException("busy");
                },
                4);
        many.forEach(THINGS, done::add);

        assertThat(done).containsExactlyElementsOf(THINGS);
    }

    @Test
    void asksNoOtherThreadForAFewThings() throws Exception {
        AtomicBoolean asked = new AtomicBoolean();
        new ManyAtOnce(work -> asked.set(true), 4).forEach(List.of(1, 2, 3), thing -> {});

        assertThat(asked).isFalse();
    }

    @Test
    void stopsAllAfterAFailureAndTellsIt() throws Exception {
        try (ExecutorService helper = Executors.newFixedThreadPool(3)) {
            for (boolean byHelper : new boolean[] {true, false}) {
                Thread caller = Thread.currentThread();
                AtomicInteger running = new AtomicInteger();
                CyclicBarrier together = new CyclicBarrier(4);
                Set<Thread> threads = ConcurrentHashMap.newKeySet();
                AtomicBoolean failed = new AtomicBoolean();
                assertThatThrownBy(() -> new ManyAtOnce(helper, 4).forEach(THINGS, thing -> {
                            running.incrementAndGet();
                            try {
                                if (threads.add(Thread.currentThread())) {
                                    meet(together);
                                }
                                if ((Thread.currentThread() != caller) == byHelper && !failed.getAndSet(true)) {
                                    throw new IOException("no space");
                                }
                            } finally {
                                running.decrementAndGet();
                            }
                        }))
                        .isInstanceOf(IOException.class)
                        .hasMessage("no space");
                assertThat(running).hasValue(0);
            }
        }
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await(60, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
