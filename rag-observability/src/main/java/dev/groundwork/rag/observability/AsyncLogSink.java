package dev.groundwork.rag.observability;

import dev.groundwork.rag.MetricsSink;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A sink in front of a slower one: takes an event into a bounded queue and returns; a daemon thread of its own writes.
 * Never waits for room: what finds the queue full is dropped and counted. So a blocked disk or a slow appender costs
 * events, never the time of a question.
 *
 * <p>{@link #dropped()} tells how many events were lost and why: {@code queue_full}; {@code failed}, the sink behind threw;
 * {@code closed}, they came after {@link #close()}; {@code close_timeout}, they were still waiting when closing gave up.
 *
 * <p>Thread-safe. {@link #close()} writes what waits, for a bounded time, and closes the sink behind; where that hangs, it
 * is left behind.
 */
public final class AsyncLogSink implements LogSink {

    /** Events that may wait where nothing else is set: those of some seven hundred questions with their hops. */
    public static final int DEFAULT_CAPACITY = 8_192;

    /** How long {@link #close()} may take where nothing else is set. */
    public static final Duration DEFAULT_CLOSE_TIMEOUT = Duration.ofSeconds(5);

    /** What waiting events may hold on to in memory, however few they are. */
    static final long MAX_WEIGHT = 32L << 20;

    static final String QUEUE_FULL = "queue_full";
    static final String FAILED = "failed";
    static final String CLOSED = "closed";
    static final String CLOSE_TIMEOUT = "close_timeout";

    /**
     * How often the thread looks for events. It is not woken for each, since that would cost the thread that asks a question
     * some microseconds; only where the queue is half full, by number or by memory.
     */
    private static final long LOOK_NANOS = 50_000_000;

    private final LogSink behind;
    private final int capacity;
    private final Queue<LogEvent> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong weight = new AtomicLong();
    private final Duration closeTimeout;
    private final DropCount dropped;
    private final Thread thread;
    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile boolean abandoned;
    private volatile boolean ended;

    /** Whether something was written since the last flush; only the queue's thread looks at it. */
    private boolean dirty;

    private AsyncLogSink(
            LogSink behind, String name, int capacity, Duration closeTimeout, @Nullable MetricsSink metrics) {
        this.behind = Objects.requireNonNull(behind, "behind");
        if (capacity < 1 || capacity > 1_000_000) {
            throw new IllegalArgumentException("capacity is " + capacity + ", must be from 1 to 1000000");
        }
        if (closeTimeout.isNegative() || closeTimeout.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException("closeTimeout is " + closeTimeout + ", must be from 0 to one hour");
        }
        this.capacity = capacity;
        this.closeTimeout = closeTimeout;
        this.dropped = new DropCount(name, metrics);
        this.thread = Thread.ofPlatform().name("rag-log-" + name).daemon().unstarted(this::run);
        thread.start();
    }

    /**
     * Puts a queue of {@value #DEFAULT_CAPACITY} events in front of a sink.
     *
     * @param behind what writes, on one thread; closed with the queue
     */
    public static AsyncLogSink of(LogSink behind) {
        return of(behind, "log", DEFAULT_CAPACITY, DEFAULT_CLOSE_TIMEOUT, null);
    }

    /**
     * Puts a queue in front of a sink.
     *
     * @param behind what writes, on one thread; closed with the queue
     * @param name the label {@code sink} of the metric {@code rag.telemetry.dropped}, and part of the thread's name
     * @param capacity how many events may wait, from 1 to 1,000,000; together they hold at most about 32 MB
     * @param closeTimeout how long {@link #close()} may take, up to one hour
     * @param metrics told of each event that is dropped; {@code null} for nobody
     */
    public static AsyncLogSink of(
            LogSink behind, String name, int capacity, Duration closeTimeout, @Nullable MetricsSink metrics) {
        return new AsyncLogSink(behind, SafeText.name(name), capacity, closeTimeout, metrics);
    }

    /** Returns how many events were lost so far, by reason; a reason without losses is not there. */
    public Map<String, Long> dropped() {
        return dropped.byReason();
    }

    @Override
    public boolean enabled(boolean warning) {
        return behind.enabled(warning);
    }

    @Override
    public void write(LogEvent event) {
        if (closing.get()) {
            dropped.add(CLOSED);
            return;
        }
        long own = event.weight();
        int before = waiting.getAndIncrement();
        long held = before < capacity ? weight.addAndGet(own) : 0;
        if (before >= capacity || held > MAX_WEIGHT) {
            waiting.decrementAndGet();
            if (before < capacity) {
                weight.addAndGet(-own);
            }
            dropped.add(QUEUE_FULL);
            return;
        }
        queue.add(event);
        boolean heavy = held >= MAX_WEIGHT / 2 && held - own < MAX_WEIGHT / 2;
        if (before == capacity / 2 || heavy) {
            LockSupport.unpark(thread);
        }
        if (ended) {
            dropRest(CLOSED); // the thread went between the two lines above
        }
    }

    /** Does nothing: the queue's thread flushes whenever it has caught up. */
    @Override
    public void flush() {}

    private void run() {
        try {
            while (!abandoned) {
                LogEvent event = take();
                if (event != null) {
                    writeBehind(event);
                } else if (closing.get()) {
                    flushBehind();
                    return;
                } else {
                    flushBehind();
                    LockSupport.parkNanos(this, LOOK_NANOS);
                }
            }
        } finally {
            try {
                behind.close();
            } catch (Throwable e) {
                dropped.add(FAILED);
            }
            ended = true;
            dropRest(abandoned ? CLOSE_TIMEOUT : CLOSED);
        }
    }

    private @Nullable LogEvent take() {
        LogEvent event = queue.poll();
        if (event != null) {
            waiting.decrementAndGet();
            weight.addAndGet(-event.weight());
        }
        return event;
    }

    private void writeBehind(LogEvent event) {
        try {
            behind.write(event);
            dirty = true;
        } catch (Throwable e) { // one event that can't be written leaves the others
            dropped.add(FAILED);
        }
    }

    private void flushBehind() {
        if (dirty) {
            dirty = false;
            try {
                behind.flush();
            } catch (Throwable e) {
                dropped.add(FAILED);
            }
        }
    }

    private void dropRest(String reason) {
        while (take() != null) {
            dropped.add(reason);
        }
    }

    /**
     * Writes what waits and closes the sink behind, within the time that was set. An interruption ends the waiting as the
     * end of that time does; the interrupt flag is set again.
     */
    @Override
    public void close() throws IOException {
        if (closing.getAndSet(true)) {
            return;
        }
        LockSupport.unpark(thread);
        boolean interrupted = false;
        try {
            if (thread.join(closeTimeout)) {
                return;
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        abandoned = true;
        thread.interrupt();
        dropRest(CLOSE_TIMEOUT);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
