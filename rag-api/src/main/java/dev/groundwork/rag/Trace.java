package dev.groundwork.rag;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How a question went, hop by hop. Holds ids, scores, times and names, but no text of question, sources or answer.
 *
 * @param requestId the question's {@link Question#requestId()}
 * @param pipeline the name of the {@link Rag} that worked on it
 * @param startedAt when it began
 * @param duration how long it took
 * @param hops every hop that began, in the order in which they ended
 * @param degradations what did less than it should
 */
public record Trace(
        String requestId,
        String pipeline,
        Instant startedAt,
        Duration duration,
        List<Hop> hops,
        List<Degradation> degradations) {

    /** Checks and copies. */
    public Trace {
        Objects.requireNonNull(requestId, "requestId");
        Objects.requireNonNull(pipeline, "pipeline");
        Objects.requireNonNull(startedAt, "startedAt");
        Objects.requireNonNull(duration, "duration");
        hops = List.copyOf(hops);
        degradations = List.copyOf(degradations);
    }

    /** Returns the last hop of that name, if there was one. */
    public Optional<Hop> hop(String name) {
        return hops.stream().filter(h -> h.name().equals(name)).reduce((first, second) -> second);
    }

    /** Returns the trace as one JSON object. */
    public String toJson() {
        return TraceJson.write(this);
    }
}
