package dev.groundwork.rag.llm;

import dev.groundwork.rag.LlmAttempt;
import dev.groundwork.rag.LlmReply;
import dev.groundwork.rag.LlmUnavailableException;
import dev.groundwork.rag.MemberStatus;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The attempts of one call. Used by one thread. */
final class CallLog {

    private final LongSupplier nanoTime;
    private final List<LlmAttempt> attempts = new ArrayList<>();
    private @Nullable SanitisedFailure last;

    CallLog(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    void skipped(PoolMember member) {
        attempts.add(new LlmAttempt(member.name(), Duration.ZERO, LlmAttempt.Outcome.SKIPPED, ""));
    }

    void cancelled(PoolMember member, long startNanos) {
        add(member, startNanos, LlmAttempt.Outcome.CANCELLED, "");
    }

    void failed(PoolMember member, long startNanos, MemberFault fault) {
        LlmAttempt.Outcome outcome = switch (fault.kind()) {
            case RATE_LIMITED -> LlmAttempt.Outcome.RATE_LIMITED;
            case TIMED_OUT -> LlmAttempt.Outcome.TIMED_OUT;
            case REJECTED -> LlmAttempt.Outcome.REJECTED;
            case DENIED, FAILED, UNSUITED -> LlmAttempt.Outcome.FAILED;
        };
        last = fault.trace();
        add(member, startNanos, outcome, fault.errorType());
    }

    LlmReply served(PoolMember member, long startNanos, ChatResponse response) {
        add(member, startNanos, LlmAttempt.Outcome.SERVED, "");
        return new LlmReply(response, member.name(), attempts);
    }

    /** Returns the failure of the call as a whole, with the time at which the first member may be back. */
    LlmUnavailableException unavailable(List<PoolMember> members) {
        Duration retryAfter = members.stream()
                .map(PoolMember::status)
                .filter(s -> s.state() == MemberStatus.State.RESTING)
                .map(MemberStatus::retryIn)
                .min(Comparator.naturalOrder())
                .orElse(null);
        return new LlmUnavailableException(attempts, rejected() ? null : retryAfter, last);
    }

    private boolean rejected() {
        return !attempts.isEmpty() && attempts.getLast().outcome() == LlmAttempt.Outcome.REJECTED;
    }

    private void add(PoolMember member, long startNanos, LlmAttempt.Outcome outcome, String errorType) {
        Duration duration = Duration.ofNanos(Math.max(0, nanoTime.getAsLong() - startNanos));
        attempts.add(new LlmAttempt(member.name(), duration, outcome, errorType));
    }
}
