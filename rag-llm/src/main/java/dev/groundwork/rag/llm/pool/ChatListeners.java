package dev.groundwork.rag.llm.pool;

import dev.groundwork.rag.LlmPool.LlmStream;
import dev.groundwork.rag.LlmReply;
import dev.groundwork.rag.RagException;
import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.ChatRequestOptions;
import dev.langchain4j.model.chat.listener.ChatModelErrorContext;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelRequestContext;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import dev.langchain4j.model.chat.request.ChatRequest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells LangChain4j's listeners of a pool's calls: of each call once, however many attempts it takes. The members' own
 * listeners are told of attempts, by the members.
 */
record ChatListeners(List<ChatModelListener> all) {

    private static final Logger LOG = LoggerFactory.getLogger(ChatListeners.class);

    ChatListeners {
        all = List.copyOf(all);
    }

    /** Makes a call that is answered at once. */
    LlmReply around(ChatRequest request, ChatRequestOptions options, Supplier<LlmReply> call) {
        if (all.isEmpty()) {
            return call.get();
        }
        Call told = new Call(request, options);
        told.begins();
        LlmReply reply;
        try {
            reply = call.get();
        } catch (RuntimeException | Error e) {
            told.fails(e);
            throw e;
        }
        told.ends(reply);
        return reply;
    }

    /** Makes a call that is streamed. */
    LlmStream around(ChatRequest request, ChatRequestOptions options, StreamSink sink, StreamCall call) {
        if (all.isEmpty()) {
            return call.to(sink);
        }
        Call told = new Call(request, options);
        if (sink instanceof StreamSink.ToLangChain4j handler) {
            handler.tellWhatItThrows(told::fails);
        }
        told.begins();
        try {
            return call.to(new Told(sink, told));
        } catch (RuntimeException | Error e) {
            told.fails(e);
            throw e;
        }
    }

    /** Begins a stream into a sink. */
    @FunctionalInterface
    interface StreamCall {
        LlmStream to(StreamSink sink);
    }

    /** One call, whose beginning and end share their attributes. */
    private final class Call {

        private final ChatRequest request;
        private final Map<Object, Object> attributes;

        Call(ChatRequest request, ChatRequestOptions options) {
            this.request = request;
            this.attributes = new ConcurrentHashMap<>(options.listenerAttributes());
        }

        void begins() {
            ChatModelRequestContext context = new ChatModelRequestContext(request, ModelProvider.OTHER, attributes);
            tell(listener -> listener.onRequest(context));
        }

        void ends(LlmReply reply) {
            ChatModelResponseContext context =
                    new ChatModelResponseContext(reply.response(), request, ModelProvider.OTHER, attributes);
            tell(listener -> listener.onResponse(context));
        }

        void fails(Throwable error) {
            ChatModelErrorContext context = new ChatModelErrorContext(error, request, ModelProvider.OTHER, attributes);
            tell(listener -> listener.onError(context));
        }

        /** A listener that throws breaks no call; its message may hold text. */
        private void tell(Consumer<ChatModelListener> event) {
            for (ChatModelListener listener : all) {
                try {
                    event.accept(listener);
                } catch (RuntimeException | LinkageError | StackOverflowError e) {
                    LOG.warn(
                            "a listener of chat models failed: {} threw {}",
                            listener.getClass().getName(),
                            e.getClass().getName());
                }
            }
        }
    }

    /** A sink whose end is told, before it is handed on. */
    private record Told(StreamSink sink, Call call) implements StreamSink {

        @Override
        public boolean piece(StreamEvent event, LlmStream stream) {
            return sink.piece(event, stream);
        }

        @Override
        public boolean canRestart() {
            return sink.canRestart();
        }

        @Override
        public void restart() {
            sink.restart();
        }

        @Override
        public void complete(LlmReply reply) {
            call.ends(reply);
            sink.complete(reply);
        }

        @Override
        public void error(RagException error) {
            call.fails(error);
            sink.error(error);
        }
    }
}
