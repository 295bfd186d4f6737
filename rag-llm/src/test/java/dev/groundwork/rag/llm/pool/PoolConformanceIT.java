package dev.groundwork.rag.llm.pool;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.ChatRequestOptions;
import dev.langchain4j.model.chat.common.AbstractChatModelIT;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import dev.langchain4j.model.openai.OpenAiChatRequestParameters;
import dev.langchain4j.model.openai.OpenAiChatResponseMetadata;
import dev.langchain4j.model.openai.OpenAiTokenUsage;
import dev.langchain4j.model.output.TokenUsage;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;

/** LangChain4j's suite for chat models, against pools: all of its cases run. */
@Timeout(60)
class PoolConformanceIT extends AbstractChatModelIT {

    private final ConformingPools pools = new ConformingPools();
    private final List<ChatModel> models =
            pools.usual().stream().<ChatModel>map(LeftOpen::new).toList();

    /** JUnit closes the arguments of a test that can be closed, after each test. */
    private record LeftOpen(ChatModelPool pool) implements ChatModel {
        @Override
        public ChatResponse chat(ChatRequest request, ChatRequestOptions options) {
            return pool.chat(request, options);
        }
    }

    @AfterAll
    void close() {
        pools.close();
    }

    @Override
    protected List<ChatModel> models() {
        return models;
    }

    @Override
    protected ChatModel createModelWith(ChatRequestParameters parameters) {
        return pools.with(parameters);
    }

    @Override
    protected String customModelName() {
        return ConformingPools.OTHER_MODEL;
    }

    @Override
    protected ChatRequestParameters createIntegrationSpecificParameters(int maxOutputTokens) {
        return OpenAiChatRequestParameters.builder()
                .maxOutputTokens(maxOutputTokens)
                .build();
    }

    @Override
    protected Class<? extends ChatResponseMetadata> chatResponseMetadataType(ChatModel model) {
        return OpenAiChatResponseMetadata.class;
    }

    @Override
    protected Class<? extends TokenUsage> tokenUsageType(ChatModel model) {
        return OpenAiTokenUsage.class;
    }
}
