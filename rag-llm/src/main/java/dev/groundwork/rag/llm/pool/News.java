package dev.groundwork.rag.llm.pool;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happened under a lock and is told after it. Used by one thread. */
final class News {

    private static final Logger LOG = LoggerFactory.getLogger(News.class);
    private static final ThreadLocal<@Nullable Deque<Runnable>> DELIVERIES = new ThreadLocal<>();

    private final List<Runnable> list = new ArrayList<>(0);

    void add(Runnable tell) {
        list.add(tell);
    }

    /** Tells outside of the lock; what that brings about is told after it and not inside of it, however long the chain. */
    void deliver() {
        if (list.isEmpty()) {
            return;
        }
        Deque<Runnable> outer = DELIVERIES.get();
        if (outer != null) {
            outer.addAll(list);
            return;
        }
        Deque<Runnable> queue = new ArrayDeque<>(list);
        DELIVERIES.set(queue);
        try {
            for (Runnable next = queue.poll(); next != null; next = queue.poll()) {
                run(next);
            }
        } finally {
            DELIVERIES.remove();
        }
    }

    private static void run(Runnable next) {
        try {
            next.run();
        } catch (RuntimeException e) {
            LOG.warn("telling of a change threw {}", e.getClass().getName());
        }
    }
}
