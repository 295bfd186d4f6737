package dev.groundwork.rag.examples.cli;

/** The command was called in a way that can't work; the message says how to do better. */
final class UsageException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
