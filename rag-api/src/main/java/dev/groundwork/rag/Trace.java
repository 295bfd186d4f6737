package dev.groundwork.rag;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How a question went, hop by hop. Holds ids, scores, times and names, but no text of question, sources or answer.
 *
 * @param requestId the question's {@link Question#requestId()}
 * @param pipeline the name of the {@link Rag} that worked on it
 * @param startedAt when it began
 * @param duration how long it took
 * @param hops every hop that began, in the order in which they ended
 * @param degradations what did less than it should
 * @param answerability how likely it is that the collection answers the question; empty where no leg gave cosines
 */
public record Trace(
        String requestId,
        String pipeline,
        Instant startedAt,
        Duration duration,
        List<Hop> hops,
        List<Degradation> degradations,
        Optional<Answerability> answerability) {

    /** Checks and copies. */
    public Trace {
        Objects.requireNonNull(requestId, "requestId");
        Objects.requireNonNull(pipeline, "pipeline");
        Objects.requireNonNull(startedAt, "startedAt");
        Objects.requireNonNull(duration, "duration");
        hops = List.copyOf(hops);
        degradations = List.copyOf(degradations);
        Objects.requireNonNull(answerability, "answerability");
    }

    /** Makes one that says nothing of whether the question is answered. */
    public Trace(
            String requestId,
            String pipeline,
            Instant startedAt,
            Duration duration,
            List<Hop> hops,
            List<Degradation> degradations) {
        this(requestId, pipeline, startedAt, duration, hops, degradations, Optional.empty());
    }

    /** Returns the last hop of that name, if there was one. */
    public Optional<Hop> hop(String name) {
        return hops.stream().filter(h -> h.name().equals(name)).reduce((first, second) -> second);
    }

    /**
     * Returns how much of the first hits a reranker left among the first: 1 where it only changed their order, 0 where all are
     * others.
     *
     * @param k how many count, from 1; fewer where fewer came out
     * @return empty where nothing was reranked
     */
    public OptionalDouble rerankOverlap(int k) {
        Check.range("k", k, 1, Question.MAX_LIMIT);
        List<Hop.Candidate> after = hop(Hop.RERANK).map(Hop::candidates).orElse(List.of());
        List<Hop.Candidate> before = hop(Hop.LATE)
                .or(() -> hop(Hop.TITLES))
                .or(() -> hop(Hop.FEEDBACK))
                .or(() -> hop(Hop.FUSE))
                .or(() -> hops.stream()
                        .filter(h -> !h.name().equals(Hop.RERANK))
                        .filter(h -> !h.candidates().isEmpty())
                        .findFirst())
                .map(Hop::candidates)
                .orElse(List.of());
        int counted = Math.min(k, Math.min(after.size(), before.size()));
        if (counted == 0) {
            return OptionalDouble.empty();
        }
        Set<String> first =
                before.stream().limit(counted).map(Hop.Candidate::id).collect(Collectors.toSet());
        long kept = after.stream()
                .limit(counted)
                .filter(c -> first.contains(c.id()))
                .count();
        return OptionalDouble.of((double) kept / counted);
    }

    /** Returns the trace as one JSON object, with {@link #rerankOverlap} of the first ten hits where they were reranked. */
    public String toJson() {
        return TraceJson.write(this);
    }
}
