package dev.groundwork.rag.examples.cli;

import org.jspecify.annotations.Nullable;

/** Something around the command failed; the message says what, in one line. */
final class FailureException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    FailureException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
