package dev.groundwork.rag.llm.pool;

import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machine's time with one daemon thread for a pool's timers. A binary heap whose entries know their place, so that a
 * cancelled one is gone at once; and the thread is woken only by a timer that is due before it would wake anyhow, so that
 * the usual one, a deadline that is cancelled long before, wakes nobody.
 */
final class TimerThread implements PoolClock, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TimerThread.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition earlier = lock.newCondition();

    // Guarded by lock.
    private @Nullable Entry[] heap = new @Nullable Entry[64];
    private int size;
    private boolean waiting;
    private boolean waitsForever;
    private long wakesAt;
    private boolean closed;
    private @Nullable Thread thread;

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public Timer schedule(long nanos, Runnable task) {
        long at = System.nanoTime() + Math.clamp(nanos, 0, Long.MAX_VALUE / 4);
        Entry entry = new Entry(at, task);
        lock.lock();
        try {
            if (closed) {
                return entry;
            }
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, size * 2);
            }
            up(size++, entry);
            if (thread == null) {
                thread = Thread.ofPlatform().name("rag-llm-timer").daemon().start(this::run);
            } else if (waiting && (waitsForever || at - wakesAt < 0)) {
                earlier.signal();
            }
        } finally {
            lock.unlock();
        }
        return entry;
    }

    private void run() {
        for (Entry due = take(); due != null; due = take()) {
            try {
                due.task.run();
            } catch (RuntimeException | Error e) {
                LOG.warn("a timer's task threw {}", e.getClass().getName());
            }
        }
    }

    /** Waits for the next task; {@code null} when closed. */
    private @Nullable Entry take() {
        lock.lock();
        try {
            while (!closed) {
                long left = size == 0 ? Long.MAX_VALUE : at(0).at - System.nanoTime();
                if (left <= 0) {
                    Entry first = at(0);
                    remove(first);
                    return first;
                }
                waiting = true;
                waitsForever = size == 0;
                wakesAt = System.nanoTime() + left;
                try {
                    if (waitsForever) {
                        earlier.await();
                    } else {
                        long unused = earlier.awaitNanos(left);
                    }
                } catch (InterruptedException e) {
                    // Nobody but the end of the process has a reason to; the loop looks again.
                } finally {
                    waiting = false;
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private Entry at(int place) {
        return Objects.requireNonNull(heap[place]);
    }

    private void remove(Entry entry) {
        int place = entry.place;
        if (place < 0) {
            return;
        }
        entry.place = -1;
        Entry last = at(--size);
        heap[size] = null;
        if (last != entry) {
            up(place, last);
            down(last.place, last);
        }
    }

    private void up(int from, Entry entry) {
        int place = from;
        while (place > 0) {
            int parent = (place - 1) >>> 1;
            if (at(parent).at - entry.at <= 0) {
                break;
            }
            put(place, at(parent));
            place = parent;
        }
        put(place, entry);
    }

    private void down(int from, Entry entry) {
        int place = from;
        while (2 * place + 1 < size) {
            int child = 2 * place + 1;
            if (child + 1 < size && at(child + 1).at - at(child).at < 0) {
                child++;
            }
            if (entry.at - at(child).at <= 0) {
                break;
            }
            put(place, at(child));
            place = child;
        }
        put(place, entry);
    }

    private void put(int place, Entry entry) {
        heap[place] = entry;
        entry.place = place;
    }

    /** Returns how many tasks are to run. */
    int pending() {
        lock.lock();
        try {
            return size;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the thread; what is to run does not. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            while (size > 0) {
                remove(at(0));
            }
            earlier.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private final class Entry implements Timer {

        private final long at;
        private final Runnable task;
        private int place = -1;

        Entry(long at, Runnable task) {
            this.at = at;
            this.task = task;
        }

        @Override
        public void cancel() {
            lock.lock();
            try {
                remove(this);
            } finally {
                lock.unlock();
            }
        }
    }
}
