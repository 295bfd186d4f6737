package dev.groundwork.rag.llm;

import dev.groundwork.rag.error.RagException;
import org.jspecify.annotations.Nullable;

/**
 * A model that runs in this process can't be loaded, or gave no usable result. The message says where its files were looked
 * for and what was found there; it holds none of the text that the model was given.
 */
public final class OnnxModelException extends RagException {

    private static final long serialVersionUID = 1L;

    private final String model;

    OnnxModelException(String model, String reason, @Nullable Throwable cause) {
        super(model + ": " + reason, cause);
        this.model = model;
    }

    /** Returns the file or class path resource that it is about, or the model's name once it was loaded. */
    public String model() {
        return model;
    }
}
