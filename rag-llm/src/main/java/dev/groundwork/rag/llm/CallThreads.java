package dev.groundwork.rag.llm;

import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The threads that members are called on: daemons, named, at most as many as there are slots. A slot is taken before a
 * call starts and given back when its thread is done, so that a model that can't be interrupted keeps its slot and no
 * more than that.
 */
final class CallThreads {

    private static final AtomicLong NUMBERS = new AtomicLong();

    private final Semaphore slots;
    private final Set<FutureTask<?>> underWay = ConcurrentHashMap.newKeySet();
    private final ThreadPoolExecutor executor;

    CallThreads(String name, int limit) {
        this.slots = new Semaphore(limit, true);
        // No bound of its own: whoever starts a thread holds a slot.
        this.executor = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), runnable -> {
                    Thread thread = new Thread(runnable, name + "-" + NUMBERS.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /** Waits for a slot, first come, first served. Returns whether there was one in time. */
    boolean acquire(long nanos) throws InterruptedException {
        return slots.tryAcquire(nanos, TimeUnit.NANOSECONDS);
    }

    /** Takes a slot if there is one now. */
    boolean tryAcquire() {
        return slots.tryAcquire();
    }

    /** Gives back a slot that was taken and not used. */
    void giveBack() {
        slots.release();
    }

    /**
     * Starts a call. The caller has taken a slot; it is given back when the call's thread is done, also where the call
     * was cancelled.
     *
     * @param ended run at the same moment
     */
    <T> FutureTask<T> start(Callable<T> call, Runnable ended) {
        FutureTask<T> task = new FutureTask<>(call);
        underWay.add(task);
        boolean started = false;
        try {
            executor.execute(() -> {
                try {
                    task.run();
                } finally {
                    done(task, ended);
                }
            });
            started = true;
        } finally {
            if (!started) {
                task.cancel(false);
                done(task, ended);
            }
        }
        return task;
    }

    /** As {@link #start}, for what nobody waits for; it must not throw. */
    void run(Runnable call, Runnable ended) {
        FutureTask<Boolean> unused = start(
                () -> {
                    call.run();
                    return true;
                },
                ended);
    }

    private void done(FutureTask<?> task, Runnable ended) {
        underWay.remove(task);
        slots.release();
        ended.run();
    }

    /** Returns how many calls have a thread. */
    int underWay() {
        return underWay.size();
    }

    /** Takes no more; what is under way ends by itself. */
    void closeWithoutInterrupt() {
        executor.shutdown();
    }

    /** Cancels all calls and takes no more. */
    void close() {
        executor.shutdown();
        underWay.forEach(task -> task.cancel(true));
    }
}
