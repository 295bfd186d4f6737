package dev.groundwork.rag.llm.pool;

import dev.groundwork.rag.CancelledException;
import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.DeadlineExceededException;
import dev.groundwork.rag.Hop;
import dev.groundwork.rag.LlmAttempt;
import dev.groundwork.rag.LlmUnavailableException;
import dev.groundwork.rag.MemberStatus;
import dev.groundwork.rag.PartialAnswerException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The attempts of one call. Used by one thread at a time. */
final class CallLog {

    private final List<LlmAttempt> attempts = new ArrayList<>(2);
    private @Nullable SanitisedFailure last;

    static LlmAttempt.Outcome outcome(MemberFault.Kind kind) {
        return switch (kind) {
            case RATE_LIMITED, USED_UP -> LlmAttempt.Outcome.RATE_LIMITED;
            case TIMED_OUT -> LlmAttempt.Outcome.TIMED_OUT;
            case REJECTED, FILTERED, TOO_LONG -> LlmAttempt.Outcome.REJECTED;
            case DENIED, FAILED, HICCUP, UNREACHABLE, UNSUITED -> LlmAttempt.Outcome.FAILED;
        };
    }

    void add(LlmAttempt attempt, @Nullable SanitisedFailure trace) {
        attempts.add(attempt);
        if (trace != null) {
            last = trace;
        }
    }

    List<LlmAttempt> attempts() {
        return attempts;
    }

    /**
     * Returns the failure of the call as a whole.
     *
     * @param statuses the members, so that those that rest and were not asked are told as well
     * @param retryNanos when one may be back; -1 where not known
     */
    LlmUnavailableException unavailable(List<MemberStatus> statuses, long retryNanos) {
        List<LlmAttempt> all = new ArrayList<>(attempts);
        for (MemberStatus member : statuses) {
            boolean asked = attempts.stream().anyMatch(a -> a.member().equals(member.name()));
            if (!asked && member.state() == MemberStatus.State.RESTING) {
                all.add(new LlmAttempt(member.name(), Duration.ZERO, LlmAttempt.Outcome.SKIPPED, member.reason()));
            }
        }
        return new LlmUnavailableException(all, retryNanos < 0 ? null : Duration.ofNanos(retryNanos), last);
    }

    /** Returns the failure of a call whose request is itself at fault. */
    LlmUnavailableException rejected() {
        return new LlmUnavailableException(attempts, null, last);
    }

    /** Returns the failure of a call whose time was up. */
    DeadlineExceededException timedOut(Deadline deadline) {
        return new DeadlineExceededException(Hop.CHAT, deadline.timeout(), attempts);
    }

    /** Returns the failure of a call that its caller gave up. */
    CancelledException cancelled() {
        return new CancelledException(Hop.CHAT, attempts);
    }

    /** Returns the failure of a stream that broke off. */
    PartialAnswerException partial(String text) {
        return new PartialAnswerException(text, attempts, last);
    }
}
