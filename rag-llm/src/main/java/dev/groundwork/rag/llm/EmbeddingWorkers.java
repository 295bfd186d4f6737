package dev.groundwork.rag.llm;

import dev.groundwork.rag.CancelledException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Shares numbered pieces of work between the calling thread and idle threads of its own. Nothing is queued: where all its
 * threads are busy the caller works alone. Thread-safe.
 */
final class EmbeddingWorkers implements AutoCloseable {

    private static final long IDLE_SECONDS = 10;

    private final int parallelism;
    private final @Nullable ThreadPoolExecutor pool;

    EmbeddingWorkers(int parallelism) {
        this.parallelism = parallelism;
        AtomicInteger number = new AtomicInteger();
        this.pool = parallelism == 1
                ? null
                : new ThreadPoolExecutor(
                        0,
                        parallelism - 1,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new SynchronousQueue<>(),
                        task -> Thread.ofPlatform()
                                .name("groundwork-embed-" + number.incrementAndGet())
                                .daemon()
                                .unstarted(task));
    }

    /**
     * Does the pieces 0 to {@code pieces - 1} in any order and returns when all are done.
     *
     * @throws CancelledException if the calling thread is interrupted, which leaves its interrupt flag set
     * @throws RuntimeException the first failure of a piece; pieces not begun by then are left out
     */
    void run(int pieces, IntConsumer work) {
        Share share = new Share(pieces, work);
        List<Future<?>> helpers = new ArrayList<>();
        try {
            for (int i = 1; pool != null && i < Math.min(parallelism, pieces); i++) {
                helpers.add(pool.submit(() -> share.work(false)));
            }
        } catch (RejectedExecutionException busyOrClosed) {
            // The caller goes on with those it got.
        }
        share.work(true);
        for (Future<?> helper : helpers) {
            share.await(helper);
        }
        share.rethrow();
    }

    @Override
    public void close() {
        if (pool != null) {
            pool.shutdown();
        }
    }

    private static final class Share {
        private final int pieces;
        private final IntConsumer work;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

        Share(int pieces, IntConsumer work) {
            this.pieces = pieces;
            this.work = work;
        }

        void work(boolean interruptible) {
            try {
                while (failure.get() == null) {
                    if (interruptible && Thread.currentThread().isInterrupted()) {
                        throw interrupted();
                    }
                    int piece = next.getAndIncrement();
                    if (piece >= pieces) {
                        return;
                    }
                    work.accept(piece);
                }
            } catch (RuntimeException | Error e) {
                failure.compareAndSet(null, e);
            }
        }

        void await(Future<?> helper) {
            if (failure.get() != null) {
                return;
            }
            try {
                helper.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                failure.compareAndSet(null, interrupted());
            } catch (ExecutionException e) {
                failure.compareAndSet(null, e.getCause());
            }
        }

        void rethrow() {
            Throwable first = failure.get();
            if (first instanceof Error error) {
                throw error;
            }
            if (first instanceof RuntimeException exception) {
                throw exception;
            }
        }

        private static CancelledException interrupted() {
            return new CancelledException("embed");
        }
    }
}
