package dev.groundwork.rag.lucene.ingest;

import org.jspecify.annotations.Nullable;

/** Why a document can't be read, in a few words and without any of its text. */
final class UnreadableException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String reason;
    private final boolean lasting;

    /** Makes one for a file that will fail again. */
    UnreadableException(String reason) {
        this(reason, null);
    }

    /** Makes one for a file that will fail again. */
    UnreadableException(String reason, @Nullable Throwable cause) {
        this(reason, true, cause);
    }

    private UnreadableException(String reason, boolean lasting, @Nullable Throwable cause) {
        super(reason, cause);
        this.reason = reason;
        this.lasting = lasting;
    }

    /** Makes one for what has to do with the moment: another time the file may be read. */
    static UnreadableException passing(String reason, @Nullable Throwable cause) {
        return new UnreadableException(reason, false, cause);
    }

    String reason() {
        return reason;
    }

    boolean lasting() {
        return lasting;
    }
}
