package dev.groundwork.rag;

import java.util.Objects;

/**
 * A part of the flow that did less than it should, so that the answer came about without it.
 *
 * @param hop the hop, as in the trace
 * @param reason a short code: {@code failed}, {@code timed_out}, {@code unsupported_citation}, {@code no_citation},
 *     {@code no_context}, {@code truncated}, {@code llm_unavailable}
 * @param detail more for a human, without document text, question or secret; may be empty
 */
public record Degradation(String hop, String reason, String detail) {

    /** Checks. */
    public Degradation {
        Check.notBlank("hop", hop);
        Check.notBlank("reason", reason);
        Objects.requireNonNull(detail, "detail");
    }
}
