package dev.groundwork.rag.llm.pool;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.response.ChatResponse;
import org.jspecify.annotations.Nullable;

/** What a model's response amounts to. */
final class Responses {

    private Responses() {}

    /** Returns whether there is a text or a tool call; thoughts alone are no answer. */
    static boolean saysSomething(@Nullable ChatResponse response) {
        AiMessage message = response == null ? null : response.aiMessage();
        return message != null
                && (message.hasToolExecutionRequests()
                        || (message.text() != null && !message.text().isBlank()));
    }
}
