package dev.groundwork.rag;

import org.jspecify.annotations.Nullable;

/** Another process, or another part of this one, writes to the index. One writer at a time; readers are free. */
public final class IndexLockedException extends IndexException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param location where the index is
     */
    public IndexLockedException(String location, @Nullable Throwable cause) {
        super(location, "in use by another writer; wait until it is done, or open it read-only", cause);
    }
}
