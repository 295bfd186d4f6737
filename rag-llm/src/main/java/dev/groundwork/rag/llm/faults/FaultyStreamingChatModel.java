package dev.groundwork.rag.llm.faults;

import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatRequestOptions;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.PartialThinkingContext;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.model.chat.response.PartialToolCallContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A streaming chat model some of whose calls fail on purpose. Its listeners are called by the model itself. */
final class FaultyStreamingChatModel implements StreamingChatModel {

    /** A cut stream breaks off after at most so many pieces. */
    private static final int LATEST_CUT = 8;

    private final Faults faults;
    private final StreamingChatModel model;

    FaultyStreamingChatModel(Faults faults, StreamingChatModel model) {
        this.faults = faults;
        this.model = model;
    }

    @Override
    public void chat(ChatRequest request, StreamingChatResponseHandler handler) {
        chat(request, ChatRequestOptions.EMPTY, handler);
    }

    @Override
    public void chat(ChatRequest request, ChatRequestOptions options, StreamingChatResponseHandler handler) {
        Faults.Fate fate = faults.next();
        try {
            fate.begin();
        } catch (RuntimeException e) {
            handler.onError(e);
            return;
        }
        switch (fate.kind()) {
            case HANG -> {
                // Never a word.
            }
            case CUT ->
                model.chat(request, options, new Cut(handler, fate.random().nextInt(LATEST_CUT + 1)));
            case GARBAGE -> model.chat(request, options, new Cut(handler, fate));
            case null, default -> model.chat(request, options, handler);
        }
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

    /** Hands on so many pieces and then breaks off, or replaces each piece. */
    private static final class Cut implements StreamingChatResponseHandler {

        private final StreamingChatResponseHandler handler;
        private final Faults.@Nullable Fate garbage;
        private int left;
        private boolean over;

        Cut(StreamingChatResponseHandler handler, int pieces) {
            this.handler = handler;
            this.garbage = null;
            this.left = pieces;
        }

        Cut(StreamingChatResponseHandler handler, Faults.Fate garbage) {
            this.handler = handler;
            this.garbage = garbage;
            this.left = Integer.MAX_VALUE;
        }

        private boolean another(@Nullable StreamingHandle handle) {
            if (!over && left-- > 0) {
                return true;
            }
            if (!over) {
                over = true;
                if (handle != null) {
                    handle.cancel();
                }
                handler.onError(new IOException("injected: the connection broke off"));
            }
            return false;
        }

        private String text(String text) {
            return garbage == null ? text : garbage.garbage();
        }

        @Override
        public void onPartialResponse(String partial) {
            if (another(null)) {
                handler.onPartialResponse(text(partial));
            }
        }

        @Override
        public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
            if (another(context.streamingHandle())) {
                handler.onPartialResponse(new PartialResponse(text(partial.text())), context);
            }
        }

        @Override
        public void onPartialThinking(PartialThinking partial, PartialThinkingContext context) {
            if (another(context.streamingHandle())) {
                handler.onPartialThinking(partial, context);
            }
        }

        @Override
        public void onPartialToolCall(PartialToolCall partial, PartialToolCallContext context) {
            if (another(context.streamingHandle())) {
                handler.onPartialToolCall(partial, context);
            }
        }

        @Override
        public void onCompleteToolCall(CompleteToolCall call) {
            if (another(null)) {
                handler.onCompleteToolCall(call);
            }
        }

        @Override
        public void onUnmappedRawEvent(Object event) {
            if (!over) {
                handler.onUnmappedRawEvent(event);
            }
        }

        @Override
        public void onCompleteResponse(ChatResponse response) {
            if (garbage != null) {
                handler.onCompleteResponse(response);
            } else if (!over) {
                left = 0; // A stream that is shorter than the cut breaks off at its end.
                boolean unused = another(null);
            }
        }

        @Override
        public void onError(Throwable error) {
            if (!over) {
                over = true;
                handler.onError(error);
            }
        }
    }
}
