package dev.groundwork.rag.llm;

/** What is done with a text of more tokens than an embedding model reads. */
public enum LongTextPolicy {

    /** The first tokens are read, the rest is left out and counted: see {@link OnnxEmbeddingModel#truncatedTexts()}. */
    TRUNCATE,

    /** The call fails with an {@link IllegalArgumentException} that says which text it was. */
    FAIL,

    /**
     * The text is read in windows of like length that overlap by an eighth and end between two words, each with the instruction
     * before it; {@link OnnxEmbeddingModel#windowedTexts()} counts such texts. The text's vector is the mean of the windows'
     * vectors, weighted by their tokens and brought to length 1; its tokens' vectors are those of all windows, each token
     * once. A text that fits has the vector that it has under any policy.
     *
     * <p>Good where all of a text is on one subject and has to stay one segment: its end counts too. Bad where a long text is
     * on many: a mean of them all is near to none of them, and segments that fit, as the splitter of rag-lucene makes, are found
     * better. Time and memory grow with the text, so at most {@value #MAX_WINDOWS} windows are read, 14,000 to 16,000 tokens
     * for a model of 512; what is behind them is left out and counted as with {@link #TRUNCATE}. A
     * {@link LateInteractionReranker} reads the first tokens only, as ever.
     */
    WINDOWS;

    /** The most windows of one text. */
    public static final int MAX_WINDOWS = 32;
}
