package dev.groundwork.rag.llm;

/** What is done with a text of more tokens than an embedding model reads. */
public enum LongTextPolicy {

    /** The first tokens are read, the rest is left out and counted: see {@link OnnxEmbeddingModel#truncatedTexts()}. */
    TRUNCATE,

    /** The call fails with an {@link IllegalArgumentException} that says which text it was. */
    FAIL
}
