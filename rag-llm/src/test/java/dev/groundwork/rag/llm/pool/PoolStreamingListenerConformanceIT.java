package dev.groundwork.rag.llm.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.LlmUnavailableException;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelListenerIT;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** LangChain4j's suite for listeners of streaming chat models, against a pool: all of its cases run. */
@Timeout(60)
class PoolStreamingListenerConformanceIT extends AbstractStreamingChatModelListenerIT {

    private final ConformingPools pools = new ConformingPools();

    @AfterEach
    void close() {
        pools.close();
        // What the listener was shown is what was sent.
        assertThat(pools.reads.bodies())
                .allSatisfy(body -> assertThat(body.replaceAll("\\s", ""))
                        .contains("\"model\":\"other-model\"", "\"temperature\":0.7", "\"top_p\":1.0")
                        .containsPattern("\"max_(completion_)?tokens\":7"));
    }

    @Override
    protected StreamingChatModel createModel(ChatModelListener listener) {
        return pools.with(parameters(), listener).streaming();
    }

    private ChatRequestParameters parameters() {
        return ChatRequestParameters.builder()
                .modelName(modelName())
                .temperature(temperature())
                .topP(topP())
                .maxOutputTokens(maxTokens())
                .build();
    }

    @Override
    protected String modelName() {
        return ConformingPools.OTHER_MODEL;
    }

    @Override
    protected StreamingChatModel createFailingModel(ChatModelListener listener) {
        return pools.failing(listener).streaming();
    }

    @Override
    protected Class<? extends Exception> expectedExceptionClass() {
        return LlmUnavailableException.class;
    }
}
