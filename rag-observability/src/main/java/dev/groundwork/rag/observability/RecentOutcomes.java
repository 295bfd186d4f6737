package dev.groundwork.rag.observability;

import dev.groundwork.rag.Health;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How the last calls of one thing went, as far as they are not too long ago to tell. What was unwell must be clearly well
 * before it counts as that, so that a thing near a threshold does not change at every look. Thread-safe.
 */
final class RecentOutcomes {

    /** So many tell enough; more would keep a failure in sight for longer than it lasts. */
    private static final int KEPT = 100;

    /** So many failures in a row are no accident, and so many successes after them none either. */
    private static final int IN_A_ROW = 3;

    /** From so many on, a share means something. */
    private static final int ENOUGH = 5;

    /** One in five is worth a look. */
    private static final double WORRYING_SHARE = 0.2;

    /** What was worrying no longer is when its share has halved. */
    private static final double RECOVERED_SHARE = 0.1;

    private final long windowNanos;
    private final Deque<Outcome> outcomes = new ArrayDeque<>();
    private boolean down;
    private boolean degraded;
    private int inARow;

    /** One call; {@code errorType} is empty where it went well. */
    private record Outcome(long atNanos, String errorType) {
        boolean failed() {
            return !errorType.isEmpty();
        }
    }

    RecentOutcomes(long windowNanos) {
        this.windowNanos = windowNanos;
    }

    synchronized void add(long nowNanos, String errorType) {
        Outcome before = outcomes.peekLast();
        boolean alike = before != null && before.failed() == !errorType.isEmpty();
        inARow = alike ? inARow + 1 : 1;
        outcomes.addLast(new Outcome(nowNanos, errorType));
        if (outcomes.size() > KEPT) {
            outcomes.removeFirst();
        }
        if (inARow >= IN_A_ROW) {
            down = !errorType.isEmpty();
        }
    }

    /**
     * Returns whether the thing works: down where it failed several times in a row, until it works as often in a row; degraded
     * where it fails often; up where nothing recent is known.
     */
    synchronized Health health(long nowNanos) {
        while (!outcomes.isEmpty() && nowNanos - outcomes.getFirst().atNanos() > windowNanos) {
            outcomes.removeFirst();
        }
        int recent = outcomes.size();
        int failed = 0;
        String last = "";
        for (Outcome outcome : outcomes) {
            if (outcome.failed()) {
                failed++;
                last = outcome.errorType();
            }
        }
        down &= failed > 0;
        boolean worried = degraded || down;
        degraded = worried ? failed > RECOVERED_SHARE * recent : recent >= ENOUGH && failed >= WORRYING_SHARE * recent;
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("recent", recent);
        details.put("recent_failed", failed);
        String reason = failed + " of the last " + recent + " failed: " + last;
        if (down) {
            boolean still = outcomes.getLast().failed();
            return Health.down(still ? "the last " + Math.min(inARow, recent) + " failed: " + last : reason, details);
        }
        return degraded ? Health.degraded(reason, details) : Health.up(details);
    }
}
