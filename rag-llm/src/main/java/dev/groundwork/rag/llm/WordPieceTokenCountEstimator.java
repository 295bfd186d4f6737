package dev.groundwork.rag.llm;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.TokenCountEstimator;
import java.util.Objects;

/** Counts as the embedding model does, without [CLS] and [SEP]. Exact for it; for a chat model only a guess. */
final class WordPieceTokenCountEstimator implements TokenCountEstimator {

    private final WordPieceTokenizer tokenizer;

    WordPieceTokenCountEstimator(WordPieceTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    @Override
    public int estimateTokenCountInText(String text) {
        return tokenizer.count(Objects.requireNonNull(text, "text"));
    }

    @Override
    public int estimateTokenCountInMessage(ChatMessage message) {
        Objects.requireNonNull(message, "message");
        if (message instanceof SystemMessage system) {
            return estimateTokenCountInText(system.text());
        }
        if (message instanceof UserMessage user) {
            int count = 0;
            for (Content content : user.contents()) {
                if (!(content instanceof TextContent text)) {
                    throw new IllegalArgumentException("message has content of type " + content.type() + ", not TEXT");
                }
                count += estimateTokenCountInText(text.text());
            }
            return count;
        }
        if (message instanceof AiMessage ai) {
            return ai.text() == null ? 0 : estimateTokenCountInText(ai.text());
        }
        if (message instanceof ToolExecutionResultMessage result) {
            return estimateTokenCountInText(result.text());
        }
        throw new IllegalArgumentException("message is of type " + message.type() + ", which holds no countable text");
    }

    @Override
    public int estimateTokenCountInMessages(Iterable<ChatMessage> messages) {
        Objects.requireNonNull(messages, "messages");
        int count = 0;
        for (ChatMessage message : messages) {
            count += estimateTokenCountInMessage(message);
        }
        return count;
    }
}
