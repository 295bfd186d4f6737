package dev.groundwork.rag;

/**
 * A model that can tell how well it knows the language of a text. Where an embedding model is fluent in little of a question,
 * its vectors say little of it, and the words count more.
 */
public interface Fluent {

    /**
     * Returns the share of the text's words that the model knows as words, from 0 to 1; 1 where there are none. It is
     * computed in far less time than an embedding.
     */
    double fluency(String text);
}
