package dev.groundwork.rag.llm;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.TokenCountEstimator;
import org.jspecify.annotations.Nullable;

/**
 * Counts with the tokenizer of OpenAI's newer models (o200k_base). Other models' tokenizers count within about a fifth
 * of it for European languages. Text that looks like a control token counts as text.
 */
public final class O200kTokenCounter implements TokenCountEstimator {

    /** What a message costs beside its text: role and delimiters. */
    static final int PER_MESSAGE = 4;
    /** What the beginning of the answer costs. */
    static final int PER_REQUEST = 3;
    /** What an image or another thing that is no text is taken to cost. */
    static final int PER_OTHER_CONTENT = 800;

    private static final O200kTokenCounter SHARED = new O200kTokenCounter();

    private O200kTokenCounter() {}

    /** Returns the one counter; its tables are loaded at the first count. */
    public static O200kTokenCounter shared() {
        return SHARED;
    }

    /** Loaded with the first use, as it takes a moment and some megabytes. */
    private static final class Tables {
        private static final Encoding ENCODING =
                Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.O200K_BASE);
    }

    @Override
    public int estimateTokenCountInText(String text) {
        return Tables.ENCODING.countTokensOrdinary(text);
    }

    @Override
    public int estimateTokenCountInMessage(ChatMessage message) {
        int tokens = PER_MESSAGE;
        switch (message) {
            case SystemMessage system -> tokens += count(system.text());
            case UserMessage user -> {
                tokens += count(user.name());
                for (Content content : user.contents()) {
                    tokens += content instanceof TextContent text ? count(text.text()) : PER_OTHER_CONTENT;
                }
            }
            case AiMessage ai -> {
                tokens += count(ai.text());
                for (var call : ai.toolExecutionRequests()) {
                    tokens += PER_MESSAGE + count(call.name()) + count(call.arguments());
                }
            }
            case ToolExecutionResultMessage result -> tokens += count(result.toolName()) + count(result.text());
            default -> tokens += count(message.toString());
        }
        return tokens;
    }

    @Override
    public int estimateTokenCountInMessages(Iterable<ChatMessage> messages) {
        int tokens = PER_REQUEST;
        for (ChatMessage message : messages) {
            tokens += estimateTokenCountInMessage(message);
        }
        return tokens;
    }

    private int count(@Nullable String text) {
        return text == null ? 0 : estimateTokenCountInText(text);
    }
}
