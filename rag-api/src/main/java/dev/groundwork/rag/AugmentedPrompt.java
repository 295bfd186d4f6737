package dev.groundwork.rag;

import dev.langchain4j.data.message.ChatMessage;
import java.util.List;

/**
 * A prompt that is ready for a model.
 *
 * @param messages what is sent
 * @param sources the hits in it, as numbered: the first is {@code [1]}. Their order in the text may differ
 * @param tokens how many tokens the messages have, counted with the augmenter's tokenizer
 * @param declineToken what the model was told to reply where the sources hold no answer
 */
public record AugmentedPrompt(List<ChatMessage> messages, List<Hit> sources, int tokens, String declineToken) {

    /** Checks and copies. */
    public AugmentedPrompt {
        messages = List.copyOf(messages);
        sources = List.copyOf(sources);
        if (messages.isEmpty()) {
            throw new IllegalArgumentException("messages is empty, a prompt has at least one");
        }
        Check.range("tokens", tokens, 0, Integer.MAX_VALUE);
        Check.notBlank("declineToken", declineToken);
    }

    /** Returns whether a model's reply says that the sources hold no answer. */
    public boolean declinedBy(String reply) {
        String bare = reply.strip();
        while (!bare.isEmpty() && !Character.isLetterOrDigit(bare.charAt(bare.length() - 1))) {
            bare = bare.substring(0, bare.length() - 1);
        }
        while (!bare.isEmpty() && !Character.isLetterOrDigit(bare.charAt(0))) {
            bare = bare.substring(1);
        }
        return bare.equalsIgnoreCase(declineToken);
    }
}
