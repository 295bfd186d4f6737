package dev.groundwork.rag;

/**
 * The defaults behind builder methods that are not called, for parts that need more than {@code rag-api} may depend on.
 * Found with {@link java.util.ServiceLoader}; {@code rag-llm} provides one. Applications rarely need it: every part can
 * be handed to the builder instead.
 */
public interface RagDefaults {

    /** Returns a prompt augmenter; thread-safe. */
    PromptAugmenter promptAugmenter();

    /** Returns a check of citations; thread-safe. */
    CitationChecker citationChecker();

    /** Returns an answerer that quotes the sources; thread-safe. */
    ExtractiveAnswerer extractiveAnswerer();
}
