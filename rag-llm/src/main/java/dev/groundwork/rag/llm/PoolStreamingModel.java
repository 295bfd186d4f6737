package dev.groundwork.rag.llm;

import dev.groundwork.rag.Deadline;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.util.Set;

/** A pool as LangChain4j's streaming model. The members' own listeners are called by the members. */
final class PoolStreamingModel implements StreamingChatModel {

    private final ChatModelPool pool;

    PoolStreamingModel(ChatModelPool pool) {
        this.pool = pool;
    }

    @Override
    public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
        pool.stream(request, Deadline.after(pool.defaultTimeout()), new StreamSink.ToLangChain4j(handler));
    }

    @Override
    public Set<Capability> supportedCapabilities() {
        return pool.supportedCapabilities();
    }
}
