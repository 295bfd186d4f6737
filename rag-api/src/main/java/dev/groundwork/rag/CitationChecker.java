package dev.groundwork.rag;

import java.util.List;

/** Checks the citations {@code [n]} of an answer. Must be thread-safe and must not block. */
@FunctionalInterface
public interface CitationChecker {

    /**
     * Finds every citation of the answer and checks that its source exists and supports the sentence it stands in.
     *
     * @param answer the text of the answer
     * @param sources the sources as numbered in the prompt: the first is {@code [1]}
     * @return one citation for each pair of sentence and number, in the order of the text; empty where none is cited
     */
    List<Citation> check(String answer, List<Hit> sources);
}
