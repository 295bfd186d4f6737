package dev.groundwork.rag;

import org.jspecify.annotations.Nullable;

/** An embedding model failed, or gave vectors that can't be used. */
public final class EmbeddingFailedException extends RagException {

    private static final long serialVersionUID = 1L;

    private final String model;

    /**
     * Makes one.
     *
     * @param model the model's name
     * @param problem what is wrong, without the text that was embedded
     */
    public EmbeddingFailedException(String model, String problem, @Nullable Throwable cause) {
        super("embedding model " + model + ": " + problem, cause);
        this.model = model;
    }

    /** Returns the model's name. */
    public String model() {
        return model;
    }
}
