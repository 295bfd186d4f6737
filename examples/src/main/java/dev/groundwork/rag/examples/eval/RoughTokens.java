package dev.groundwork.rag.examples.eval;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.model.TokenCountEstimator;

/** Counts four characters as a token, for models that can't count. */
final class RoughTokens implements TokenCountEstimator {

    private static final int CHARS = 4;

    @Override
    public int estimateTokenCountInText(String text) {
        return (text.length() + CHARS - 1) / CHARS;
    }

    @Override
    public int estimateTokenCountInMessage(ChatMessage message) {
        return estimateTokenCountInText(message.toString());
    }

    @Override
    public int estimateTokenCountInMessages(Iterable<ChatMessage> messages) {
        int sum = 0;
        for (ChatMessage message : messages) {
            sum += estimateTokenCountInMessage(message);
        }
        return sum;
    }
}
