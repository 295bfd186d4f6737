package dev.groundwork.rag;

import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.List;
import java.util.Objects;

/**
 * A model's response, with how it came about.
 *
 * @param response what the model said
 * @param member the pool's member that served it
 * @param attempts every attempt, in order; the last one is the one that served
 */
public record LlmReply(ChatResponse response, String member, List<LlmAttempt> attempts) {

    /** Checks and copies. */
    public LlmReply {
        Objects.requireNonNull(response, "response");
        Check.notBlank("member", member);
        attempts = List.copyOf(attempts);
    }
}
