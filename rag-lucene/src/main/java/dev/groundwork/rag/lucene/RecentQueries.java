package dev.groundwork.rag.lucene;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** The last query vectors that went through the graph; in memory only, for {@link Calibration}. Thread-safe. */
final class RecentQueries {

    private static final int KEPT = 256;

    private final AtomicReferenceArray<float[]> queries = new AtomicReferenceArray<>(KEPT);
    private final AtomicLong next = new AtomicLong();

    void add(float[] query) {
        queries.lazySet((int) (next.getAndIncrement() % KEPT), query);
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
