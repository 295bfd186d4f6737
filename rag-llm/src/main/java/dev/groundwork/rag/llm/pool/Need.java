package dev.groundwork.rag.llm.pool;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ContentType;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.TokenCountEstimator;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a request needs of whoever serves it.
 *
 * @param inputTokens tokens of its prompt, estimated
 * @param maxOutputTokens the longest answer that it allows; 0 where it does not say
 * @param features what the member has to be able to do
 */
record Need(long inputTokens, long maxOutputTokens, Set<PoolMember.Feature> features) {

    /** Where nothing is limited by tokens, a coarse estimate is enough; about four characters to a token. */
    private static final int CHARS_PER_TOKEN = 4;
    /** What an image or another thing that is no text is taken for. */
    private static final int CHARS_PER_OTHER = 3_200;

    /**
     * Reads it off a request.
     *
     * @param counter counts tokens; {@code null} for a coarse estimate
     */
    static Need of(ChatRequest request, @Nullable TokenCountEstimator counter) {
        EnumSet<PoolMember.Feature> features = EnumSet.noneOf(PoolMember.Feature.class);
        if (request.toolSpecifications() != null
                && !request.toolSpecifications().isEmpty()) {
            features.add(PoolMember.Feature.TOOLS);
        }
        ResponseFormat format = request.responseFormat();
        if (format != null && format.type() == ResponseFormatType.JSON && format.jsonSchema() != null) {
            features.add(PoolMember.Feature.JSON_SCHEMA);
        }
        long chars = 0;
        for (ChatMessage message : request.messages()) {
            if (message instanceof UserMessage user
                    && user.contents().stream().anyMatch(content -> content.type() != ContentType.TEXT)) {
                features.add(PoolMember.Feature.IMAGES);
            }
            if (counter == null) {
                chars += chars(message);
            }
        }
        long tokens =
                counter == null ? chars / CHARS_PER_TOKEN : counter.estimateTokenCountInMessages(request.messages());
        Integer most = request.maxOutputTokens();
        return new Need(tokens, most == null ? 0 : Math.max(0, most), features);
    }

    private static long chars(ChatMessage message) {
        return switch (message) {
            case SystemMessage system -> system.text().length();
            case AiMessage ai -> ai.text() == null ? 0 : ai.text().length();
            case ToolExecutionResultMessage result ->
                String.valueOf(result.text()).length();
            case UserMessage user -> {
                long chars = 0;
                for (Content content : user.contents()) {
                    chars += content instanceof TextContent text ? text.text().length() : CHARS_PER_OTHER;
                }
                yield chars;
            }
            default -> 0;
        };
    }
}
