package dev.groundwork.rag;

import org.jspecify.annotations.Nullable;

/** An index can't be opened, read or written. */
public class IndexException extends RagException {

    private static final long serialVersionUID = 1L;

    private final String location;

    /**
     * Makes one.
     *
     * @param location where the index is: a path, or {@code memory}
     * @param problem what is wrong and what can be done
     */
    public IndexException(String location, String problem, @Nullable Throwable cause) {
        super("index " + location + ": " + problem, cause);
        this.location = location;
    }

    /** Returns where the index is: a path, or {@code memory}. */
    public final String location() {
        return location;
    }
}
