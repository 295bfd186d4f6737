package dev.groundwork.rag;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One step of a question, as it went. Steps that run in parallel overlap in time.
 *
 * @param name the step: one of the constants here, or a retriever's name
 * @param status how it ended
 * @param start when it began, counted from the question's start
 * @param duration how long it took
 * @param in how many segments went in; for the embedding, texts
 * @param out how many came out; for the model's answer, 1; for an extraction and for the
 *     check of citations, citations that are supported
 * @param candidates every segment that came out, with the score of this hop, best first; empty where the hop has no
 *     scores
 * @param model the model that did it, or the pool's member that served; {@code null} where there is none
 * @param tokensIn tokens that went into the model; {@code null} where not known
 * @param tokensOut tokens that it wrote; {@code null} where not known
 * @param attempts for a pool's call, every attempt; else empty
 * @param errorType the simple class name of what went wrong; empty where nothing did
 * @param queued how much of the duration it waited for a free model; zero where it did not, or where that is not known
 */
public record Hop(
        String name,
        Status status,
        Duration start,
        Duration duration,
        int in,
        int out,
        List<Candidate> candidates,
        @Nullable String model,
        @Nullable Integer tokensIn,
        @Nullable Integer tokensOut,
        List<LlmAttempt> attempts,
        String errorType,
        Duration queued) {

    /** What to search for is made of the question. */
    public static final String REWRITE = "rewrite";
    /** The question is turned into a vector. */
    public static final String EMBED = "embed";
    /** Segments are found by vector. */
    public static final String VECTOR = "vector";
    /** Segments are found by words. */
    public static final String TEXT = "text";
    /** The legs' rankings become one. */
    public static final String FUSE = "fuse";
    /** A second query, made of the first hits, is searched for. */
    public static final String FEEDBACK = "feedback";
    /** Documents whose titles the best hits name are looked for. */
    public static final String TITLES = "titles";
    /** The question's tokens are compared with those of the best hits. */
    public static final String LATE = "late";
    /** The reranker orders anew. */
    public static final String RERANK = "rerank";
    /** The prompt is written. */
    public static final String AUGMENT = "augment";
    /** A model of the pool answers. */
    public static final String CHAT = "chat";
    /** The answer is picked from the sources' own sentences. */
    public static final String EXTRACT = "extract";
    /** The answer's citations are checked. */
    public static final String CITE = "cite";

    /** How a hop ended. */
    public enum Status {
        /** It did its work. */
        OK,
        /** It threw. */
        FAILED,
        /** It was stopped because its time was up. */
        TIMED_OUT,
        /** It was stopped because the question was cancelled. */
        CANCELLED
    }

    /**
     * A segment at a hop.
     *
     * @param id the segment's id
     * @param score what the hop gave it
     * @param kind the score's scale
     * @param rank its place after the hop, from 1
     */
    public record Candidate(String id, double score, Score.Kind kind, int rank) {}

    /** Checks and copies. */
    public Hop {
        Check.notBlank("name", name);
        Objects.requireNonNull(status, "status");
        Objects.requireNonNull(start, "start");
        Objects.requireNonNull(duration, "duration");
        candidates = List.copyOf(candidates);
        attempts = List.copyOf(attempts);
        Objects.requireNonNull(errorType, "errorType");
        Objects.requireNonNull(queued, "queued");
    }

    /** Makes one that waited for no model. */
    public Hop(
            String name,
            Status status,
            Duration start,
            Duration duration,
            int in,
            int out,
            List<Candidate> candidates,
            @Nullable String model,
            @Nullable Integer tokensIn,
            @Nullable Integer tokensOut,
            List<LlmAttempt> attempts,
            String errorType) {
        this(
                name,
                status,
                start,
                duration,
                in,
                out,
                candidates,
                model,
                tokensIn,
                tokensOut,
                attempts,
                errorType,
                Duration.ZERO);
    }
}
