package dev.groundwork.rag;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.model.embedding.request.EmbeddingParameter;
import java.util.Objects;

/**
 * The vector of a text together with those of its tokens, which an index keeps beside it: a question's tokens are compared
 * with them where the best hits are ordered. A model that gives such ones has {@link #WANTED} among the parameters that it
 * supports, and gives them where a request has that parameter.
 */
public final class TokenEmbedding extends Embedding {

    /** Asks a model for embeddings of this class. */
    public static final EmbeddingParameter<Boolean> WANTED =
            new EmbeddingParameter<>("groundwork.token-vectors", Boolean.class);

    private final TokenVectors tokens;

    /**
     * Makes one.
     *
     * @param vector the text's
     * @param tokens those of its tokens that tell something of it
     */
    public TokenEmbedding(float[] vector, TokenVectors tokens) {
        super(vector);
        this.tokens = Objects.requireNonNull(tokens, "tokens");
    }

    /** Returns the vectors of the tokens. */
    public TokenVectors tokens() {
        return tokens;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TokenEmbedding embedding && super.equals(embedding) && tokens.equals(embedding.tokens);
    }

    @Override
    public int hashCode() {
        return 31 * super.hashCode() + tokens.hashCode();
    }
}
