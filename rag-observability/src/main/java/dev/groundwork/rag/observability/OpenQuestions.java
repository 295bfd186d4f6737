package dev.groundwork.rag.observability;

import dev.groundwork.rag.Hop;
import dev.groundwork.rag.RagEvent;
import dev.groundwork.rag.Trace;
import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Holds back the hops of questions under way, since how much is to be written of them shows only when the question is over.
 * Each hop is handed out once: by {@link #hop} where it is to be written at once, by {@link #end} where it was held, or by
 * {@link #hop} where it ends so late that its question has been written. Questions of the same id are told apart by the
 * very hops of their traces. Thread-safe.
 */
final class OpenQuestions {

    /** Far more than can be under way; of further ones each hop is written as it comes. */
    static final int MAX_OPEN = 10_000;

    private final Map<Key, Open> open = new ConcurrentHashMap<>();

    private record Key(String pipeline, String requestId) {}

    /** A hop with the time at which it was told of. */
    record Held(RagEvent.HopCompleted event, Instant time) {}

    /** What is known of the questions of one id. */
    private static final class Open {
        int running;
        final List<Held> held = new ArrayList<>();
        final IdentityHashMap<Hop, Boolean> written = new IdentityHashMap<>();
        final IdentityHashMap<Hop, LogLevel> late = new IdentityHashMap<>();

        boolean over() {
            return running <= 0 && late.isEmpty();
        }
    }

    void start(RagEvent.QuestionStarted started) {
        if (open.size() >= MAX_OPEN) {
            open.values().removeIf(question -> question.running <= 0);
        }
        if (open.size() < MAX_OPEN) {
            open.compute(key(started.pipeline(), started.question().requestId()), (key, known) -> {
                Open question = known == null ? new Open() : known;
                question.running++;
                return question;
            });
        }
    }

    /**
     * Takes a hop.
     *
     * @param level what is written of the question as things stand
     * @param atOnce whether it is sure that nothing more can be asked for
     * @return the level at which it is to be written now; {@code null} where it is held or not to be written
     */
    @Nullable
    LogLevel hop(RagEvent.HopCompleted event, LogLevel level, boolean atOnce, Instant now) {
        LogLevel[] result = {level};
        open.computeIfPresent(key(event.pipeline(), event.requestId()), (key, question) -> {
            LogLevel decided = question.late.remove(event.hop());
            if (decided != null) {
                result[0] = decided;
            } else if (question.running > 0) {
                if (atOnce) {
                    question.written.put(event.hop(), true);
                } else {
                    question.held.add(new Held(event, now));
                    result[0] = LogLevel.MINIMAL;
                }
            }
            return question.over() ? null : question;
        });
        return result[0] == LogLevel.MINIMAL ? null : result[0];
    }

    /**
     * Ends a question.
     *
     * @param level what is to be written of hops that are told of later
     * @return the hops of the trace that were held, in the order in which they ended
     */
    List<Held> end(String pipeline, String requestId, Trace trace, LogLevel level) {
        List<Held> due = new ArrayList<>();
        open.computeIfPresent(key(pipeline, requestId), (key, question) -> {
            question.running--;
            IdentityHashMap<Hop, Held> held = new IdentityHashMap<>();
            question.held.forEach(one -> held.put(one.event().hop(), one));
            for (Hop hop : trace.hops()) {
                Held one = held.remove(hop);
                if (one != null) {
                    due.add(one);
                } else if (question.written.remove(hop) == null) {
                    question.late.put(hop, level);
                }
            }
            if (question.running <= 0) {
                due.addAll(held.values()); // of no trace, which can't be; better written than lost
                question.held.clear();
                question.written.clear();
            } else {
                question.held.removeIf(one -> !held.containsKey(one.event().hop()));
            }
            return question.over() ? null : question;
        });
        return due;
    }

    /** Returns how many questions are under way or have hops to come. */
    int size() {
        return open.size();
    }

    private static Key key(String pipeline, String requestId) {
        return new Key(pipeline, requestId);
    }
}
