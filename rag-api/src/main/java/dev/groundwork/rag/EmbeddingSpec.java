package dev.groundwork.rag;

import dev.langchain4j.model.embedding.EmbeddingModel;
import java.io.Serializable;
import java.util.Objects;

/**
 * Which embedding model an index was made with.
 *
 * @param modelName the model's name
 * @param fingerprint see {@link Fingerprinted}; empty where the model can't tell
 * @param dimension the length of its vectors, from 1 to {@link #MAX_DIMENSION}
 */
public record EmbeddingSpec(String modelName, String fingerprint, int dimension) implements Serializable {

    /** The largest dimension that an index takes. */
    public static final int MAX_DIMENSION = 4_096;

    /** Checks. */
    public EmbeddingSpec {
        Check.notBlank("modelName", modelName);
        Objects.requireNonNull(fingerprint, "fingerprint");
        Check.range("dimension", dimension, 1, MAX_DIMENSION);
    }

    /** Returns the spec of a model; asks it for its dimension, which some models answer by embedding a word. */
    public static EmbeddingSpec of(EmbeddingModel model) {
        String fingerprint = model instanceof Fingerprinted known ? known.fingerprint() : "";
        return new EmbeddingSpec(model.modelName(), fingerprint, model.dimension());
    }
}
