package dev.groundwork.rag;

import java.util.List;
import java.util.Optional;

/**
 * Answers without a model that writes: with the sentences of the retrieved text that answer best. Must be thread-safe.
 */
@FunctionalInterface
public interface ExtractiveAnswerer {

    /**
     * Picks the best supporting sentences.
     *
     * @param hits what was retrieved, best first
     * @param deadline what is left of the question's time
     * @return the sentences with their citations, all of them supported; empty where no sentence supports an answer
     * @throws InterruptedException if it was cancelled
     */
    Optional<CitedText> answer(Question question, List<Hit> hits, Deadline deadline) throws InterruptedException;

    /**
     * A text with its citations.
     *
     * @param text the text, with markers {@code [n]}
     * @param citations one for each marker
     */
    record CitedText(String text, List<Citation> citations) {

        /** Checks and copies. */
        public CitedText {
            Check.notBlank("text", text);
            citations = List.copyOf(citations);
        }
    }
}
