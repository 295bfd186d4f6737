package dev.groundwork.rag.llm.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelIT;
import dev.langchain4j.model.chat.common.ChatResponseAndStreamingMetadata;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.langchain4j.model.openai.OpenAiChatRequestParameters;
import dev.langchain4j.model.openai.OpenAiChatResponseMetadata;
import dev.langchain4j.model.openai.OpenAiTokenUsage;
import dev.langchain4j.model.output.TokenUsage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.mockito.InOrder;

/** LangChain4j's suite for streaming chat models, against pools: all of its cases run but one, which is here with a shorter wait. */
@Timeout(60)
class PoolStreamingConformanceIT extends AbstractStreamingChatModelIT {

    private final ConformingPools pools = new ConformingPools();
    private final List<StreamingChatModel> models =
            pools.usual().stream().map(ChatModelPool::streaming).toList();

    @AfterAll
    void close() {
        pools.close();
    }

    @Override
    protected List<StreamingChatModel> models() {
        return models;
    }

    @Override
    protected StreamingChatModel createModelWith(ChatRequestParameters parameters) {
        return pools.with(parameters).streaming();
    }

    @Override
    public StreamingChatModel createModelWith(ChatModelListener listener) {
        return pools.with(DefaultChatRequestParameters.EMPTY, listener).streaming();
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
    protected Class<? extends ChatResponseMetadata> chatResponseMetadataType(StreamingChatModel model) {
        return OpenAiChatResponseMetadata.class;
    }

    @Override
    protected Class<? extends TokenUsage> tokenUsageType(StreamingChatModel model) {
        return OpenAiTokenUsage.class;
    }

    /** The suite's own case waits 30 s for an answer that must not come. */
    @Override
    protected boolean supportsStreamingCancellation() {
        return false;
    }

    @ParameterizedTest
    @MethodSource("models")
    void nothingComesAfterAStreamIsCancelled(StreamingChatModel model) {
        List<StreamingHandle> handles = new ArrayList<>();
        ChatRequest request = ChatRequest.builder()
                .messages(UserMessage.from("Tell me a long story about animals"))
                .build();

        ChatResponseAndStreamingMetadata told = chat(
                model,
                request,
                handle -> {
                    assertThat(handle.isCancelled()).isFalse();
                    handles.add(handle);
                    if (handles.size() == 5) {
                        handle.cancel();
                    }
                },
                1,
                false);

        assertThat(told.chatResponse()).isNull();
        assertThat(told.streamingMetadata().timesOnPartialResponseWasCalled()).isEqualTo(5);
        assertThat(told.streamingMetadata().timesOnCompleteResponseWasCalled()).isZero();
        handles.getLast().cancel();
        assertThat(handles.getLast().isCancelled()).isTrue();
    }

    @Override
    protected void verifyToolCallbacks(StreamingChatResponseHandler handler, InOrder order, String id) {
        verifyCall(handler, order, 0, id, "getWeather", "{\"city", "\":\"Mun", "ich\"}");
    }

    @Override
    protected void verifyToolCallbacks(StreamingChatResponseHandler handler, InOrder order, String id1, String id2) {
        verifyCall(handler, order, 0, id1, "getWeather", "{\"city", "\":\"Mun", "ich\"}");
        verifyCall(handler, order, 1, id2, "getTime", "{\"coun", "try\":\"", "France", "\"}");
    }

    private static void verifyCall(
            StreamingChatResponseHandler handler, InOrder order, int index, String id, String name, String... pieces) {
        for (String piece : pieces) {
            order.verify(handler).onPartialToolCall(eq(partial(index, id, name, piece)), any());
        }
        order.verify(handler).onCompleteToolCall(complete(index, id, name, String.join("", pieces)));
    }
}
