package dev.groundwork.rag.observability;

import dev.groundwork.rag.Answer;
import dev.groundwork.rag.CancelledException;
import dev.groundwork.rag.DeadlineExceededException;
import dev.groundwork.rag.Hop;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.RagEvent;
import dev.groundwork.rag.Trace;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A question or search that is over, in the words of logs and metrics.
 *
 * @param operation {@code ask} or {@code search}
 * @param outcome one of the constants here
 * @param reason why there is no answer; {@code null} unless it abstained
 * @param results how many segments retrieval found in the end
 * @param error what the caller got; {@code null} where it got a result
 */
record Finished(
        String pipeline,
        Question question,
        String operation,
        String outcome,
        @Nullable String reason,
        int results,
        Trace trace,
        @Nullable Throwable error) {

    static final String ANSWERED = "answered";
    static final String ABSTAINED = "abstained";
    static final String DEGRADED = "degraded";
    static final String ERROR = "error";
    static final String TIMEOUT = "timeout";
    static final String CANCELLED = "cancelled";

    static Finished of(RagEvent.AskCompleted event) {
        Trace trace = event.result().trace();
        String outcome = switch (event.result()) {
            case Answer.Grounded grounded -> ANSWERED;
            case Answer.Abstained abstained -> ABSTAINED;
            case Answer.Degraded degraded -> DEGRADED;
        };
        String reason = event.result() instanceof Answer.Abstained abstained ? lower(abstained.reason()) : null;
        return new Finished(event.pipeline(), event.question(), "ask", outcome, reason, retrieved(trace), trace, null);
    }

    static Finished of(RagEvent.SearchCompleted event) {
        return new Finished(
                event.pipeline(),
                event.question(),
                "search",
                event.result().degraded() ? DEGRADED : ANSWERED,
                null,
                event.result().hits().size(),
                event.result().trace(),
                null);
    }

    static Finished of(RagEvent.QuestionFailed event) {
        Trace trace = event.trace();
        String outcome = switch (event.error()) {
            case DeadlineExceededException e -> TIMEOUT;
            case TimeoutException e -> TIMEOUT;
            case CancelledException e -> CANCELLED;
            case CancellationException e -> CANCELLED;
            case InterruptedException e -> CANCELLED;
            default -> ERROR;
        };
        return new Finished(
                event.pipeline(),
                event.question(),
                lower(event.operation()),
                outcome,
                null,
                retrieved(trace),
                trace,
                event.error());
    }

    /** Returns whether someone should look at it: it failed or degraded. Who cancels knows that already. */
    boolean worrying() {
        return outcome.equals(DEGRADED) || outcome.equals(ERROR) || outcome.equals(TIMEOUT);
    }

    /** Returns what chat models read; {@code null} where no hop says. */
    @Nullable
    Long tokensIn() {
        Long sum = null;
        for (Hop hop : trace.hops()) {
            Integer tokens = hop.tokensIn();
            if (isChat(hop) && tokens != null) {
                sum = (sum == null ? 0 : sum) + tokens;
            }
        }
        return sum;
    }

    /** Returns what chat models wrote; {@code null} where no hop says. */
    @Nullable
    Long tokensOut() {
        Long sum = null;
        for (Hop hop : trace.hops()) {
            Integer tokens = hop.tokensOut();
            if (isChat(hop) && tokens != null) {
                sum = (sum == null ? 0 : sum) + tokens;
            }
        }
        return sum;
    }

    /** Embedding and reranking read tokens too, at another price; they would blur the sum. */
    private static boolean isChat(Hop hop) {
        return hop.model() != null
                && !hop.name().equals(Hop.REWRITE)
                && !hop.name().equals(Hop.EMBED)
                && !hop.name().equals(Hop.RERANK);
    }

    /** Returns whether the hop is one of the searches that run side by side: any name that is not a step's own. */
    static boolean isLeg(Hop hop) {
        return switch (hop.name()) {
            case Hop.REWRITE,
                    Hop.EMBED,
                    Hop.FUSE,
                    Hop.FEEDBACK,
                    Hop.TITLES,
                    Hop.LATE,
                    Hop.RERANK,
                    Hop.AUGMENT,
                    Hop.CHAT,
                    Hop.EXTRACT,
                    Hop.CITE -> false;
            default -> true;
        };
    }

    /** The step after retrieval knows best what came out of it in the end; where there was none, the last one does. */
    private static int retrieved(Trace trace) {
        for (String name : new String[] {Hop.AUGMENT, Hop.EXTRACT}) {
            Hop hop = trace.hop(name).orElse(null);
            if (hop != null) {
                return hop.in();
            }
        }
        for (String name : new String[] {Hop.RERANK, Hop.LATE, Hop.TITLES, Hop.FEEDBACK, Hop.FUSE}) {
            Hop hop = trace.hop(name).orElse(null);
            if (hop != null && hop.status() == Hop.Status.OK) {
                return hop.out();
            }
        }
        return trace.hops().stream()
                .filter(hop -> isLeg(hop) && hop.status() == Hop.Status.OK)
                .mapToInt(Hop::out)
                .max()
                .orElse(0);
    }

    static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
