package dev.groundwork.rag.examples.monitored;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.output.TokenUsage;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands in for a chat model of a provider, so that the example needs none: its answer is the longest line of the prompt,
 * and each so many calls it refuses as a provider does whose limit is reached. Thread-safe.
 */
final class StandIn implements ChatModel {

    private final String name;
    private final int refusesEach;
    private final AtomicLong calls = new AtomicLong();

    /**
     * Makes one.
     *
     * @param refusesEach 0 for one that never refuses
     */
    StandIn(String name, int refusesEach) {
        this.name = name;
        this.refusesEach = refusesEach;
    }

    @Override
    public ChatRequestParameters defaultRequestParameters() {
        return ChatRequestParameters.builder().modelName(name).build();
    }

    @Override
    public ChatResponse doChat(ChatRequest request) {
        if (refusesEach > 0 && calls.incrementAndGet() % refusesEach == 0) {
            throw new RateLimitException("too many requests");
        }
        StringBuilder prompt = new StringBuilder();
        for (ChatMessage message : request.messages()) {
            prompt.append(message instanceof UserMessage user ? user.singleText() : "")
                    .append('\n');
        }
        String longest = prompt.toString()
                .lines()
                .reduce("", (a, b) -> b.length() > a.length() ? b : a)
                .strip();
        return ChatResponse.builder()
                .aiMessage(AiMessage.from(longest + " [1]"))
                .modelName(name)
                .tokenUsage(new TokenUsage(tokens(prompt), tokens(longest)))
                .build();
    }

    /** Four letters are a token, more or less. */
    private static int tokens(CharSequence text) {
        return text.length() / 4 + 1;
    }

    /** Returns the same model, which says its words one by one. */
    StreamingChatModel streaming() {
        return new StreamingChatModel() {
            @Override
            public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
                ChatResponse response;
                try {
                    response = StandIn.this.doChat(request);
                } catch (RateLimitException e) {
                    handler.onError(e);
                    return;
                }
                for (String word : response.aiMessage().text().split("(?<= )", -1)) {
                    handler.onPartialResponse(word);
                }
                handler.onCompleteResponse(response);
            }
        };
    }
}
