package dev.groundwork.rag.observability;

import dev.groundwork.rag.Health;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/** How the last calls of one thing went, as far as they are not too long ago to tell. Thread-safe. */
final class RecentOutcomes {

    /** So many tell enough; more would keep a failure in sight for longer than it lasts. */
    private static final int KEPT = 100;

    /** So many failures in a row are no accident. */
    private static final int IN_A_ROW = 3;

    /** From so many on, a share means something. */
    private static final int ENOUGH = 5;

    /** One in five is worth a look. */
    private static final double WORRYING_SHARE = 0.2;

    private final long windowNanos;
    private final Deque<Outcome> outcomes = new ArrayDeque<>();

    /** One call; {@code errorType} is empty where it went well. */
    private record Outcome(long atNanos, String errorType) {}

    RecentOutcomes(long windowNanos) {
        this.windowNanos = windowNanos;
    }

    synchronized void add(long nowNanos, String errorType) {
        outcomes.addLast(new Outcome(nowNanos, errorType));
        if (outcomes.size() > KEPT) {
            outcomes.removeFirst();
        }
    }

    /** Returns whether the thing works: down where it failed several times in a row, degraded where it fails often. */
    synchronized Health health(long nowNanos) {
        while (!outcomes.isEmpty() && nowNanos - outcomes.getFirst().atNanos() > windowNanos) {
            outcomes.removeFirst();
        }
        int failed = 0;
        int inARow = 0;
        String last = "";
        for (Outcome outcome : outcomes) {
            if (outcome.errorType().isEmpty()) {
                inARow = 0;
            } else {
                failed++;
                inARow++;
                last = outcome.errorType();
            }
        }
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("recent", outcomes.size());
        details.put("recent_failed", failed);
        if (inARow >= IN_A_ROW) {
            return Health.down("the last " + inARow + " failed: " + last, details);
        }
        if (outcomes.size() >= ENOUGH && failed >= WORRYING_SHARE * outcomes.size()) {
            return Health.degraded(failed + " of the last " + outcomes.size() + " failed: " + last, details);
        }
        return Health.up(details);
    }
}
