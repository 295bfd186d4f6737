package dev.groundwork.rag;

import java.util.List;

/**
 * Writes the prompt: picks the sources that fit, numbers them, and says what is demanded of the answer. Must be
 * thread-safe and must not block.
 */
public interface PromptAugmenter {

    /**
     * Writes the prompt for a question.
     *
     * @param hits the candidates for the prompt, best first; empty only where the caller allowed answers without
     *     context
     * @param maxTokens the most tokens that all messages together may have, question and conversation included
     * @throws IllegalArgumentException if the question alone does not fit into {@code maxTokens}
     */
    AugmentedPrompt augment(Question question, List<Hit> hits, int maxTokens);
}
