package dev.groundwork.rag.llm.pool;

import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;

/**
 * A handler of LangChain4j's that can throw away what it was handed. Where one is given to
 * {@link ChatModelPool#streaming()}, a stream that breaks may start again from another member.
 */
public interface RestartableHandler extends StreamingChatResponseHandler {

    /** Called when the answer starts anew: what was handed over so far is to be thrown away. */
    void onRestart();
}
