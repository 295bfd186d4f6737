package dev.groundwork.rag.llm;

import dev.groundwork.rag.RagException;
import org.jspecify.annotations.Nullable;

/** A model that would run in this process can't be loaded. The message says which file, and what was found there. */
public final class OnnxModelException extends RagException {

    private static final long serialVersionUID = 1L;

    private final String model;

    OnnxModelException(String model, String reason, @Nullable Throwable cause) {
        super(model + ": " + reason, cause);
        this.model = model;
    }

    /** Returns the file or class path resource that is missing or isn't what it should be. */
    public String model() {
        return model;
    }
}
