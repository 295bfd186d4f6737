package dev.groundwork.rag.llm;

import dev.groundwork.rag.llm.Words.Word;
import java.util.List;
import java.util.Set;

/** Notices that a sentence says "not", in the languages of {@link StopWords}. */
final class Negation {

    private static final Set<String> WORDS = Set.of(
            "not",
            "no",
            "never",
            "none",
            "neither",
            "nor",
            "cannot",
            "without",
            "can't",
            "don't",
            "doesn't",
            "didn't",
            "isn't",
            "aren't",
            "wasn't",
            "weren't",
            "won't",
            "wouldn't",
            "couldn't",
            "shouldn't",
            "haven't",
            "hasn't",
            "nicht",
            "kein",
            "keine",
            "keiner",
            "keinen",
            "keinem",
            "nie",
            "niemals",
            "ohne",
            "pas",
            "jamais",
            "sans",
            "nunca",
            "sin",
            "non",
            "senza",
            "não",
            "sem",
            "niet",
            "geen",
            "nooit",
            "zonder");
    private static final String CHARACTERS = "不没沒無无未非勿";

    private Negation() {}

    static boolean in(List<Word> words) {
        return words.stream()
                .anyMatch(w ->
                        WORDS.contains(w.folded()) || w.folded().chars().anyMatch(c -> CHARACTERS.indexOf(c) >= 0));
    }
}
