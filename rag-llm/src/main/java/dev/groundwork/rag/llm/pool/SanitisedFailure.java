package dev.groundwork.rag.llm.pool;

import java.util.List;

/**
 * A provider's failure without the provider's words: its message names the classes only, its stack trace is the
 * original's. What providers say may hold the prompt or parts of a key, so it goes nowhere.
 */
final class SanitisedFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private SanitisedFailure(String message) {
        super(message, null, false, true);
    }

    static SanitisedFailure of(List<Throwable> chain, String errorType) {
        StringBuilder message = new StringBuilder(errorType);
        chain.stream()
                .skip(1)
                .forEach(e -> message.append(" < ").append(e.getClass().getName()));
        SanitisedFailure failure = new SanitisedFailure(message.toString());
        failure.setStackTrace(chain.getFirst().getStackTrace());
        return failure;
    }

    /** The stack trace is the original's, set after. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
