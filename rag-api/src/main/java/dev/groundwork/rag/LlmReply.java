package dev.groundwork.rag;

import dev.langchain4j.model.chat.response.ChatResponse;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * A model's response, with how it came about.
 *
 * @param response what the model said
 * @param member the pool's member that served it
 * @param attempts every attempt, in the order in which they ended; one of them served
 * @param waited how long the call waited for a member in all, not counting attempts
 * @param cost what the attempt that served cost, in the currency of the pool's prices; 0 where it has none
 */
public record LlmReply(ChatResponse response, String member, List<LlmAttempt> attempts, Duration waited, double cost) {

    /** Checks and copies. */
    public LlmReply {
        Objects.requireNonNull(response, "response");
        Check.notBlank("member", member);
        attempts = List.copyOf(attempts);
        Objects.requireNonNull(waited, "waited");
    }

    /** Makes one that did not wait, of unknown cost. */
    public LlmReply(ChatResponse response, String member, List<LlmAttempt> attempts) {
        this(response, member, attempts, Duration.ZERO, 0);
    }
}
