package dev.groundwork.rag;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.store.embedding.filter.Filter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is asked, with all that steers how it is answered. Immutable; the {@code with} methods return changed copies.
 *
 * @param text what is asked; not blank
 * @param conversation the messages before it, oldest first; handed to the model between instructions and question
 * @param filter restricts every retrieval to segments whose metadata match; {@code null} for all
 * @param attributes what the application knows about the asker (tenant, user, locale), for retrievers, listeners and
 *     traces; never sent to a model by the library
 * @param requestId identifies the question in traces, events and logs; a random UUID where none is given
 * @param limit how many hits are wanted, from 1 to {@link #MAX_LIMIT}; {@code null} for the settings' value
 * @param timeout how long it may take in all; {@code null} for the settings' value
 */
public record Question(
        String text,
        List<ChatMessage> conversation,
        @Nullable Filter filter,
        Map<String, String> attributes,
        String requestId,
        @Nullable Integer limit,
        @Nullable Duration timeout) {

    /** The largest number of hits that can be asked for. */
    public static final int MAX_LIMIT = 1_000;

    /** Checks and copies. */
    public Question {
        Check.notBlank("text", text);
        conversation = List.copyOf(conversation);
        attributes = Map.copyOf(attributes);
        Check.notBlank("requestId", requestId);
        if (limit != null) {
            Check.range("limit", limit, 1, MAX_LIMIT);
        }
        if (timeout != null) {
            Check.duration("timeout", timeout, Duration.ofMillis(1), Deadline.MAX_TIMEOUT);
        }
    }

    /**
     * Returns a question with nothing but a text and a random request id.
     *
     * @throws IllegalArgumentException if {@code text} is blank
     */
    public static Question of(String text) {
        return new Question(text, List.of(), null, Map.of(), UUID.randomUUID().toString(), null, null);
    }

    /** Returns a copy with another text, for instance one that was rewritten. */
    public Question withText(String changed) {
        return new Question(changed, conversation, filter, attributes, requestId, limit, timeout);
    }

    /** Returns a copy that follows the given messages, oldest first. */
    public Question withConversation(List<ChatMessage> messages) {
        return new Question(text, messages, filter, attributes, requestId, limit, timeout);
    }

    /** Returns a copy that is restricted to segments whose metadata match. */
    public Question withFilter(Filter changed) {
        return new Question(
                text, conversation, Objects.requireNonNull(changed, "filter"), attributes, requestId, limit, timeout);
    }

    /** Returns a copy with these attributes instead of its own. */
    public Question withAttributes(Map<String, String> changed) {
        return new Question(text, conversation, filter, changed, requestId, limit, timeout);
    }

    /** Returns a copy with a request id of the caller's. */
    public Question withRequestId(String changed) {
        return new Question(text, conversation, filter, attributes, changed, limit, timeout);
    }

    /** Returns a copy that wants this many hits, from 1 to {@link #MAX_LIMIT}. */
    public Question withLimit(int changed) {
        return new Question(text, conversation, filter, attributes, requestId, changed, timeout);
    }

    /** Returns a copy that may take this long in all. */
    public Question withTimeout(Duration changed) {
        return new Question(text, conversation, filter, attributes, requestId, limit, changed);
    }

    /** Names the question by its id and size only: its text may be confidential. */
    @Override
    public String toString() {
        return "Question[requestId=" + requestId + ", " + text.length() + " characters]";
    }
}
