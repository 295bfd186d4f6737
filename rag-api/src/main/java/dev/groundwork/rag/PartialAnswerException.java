package dev.groundwork.rag;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stream broke off after its first piece, and no other member went on. What came is here, and it is not the whole
 * answer.
 */
public final class PartialAnswerException extends LlmUnavailableException {

    private static final long serialVersionUID = 1L;

    private final String text;

    /**
     * Makes one.
     *
     * @param text what was handed over
     * @param attempts every attempt, in order
     * @param cause the last attempt's failure
     */
    public PartialAnswerException(String text, List<LlmAttempt> attempts, @Nullable Throwable cause) {
        super(attempts, null, cause);
        this.text = text;
    }

    /** Returns the text that was handed over. It is not in the message. */
    public String text() {
        return text;
    }
}
