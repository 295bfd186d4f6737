package dev.groundwork.rag.lucene.ingest;

import org.jspecify.annotations.Nullable;

/** Why a document can't be read, in a few words and without any of its text. */
final class UnreadableException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String reason;

    UnreadableException(String reason) {
        this(reason, null);
    }

    UnreadableException(String reason, @Nullable Throwable cause) {
        super(reason, cause);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }
}
