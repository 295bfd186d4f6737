package dev.groundwork.rag.llm.pool;

import dev.groundwork.rag.CancelledException;
import dev.groundwork.rag.LlmPool.LlmStream;
import dev.groundwork.rag.LlmPool.LlmStreamHandler;
import dev.groundwork.rag.LlmReply;
import dev.groundwork.rag.RagException;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.PartialThinkingContext;
import dev.langchain4j.model.chat.response.PartialToolCallContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a supervised stream goes. Called by one thread at a time. */
interface StreamSink {

    /** Hands on an event that is no end. Returns whether the caller saw something, so that no other member may start anew. */
    boolean piece(StreamEvent event, LlmStream stream);

    /** Returns whether what was handed on can be thrown away. */
    boolean canRestart();

    /** Hands on that what came is to be thrown away. */
    void restart();

    /** Hands on the whole answer. */
    void complete(LlmReply reply);

    /** Hands on the failure. */
    void error(RagException error);

    /** To a handler of this library, which sees the answer's text only. */
    record ToLlmHandler(LlmStreamHandler handler) implements StreamSink {

        @Override
        public boolean piece(StreamEvent event, LlmStream stream) {
            if (event instanceof StreamEvent.Text text) {
                handler.onPartial(text.partial().text());
                return true;
            }
            return false;
        }

        @Override
        public boolean canRestart() {
            return handler.canRestart();
        }

        @Override
        public void restart() {
            handler.onRestart();
        }

        @Override
        public void complete(LlmReply reply) {
            handler.onComplete(reply);
        }

        @Override
        public void error(RagException error) {
            handler.onError(error);
        }
    }

    /**
     * To a handler of LangChain4j's, which sees everything, hears nothing after it has cancelled, and is told by its own
     * {@code onError} what it throws itself.
     */
    final class ToLangChain4j implements StreamSink {

        private static final Logger LOG = LoggerFactory.getLogger(ToLangChain4j.class);

        private final StreamingChatResponseHandler handler;
        private volatile boolean cancelled;
        private Consumer<Exception> thrown = unheard -> {};

        ToLangChain4j(StreamingChatResponseHandler handler) {
            this.handler = handler;
        }

        /** Sets who else is told what the handler throws; before the stream begins. */
        void tellWhatItThrows(Consumer<Exception> listener) {
            thrown = listener;
        }

        @Override
        public boolean piece(StreamEvent event, LlmStream stream) {
            if (cancelled) {
                return false;
            }
            StreamingHandle handle = new StreamingHandle() {
                @Override
                public void cancel() {
                    cancelled = true;
                    stream.cancel();
                }

                @Override
                public boolean isCancelled() {
                    return cancelled;
                }
            };
            guarded(() -> {
                switch (event) {
                    case StreamEvent.Text(var partial) ->
                        handler.onPartialResponse(partial, new PartialResponseContext(handle));
                    case StreamEvent.Thinking(var partial) ->
                        handler.onPartialThinking(partial, new PartialThinkingContext(handle));
                    case StreamEvent.ToolCallPart(var partial) ->
                        handler.onPartialToolCall(partial, new PartialToolCallContext(handle));
                    case StreamEvent.ToolCall(var call) -> handler.onCompleteToolCall(call);
                    case StreamEvent.Raw(var raw) -> handler.onUnmappedRawEvent(raw);
                    case StreamEvent.Completed c -> throw new IllegalStateException("no piece");
                    case StreamEvent.Failed f -> throw new IllegalStateException("no piece");
                }
            });
            return !(event instanceof StreamEvent.Raw);
        }

        private void guarded(Runnable call) {
            try {
                call.run();
            } catch (RuntimeException e) {
                thrown.accept(e);
                tellError(e);
            }
        }

        private void tellError(Exception error) {
            try {
                handler.onError(error);
            } catch (RuntimeException e) {
                LOG.warn(
                        "a stream's handler threw {} when it was told of an error",
                        e.getClass().getName());
            }
        }

        @Override
        public boolean canRestart() {
            return handler instanceof RestartableHandler;
        }

        @Override
        public void restart() {
            if (handler instanceof RestartableHandler restartable) {
                guarded(restartable::onRestart);
            }
        }

        @Override
        public void complete(LlmReply reply) {
            guarded(() -> handler.onCompleteResponse(reply.response()));
        }

        @Override
        public void error(RagException error) {
            if (!(cancelled && error instanceof CancelledException)) {
                tellError(error);
            }
        }
    }
}
