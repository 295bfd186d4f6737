package dev.groundwork.rag.observability;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does the same again and again on a daemon thread of its own, until it is closed. What fails is done again next time. */
final class Periodic implements AutoCloseable {

    static final Duration SHORTEST = Duration.ofSeconds(1);
    static final Duration LONGEST = Duration.ofHours(1);

    private static final Logger LOG = LoggerFactory.getLogger(Periodic.class);

    private final ScheduledExecutorService executor;
    private final Future<?> task;

    private Periodic(ScheduledExecutorService executor, Future<?> task) {
        this.executor = executor;
        this.task = task;
    }

    /**
     * Starts; the first time is one interval from now.
     *
     * @param interval from one second to one hour
     */
    static Periodic start(String threadName, Duration interval, Runnable task) {
        ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, threadName);
            thread.setDaemon(true);
            return thread;
        });
        boolean[] warned = new boolean[1];
        Runnable guarded = () -> {
            try {
                task.run();
            } catch (RuntimeException | LinkageError | StackOverflowError e) {
                if (!warned[0]) {
                    warned[0] = true;
                    LOG.warn(
                            "{} failed with {}; it goes on, and further failures are not told",
                            threadName,
                            e.getClass().getName());
                }
            }
        };
        return new Periodic(
                executor,
                executor.scheduleWithFixedDelay(guarded, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS));
    }

    /** Returns the interval if it is in range. */
    static Duration checked(String name, Duration interval) {
        if (interval.compareTo(SHORTEST) < 0 || interval.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    name + " is " + interval + ", must be from " + SHORTEST + " to " + LONGEST);
        }
        return interval;
    }

    @Override
    public void close() {
        task.cancel(true);
        executor.shutdownNow();
    }
}
