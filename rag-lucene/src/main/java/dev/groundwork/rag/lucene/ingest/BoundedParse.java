package dev.groundwork.rag.lucene.ingest;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Runs a parse on a thread of its own and waits for it no longer than a limit. A parse that is late is interrupted and
 * left alone; Java can't end a thread that doesn't listen, so while too many of them still run no further parse starts.
 *
 * <p>Thread-safe.
 */
final class BoundedParse {

    /** How many late parses may be left running: more would take all processors for nothing. */
    static final int MAX_ABANDONED = 8;

    private enum State {
        RUNNING,
        ABANDONED,
        ENDED
    }

    private final AtomicInteger abandoned = new AtomicInteger();

    <T> T run(Callable<T> parse, Duration limit) throws UnreadableException {
        int late = abandoned.get();
        if (late >= MAX_ABANDONED) {
            throw UnreadableException.passing(
                    "not parsed: " + late + " parses that exceeded their time still run", null);
        }
        FutureTask<T> task = new FutureTask<>(parse);
        AtomicReference<State> state = new AtomicReference<>(State.RUNNING);
        Thread thread = Thread.ofPlatform().daemon().name("groundwork-parse").unstarted(() -> {
            try {
                task.run();
            } finally {
                if (state.getAndSet(State.ENDED) == State.ABANDONED) {
                    abandoned.decrementAndGet();
                }
            }
        });
        thread.start();
        try {
            return task.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            abandon(task, state);
            throw UnreadableException.passing("not parsed within " + limit.toMillis() + " ms", e);
        } catch (InterruptedException e) {
            abandon(task, state);
            Thread.currentThread().interrupt();
            throw UnreadableException.passing("interrupted", e);
        } catch (ExecutionException e) {
            throw unreadable(e.getCause() == null ? e : e.getCause());
        }
    }

    private void abandon(FutureTask<?> task, AtomicReference<State> state) {
        abandoned.incrementAndGet();
        if (!state.compareAndSet(State.RUNNING, State.ABANDONED)) {
            abandoned.decrementAndGet();
        }
        task.cancel(true);
    }

    private static UnreadableException unreadable(Throwable cause) {
        return switch (cause) {
            case UnreadableException e -> e;
            case StackOverflowError e -> new UnreadableException("nested too deeply", e);
            case OutOfMemoryError e -> UnreadableException.passing("parsing it takes more memory than there is", e);
            case LinkageError e -> UnreadableException.passing("parsing it takes a library that is not there", e);
            case Error e -> throw e;
            default -> new UnreadableException("damaged: the parser failed on it", cause);
        };
    }
}
