package dev.groundwork.rag;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every leg of a search failed, so there is nothing to answer from. Where all of them were only late, that is a
 * {@link DeadlineExceededException}.
 */
public final class RetrievalFailedException extends RagException {

    private static final long serialVersionUID = 1L;

    private final transient List<Degradation> failures;

    /**
     * Makes one.
     *
     * @param failures what happened to each leg
     * @param cause the first leg's failure
     */
    public RetrievalFailedException(List<Degradation> failures, @Nullable Throwable cause) {
        super("every retrieval leg failed: " + describe(failures), cause);
        this.failures = List.copyOf(failures);
    }

    private static String describe(List<Degradation> failures) {
        return String.join(
                ", ",
                failures.stream()
                        .map(f -> f.hop() + " " + f.reason() + (f.detail().isEmpty() ? "" : " (" + f.detail() + ")"))
                        .toList());
    }

    /** Returns what happened to each leg. */
    public List<Degradation> failures() {
        return failures == null ? List.of() : failures;
    }
}
