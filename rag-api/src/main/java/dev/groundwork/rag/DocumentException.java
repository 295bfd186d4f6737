package dev.groundwork.rag;

import org.jspecify.annotations.Nullable;

/** A document, or a whole source of documents, can't be read. The rest of a batch goes on without it. */
public final class DocumentException extends RagException {

    private static final long serialVersionUID = 1L;

    private final String source;
    private final String reason;
    private final boolean lasting;

    /**
     * Makes one for a document that may be read another time.
     *
     * @param source the document as its reader knows it
     * @param reason why it can't be read, without any of its text
     */
    public DocumentException(String source, String reason, @Nullable Throwable cause) {
        this(source, reason, false, cause);
    }

    /**
     * Makes one for a document.
     *
     * @param source the document as its reader knows it
     * @param reason why it can't be read, without any of its text
     * @param lasting whether the same content will fail again, so that it need not be tried again until it changes
     */
    public DocumentException(String source, String reason, boolean lasting, @Nullable Throwable cause) {
        super(source + ": " + reason, cause);
        this.source = source;
        this.reason = reason;
        this.lasting = lasting;
    }

    /** Returns the document or the source of documents that can't be read. */
    public String source() {
        return source;
    }

    /** Returns why, in a few words. */
    public String reason() {
        return reason;
    }

    /** Returns whether the same content will fail again, under the same {@link SourceDocument#conditions()}. */
    public boolean lasting() {
        return lasting;
    }
}
