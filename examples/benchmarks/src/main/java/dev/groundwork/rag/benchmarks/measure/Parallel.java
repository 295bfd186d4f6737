package dev.groundwork.rag.benchmarks.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/** Work shared among threads, which the caller waits for. */
public final class Parallel {

    private Parallel() {}

    /** Does it on as many threads as there are cores. */
    public static void run(int count, IntConsumer work) {
        run(Runtime.getRuntime().availableProcessors(), count, work);
    }

    /** Does {@code work} for 0 up to {@code count}; each thread takes the next number that is free. */
    public static void run(int threads, int count, IntConsumer work) {
        AtomicInteger next = new AtomicInteger();
        Runnable worker = () -> {
            for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                work.accept(i);
            }
        };
        if (threads == 1) {
            worker.run();
            return;
        }
        try (ExecutorService executor = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().name("bench-", 0).factory())) {
            List<Future<?>> workers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                workers.add(executor.submit(worker));
            }
            for (Future<?> one : workers) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a benchmark's thread failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
