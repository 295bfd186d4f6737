package dev.groundwork.rag.llm.faults;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.ChatRequestOptions;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;

/** A chat model some of whose calls fail on purpose. Its listeners are called by the model itself. */
final class FaultyChatModel implements ChatModel {

    private final Faults faults;
    private final ChatModel model;

    FaultyChatModel(Faults faults, ChatModel model) {
        this.faults = faults;
        this.model = model;
    }

    @Override
    public ChatResponse chat(ChatRequest request) {
        return chat(request, ChatRequestOptions.EMPTY);
    }

    @Override
    public ChatResponse chat(ChatRequest request, ChatRequestOptions options) {
        Faults.Fate fate = faults.next();
        fate.begin();
        if (fate.kind() == Faults.Kind.HANG) {
            fate.hang();
        }
        ChatResponse response = model.chat(request, options);
        if (fate.kind() == Faults.Kind.CUT) {
            throw new UncheckedIOException(new IOException("injected: the connection broke off"));
        }
        return fate.kind() == Faults.Kind.GARBAGE
                ? ChatResponse.builder()
                        .aiMessage(AiMessage.from(fate.garbage()))
                        .metadata(response.metadata())
                        .build()
                : response;
    }

    @Override
    public ChatRequestParameters defaultRequestParameters() {
        return model.defaultRequestParameters();
    }

    @Override
    public ModelProvider provider() {
        return model.provider();
    }

    @Override
    public Set<Capability> supportedCapabilities() {
        return model.supportedCapabilities();
    }
}
