package dev.groundwork.rag;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import java.util.List;

/**
 * Several chat models behind one: a call is served by whichever can serve it. Is a LangChain4j {@link ChatModel}, so
 * that it drops into AI Services; what that interface lacks (deadlines, who served, cancellation) is here.
 *
 * <p>Must be thread-safe. Whoever makes a pool closes it; {@link #close()} may be called twice.
 */
public interface LlmPool extends ChatModel, AutoCloseable {

    /**
     * Asks, and blocks until a member has answered.
     *
     * @return the response with the member that served it and all attempts
     * @throws LlmUnavailableException if no member could serve the call; it carries every attempt
     * @throws DeadlineExceededException if the deadline passed first; it carries the attempts so far
     * @throws CancelledException if the calling thread was interrupted; its interrupt flag is set again. It carries the
     *     attempts so far
     */
    LlmReply chat(ChatRequest request, Deadline deadline);

    /**
     * Asks, and hands over the answer while it is written. Returns at once. Exactly one of
     * {@link LlmStreamHandler#onComplete} and {@link LlmStreamHandler#onError} is called in the end, also after
     * {@link LlmStream#cancel()}, on a thread of the pool's choice.
     *
     * <p>A member that fails before its first token is replaced by the next one unseen. A stream that breaks after that
     * starts again where the handler can ({@link LlmStreamHandler#canRestart}), or ends with a
     * {@link PartialAnswerException}, never as a whole answer.
     */
    LlmStream stream(ChatRequest request, Deadline deadline, LlmStreamHandler handler);

    /** Returns the same pool as a LangChain4j {@link StreamingChatModel}. */
    StreamingChatModel streaming();

    /** Returns each member's state, in the order of preference. Does not call any provider. */
    List<MemberStatus> members();

    /** Returns how many calls wait for a member that is free; 0 where a pool has no queue. */
    default int waiting() {
        return 0;
    }

    /** Closes what the pool owns. Calls under way may be given a bounded time to end; then they are cancelled. */
    @Override
    void close();

    /** Receives an answer while it is written. Calls come one at a time. */
    interface LlmStreamHandler {

        /** Receives the next piece of the answer. */
        void onPartial(String text);

        /**
         * Returns whether this handler can throw away what it was handed, so that another member may write the answer
         * anew where the first one breaks off. It can't by default: such a stream ends with a
         * {@link PartialAnswerException}.
         */
        default boolean canRestart() {
            return false;
        }

        /** Called when the answer starts anew: what was handed over so far is to be thrown away. */
        default void onRestart() {}

        /** Receives the whole answer; the last call. */
        void onComplete(LlmReply reply);

        /**
         * Receives the failure that ended the answer; the last call.
         *
         * @param error a {@link RagException} of the kinds that {@link LlmPool#chat(ChatRequest,
         *     Deadline)} throws
         */
        void onError(Throwable error);
    }

    /** An answer that is being written. */
    @FunctionalInterface
    interface LlmStream {

        /** Stops the answer; the provider's stream is ended. Does nothing if it has ended. */
        void cancel();
    }
}
