package dev.groundwork.rag.llm.pool;

import dev.groundwork.rag.LlmPool.LlmStream;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatRequestOptions;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.util.Objects;
import java.util.Set;

/** A pool as LangChain4j's streaming model. The members' own listeners are called by the members. */
final class PoolStreamingModel implements StreamingChatModel {

    private final ChatModelPool pool;

    PoolStreamingModel(ChatModelPool pool) {
        this.pool = pool;
    }

    @Override
    public void chat(ChatRequest request, StreamingChatResponseHandler handler) {
        chat(request, ChatRequestOptions.EMPTY, handler);
    }

    /** The options go to the member as they are. */
    @Override
    public void chat(ChatRequest request, ChatRequestOptions options, StreamingChatResponseHandler handler) {
        Objects.requireNonNull(handler, "handler");
        LlmStream unused = pool.stream(
                request,
                Objects.requireNonNullElse(options, ChatRequestOptions.EMPTY),
                new StreamSink.ToLangChain4j(handler));
    }

    @Override
    public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
        chat(request, handler);
    }

    @Override
    public ChatRequestParameters defaultRequestParameters() {
        return pool.defaultRequestParameters();
    }

    @Override
    public Set<Capability> supportedCapabilities() {
        return pool.supportedCapabilities();
    }
}
