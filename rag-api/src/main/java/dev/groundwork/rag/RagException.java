package dev.groundwork.rag;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A failure of the library's surroundings: a disk, a model, a deadline. Subtypes say which and carry its data. */
public abstract class RagException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** For subtypes. */
    protected RagException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Returns the calls of models that had been made by then, in order; none where no model was asked. */
    public List<LlmAttempt> attempts() {
        return List.of();
    }
}
