package dev.groundwork.rag.llm;

import dev.groundwork.rag.CitationChecker;
import dev.groundwork.rag.ExtractiveAnswerer;
import dev.groundwork.rag.PromptAugmenter;
import dev.groundwork.rag.RagDefaults;

/** This module's parts as defaults of the builder; found by {@link java.util.ServiceLoader}. Thread-safe. */
public final class LlmDefaults implements RagDefaults {

    /** For {@link java.util.ServiceLoader}. */
    public LlmDefaults() {}

    @Override
    public PromptAugmenter promptAugmenter() {
        return new NumberedSourcesAugmenter();
    }

    @Override
    public CitationChecker citationChecker() {
        return new OverlapCitationChecker();
    }

    @Override
    public ExtractiveAnswerer extractiveAnswerer() {
        return new QuotingAnswerer();
    }
}
