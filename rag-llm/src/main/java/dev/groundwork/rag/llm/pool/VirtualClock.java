package dev.groundwork.rag.llm.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Time that passes by hand, so that a test of hours takes milliseconds: {@link #advance} runs what falls due on the
 * calling thread, in order. Give it to {@link ChatModelPool.Builder#clock} together with an executor that runs tasks at
 * once ({@code Runnable::run}) and with members that answer through it, and a whole pool runs on one thread, the same
 * way each time.
 *
 * <p>Thread-safe; tasks run outside of its lock.
 */
public final class VirtualClock implements PoolClock {

    private record Task(long at, long number, Runnable run) {}

    private static final Comparator<Task> ORDER =
            Comparator.comparingLong(Task::at).thenComparingLong(Task::number);

    // Guarded by this.
    private final PriorityQueue<Task> tasks = new PriorityQueue<>(ORDER);
    private final Instant start;
    private long now;
    private long numbers;

    /** Makes one that starts at zero nanoseconds, and at this time of day. */
    public VirtualClock(Instant start) {
        this.start = start;
    }

    /** Makes one that starts at zero nanoseconds, and at the first second of 2026. */
    public VirtualClock() {
        this(Instant.parse("2026-01-01T00:00:00Z"));
    }

    @Override
    public synchronized long nanoTime() {
        return now;
    }

    @Override
    public synchronized Instant now() {
        return start.plusNanos(now);
    }

    @Override
    public synchronized Timer schedule(long nanos, Runnable task) {
        Task added = new Task(now + Math.max(0, nanos), numbers++, task);
        tasks.add(added);
        return () -> remove(added);
    }

    private synchronized void remove(Task task) {
        tasks.remove(task);
    }

    /** Lets time pass, and runs what falls due in it, each task at its own time. */
    public void advance(Duration time) {
        long end = nanoTime() + time.toNanos();
        for (Task task = next(end); task != null; task = next(end)) {
            task.run().run();
        }
    }

    /**
     * Lets time jump, as where a process was stopped for a while: what fell due meanwhile runs after it, late.
     *
     * @param time how long the process was stopped
     */
    public void jump(Duration time) {
        synchronized (this) {
            now += time.toNanos();
        }
        advance(Duration.ZERO);
    }

    private synchronized @Nullable Task next(long end) {
        Task task = tasks.peek();
        if (task == null || task.at() > end) {
            now = Math.max(now, end);
            return null;
        }
        now = Math.max(now, task.at());
        return tasks.poll();
    }

    /** Returns how many tasks are to run. */
    public synchronized int pending() {
        return tasks.size();
    }
}
