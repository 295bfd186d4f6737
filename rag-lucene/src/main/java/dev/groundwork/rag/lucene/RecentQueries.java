package dev.groundwork.rag.lucene;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** The last query vectors that went through the graph; in memory only, for {@link Calibrator}. Thread-safe. */
final class RecentQueries {

    private static final int KEPT = 256;

    /** So many queries show well enough what is asked. */
    static final int ENOUGH = KEPT;

    private final AtomicReferenceArray<float[]> queries = new AtomicReferenceArray<>(KEPT);
    private final Runnable whenEnough;
    private final AtomicLong next = new AtomicLong();

    /**
     * Makes an empty one.
     *
     * @param whenEnough called once, by who asks, when there are {@link #ENOUGH}
     */
    RecentQueries(Runnable whenEnough) {
        this.whenEnough = whenEnough;
    }

    void add(float[] query) {
        long before = next.getAndIncrement();
        queries.set((int) (before % KEPT), query);
        if (before == ENOUGH - 1) {
            whenEnough.run();
        }
    }

    boolean areEnough() {
        return next.get() >= ENOUGH;
    }

    List<float[]> all() {
        List<float[]> all = new ArrayList<>();
        for (int i = 0; i < KEPT; i++) {
            float[] query = queries.get(i);
            if (query != null) {
                all.add(query);
            }
        }
        return all;
    }
}
