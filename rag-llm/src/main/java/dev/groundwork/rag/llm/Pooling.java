package dev.groundwork.rag.llm;

/** How one vector is made of a model's token vectors. It is a property of the weights: the wrong one ruins retrieval. */
public enum Pooling {

    /** The first token's vector, as the BGE and Snowflake Arctic models want it. */
    CLS,

    /** The mean of all tokens' vectors, as the MiniLM, E5 and GTE models want it. */
    MEAN
}
