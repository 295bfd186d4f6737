package dev.groundwork.rag;

import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Runs hops on threads of their own, so that a question can stop waiting for one that hangs. Platform threads on purpose:
 * a hop that ignores its interrupt costs a thread, but never one of the few carriers that all virtual threads share.
 */
final class HopExecutor implements AutoCloseable {

    private static final int IDLE_SECONDS = 30;
    private static final int MAX_NAME = 50;

    private final int limit;
    private final ThreadPoolExecutor executor;
    private final LongAdder refused = new LongAdder();

    HopExecutor(String name, int limit) {
        this.limit = limit;
        AtomicInteger number = new AtomicInteger();
        String threads = "groundwork-" + plain(name) + "-";
        this.executor =
                new ThreadPoolExecutor(0, limit, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    Thread thread = new Thread(task, threads + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /** Thread names are seen by whoever looks at the process: of a name that holds a URL they have what is before it. */
    private static String plain(String name) {
        int end = 0;
        while (end < name.length() && end < MAX_NAME && name.charAt(end) != ':' && name.charAt(end) != '/') {
            end++;
        }
        return name.substring(0, end);
    }

    /**
     * Starts a task within a scope.
     *
     * @throws OverloadedException if all threads are busy
     * @throws CancelledException if the scope was cancelled
     */
    <T> Running<T> start(QuestionScope scope, String hop, Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        scope.add(hop, task);
        try {
            executor.execute(() -> {
                try {
                    task.run();
                } finally {
                    scope.remove(task);
                }
            });
        } catch (RejectedExecutionException e) {
            scope.remove(task);
            if (executor.isShutdown()) {
                throw new CancelledException(hop);
            }
            refused.increment();
            throw new OverloadedException(limit);
        }
        return new Running<>(scope, hop, task);
    }

    /** Runs a task and waits for it, see {@link Running#await}; one that is not done in time is interrupted and left. */
    <T> T run(QuestionScope scope, String hop, Deadline deadline, Callable<T> work) throws Exception {
        deadline.check(hop);
        Running<T> running = start(scope, hop, work);
        try {
            return running.await(deadline);
        } finally {
            running.leave();
        }
    }

    RagLoad load() {
        return new RagLoad(executor.getActiveCount(), limit, refused.sum());
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
