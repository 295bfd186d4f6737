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

    /** To a handler of LangChain4j's, which sees everything, and hears nothing after it has cancelled. */
    final class ToLangChain4j implements StreamSink {

        private final StreamingChatResponseHandler handler;
        private volatile boolean cancelled;

        ToLangChain4j(StreamingChatResponseHandler handler) {
            this.handler = handler;
        }

        @Override
        public boolean piece(StreamEvent event, LlmStream stream) {
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
            return !(event instanceof StreamEvent.Raw);
        }

        @Override
        public boolean canRestart() {
            return handler instanceof RestartableHandler;
        }

        @Override
        public void restart() {
            if (handler instanceof RestartableHandler restartable) {
                restartable.onRestart();
            }
        }

        @Override
        public void complete(LlmReply reply) {
            handler.onCompleteResponse(reply.response());
        }

        @Override
        public void error(RagException error) {
            if (!(cancelled && error instanceof CancelledException)) {
                handler.onError(error);
            }
        }
    }
}
