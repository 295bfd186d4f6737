package dev.groundwork.rag.llm.pool;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a stream has handed on so far, so that another member can go on from there. The next one often repeats the last
 * words; they are held back until it is clear, and left out. Used by one thread at a time.
 */
final class Spoken {

    static final String GO_ON = "Your answer was cut off. Go on exactly where it ends, in the middle of the sentence if"
            + " need be. Repeat nothing and add no remark.";

    /** Words that are repeated beyond this are not looked for. */
    private static final int OVERLAP = 200;
    /** Fewer characters in common may be chance. */
    private static final int SHORTEST_OVERLAP = 8;

    private final StringBuilder text = new StringBuilder();
    private final StringBuilder held = new StringBuilder();
    private boolean plain = true;
    private boolean continuing;
    private boolean holding;

    String text() {
        return text.toString();
    }

    /** Takes in a piece; returns what is to be handed on now, or {@code null}. */
    @Nullable
    StreamEvent take(StreamEvent event) {
        if (!(event instanceof StreamEvent.Text(PartialResponse partial))) {
            plain &= event instanceof StreamEvent.Raw || event instanceof StreamEvent.Thinking;
            return event;
        }
        if (!holding) {
            text.append(partial.text());
            return event;
        }
        held.append(partial.text());
        return held.length() >= OVERLAP ? rest() : null;
    }

    /** Returns what was held back, without what was said before. */
    @Nullable
    StreamEvent rest() {
        if (!holding) {
            return null;
        }
        holding = false;
        String fresh = held.substring(overlap());
        held.setLength(0);
        text.append(fresh);
        return fresh.isEmpty() ? null : new StreamEvent.Text(new PartialResponse(fresh));
    }

    private int overlap() {
        for (int length = Math.min(held.length(), text.length()); length >= SHORTEST_OVERLAP; length--) {
            if (text.indexOf(held.substring(0, length), text.length() - length) >= 0) {
                return length;
            }
        }
        return 0;
    }

    void forget() {
        text.setLength(0);
        plain = true;
    }

    boolean continuing() {
        return continuing;
    }

    boolean canContinue(ChatRequest request) {
        boolean tools = request.toolSpecifications() != null
                && !request.toolSpecifications().isEmpty();
        boolean json =
                request.responseFormat() != null && request.responseFormat().type() == ResponseFormatType.JSON;
        return plain && !tools && !json && !text.isEmpty();
    }

    void goOn() {
        continuing = true;
        StreamEvent unused = rest(); // What the last one repeated and did not go beyond.
        holding = true;
    }

    ChatRequest continuation(ChatRequest request) {
        List<ChatMessage> messages = new ArrayList<>(request.messages());
        messages.add(AiMessage.from(text.toString()));
        messages.add(UserMessage.from(GO_ON));
        return ChatRequest.builder()
                .messages(messages)
                .parameters(request.parameters())
                .build();
    }

    /** Returns the last member's response with the whole text. */
    ChatResponse whole(ChatResponse last) {
        return ChatResponse.builder()
                .aiMessage(AiMessage.from(text.toString()))
                .metadata(last.metadata())
                .build();
    }
}
