package dev.groundwork.rag.observability;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Lets a metric have so many series and no more: once they are used up, labels that are new become {@code other}.
 * Thread-safe.
 */
final class SeriesLimit {

    /** Beyond this, storage and queries of the usual backends suffer. */
    static final int MAX_SERIES = 500;

    private final int max;
    private final Set<Map<String, String>> known = ConcurrentHashMap.newKeySet();

    /** Makes one for {@code max} series in all, the one for the others included. */
    SeriesLimit(int max) {
        this.max = max;
    }

    /** Returns the labels where they may be used, and the same keys with {@code other} as every value where not. */
    Map<String, String> admit(Map<String, String> labels) {
        if (known.contains(labels)) {
            return labels;
        }
        Map<String, String> others = others(labels);
        if (labels.equals(others)) {
            return labels;
        }
        synchronized (this) {
            if (known.contains(labels)) {
                return labels;
            }
            if (known.size() < max - 1) {
                known.add(Map.copyOf(labels));
                return labels;
            }
            return others;
        }
    }

    private static Map<String, String> others(Map<String, String> labels) {
        Map<String, String> others = new LinkedHashMap<>(labels);
        others.replaceAll((key, value) -> SafeText.OTHER);
        return others;
    }
}
