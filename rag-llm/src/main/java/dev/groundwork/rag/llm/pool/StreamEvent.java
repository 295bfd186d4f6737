package dev.groundwork.rag.llm.pool;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.PartialToolCall;
import org.jspecify.annotations.Nullable;

/** What a provider's stream says. */
sealed interface StreamEvent {

    /** A piece of the answer. */
    record Text(PartialResponse partial) implements StreamEvent {}

    /** A piece of what the model thinks. */
    record Thinking(PartialThinking partial) implements StreamEvent {}

    /** A piece of a tool call. */
    record ToolCallPart(PartialToolCall partial) implements StreamEvent {}

    /** A whole tool call. */
    record ToolCall(CompleteToolCall call) implements StreamEvent {}

    /** A provider's own event. */
    record Raw(Object event) implements StreamEvent {}

    /** The end, as the provider sees it; its response may be missing. */
    record Completed(@Nullable ChatResponse response) implements StreamEvent {}

    /** The failure that ended it. */
    record Failed(Throwable error) implements StreamEvent {}
}
