package dev.groundwork.rag;

import java.time.Duration;
import java.util.Objects;

/**
 * Something that happened in a {@link Rag}. Events hand over questions and answers as they are, so a listener that
 * writes them anywhere has to decide what may leave the process; the library's own listeners write no text.
 */
public sealed interface RagEvent {

    /** Returns the name of the {@link Rag} that it happened in. */
    String pipeline();

    /** What a {@link Rag} was called for. */
    enum Operation {
        /** {@link Rag#ask(Question)} or {@link Rag#askStreaming}. */
        ASK,
        /** {@link Rag#search(Question)}. */
        SEARCH
    }

    /**
     * A question or a search begins. Published on the caller's thread, before anything else of it; an
     * {@link AskCompleted}, {@link SearchCompleted} or {@link QuestionFailed} follows for each.
     *
     * @param pipeline the name of the {@link Rag}
     * @param operation what was called
     * @param question what is asked
     */
    record QuestionStarted(String pipeline, Operation operation, Question question) implements RagEvent {
        /** Checks. */
        public QuestionStarted {
            Objects.requireNonNull(pipeline, "pipeline");
            Objects.requireNonNull(operation, "operation");
            Objects.requireNonNull(question, "question");
        }
    }

    /**
     * A question was asked, and an answer was given.
     *
     * @param pipeline the name of the {@link Rag}
     * @param question what was asked
     * @param result what was given
     */
    record AskCompleted(String pipeline, Question question, Answer result) implements RagEvent {
        /** Checks. */
        public AskCompleted {
            Objects.requireNonNull(pipeline, "pipeline");
            Objects.requireNonNull(question, "question");
            Objects.requireNonNull(result, "result");
        }
    }

    /**
     * A search was done.
     *
     * @param pipeline the name of the {@link Rag}
     * @param question what was searched for
     * @param result what was found
     */
    record SearchCompleted(String pipeline, Question question, SearchResult result) implements RagEvent {
        /** Checks. */
        public SearchCompleted {
            Objects.requireNonNull(pipeline, "pipeline");
            Objects.requireNonNull(question, "question");
            Objects.requireNonNull(result, "result");
        }
    }

    /**
     * A question or a search ended with an exception.
     *
     * @param pipeline the name of the {@link Rag}
     * @param operation what was called
     * @param question what was asked
     * @param error what the caller got
     * @param trace how far it came
     */
    record QuestionFailed(String pipeline, Operation operation, Question question, Throwable error, Trace trace)
            implements RagEvent {
        /** Checks. */
        public QuestionFailed {
            Objects.requireNonNull(pipeline, "pipeline");
            Objects.requireNonNull(operation, "operation");
            Objects.requireNonNull(question, "question");
            Objects.requireNonNull(error, "error");
            Objects.requireNonNull(trace, "trace");
        }
    }

    /**
     * A hop has ended, well or not. Each hop gives exactly one.
     *
     * @param pipeline the name of the {@link Rag}
     * @param requestId the question's {@link Question#requestId()}
     * @param sequence the hop's number within its question, from 1, in the order in which hops began
     * @param hop what it did
     */
    record HopCompleted(String pipeline, String requestId, int sequence, Hop hop) implements RagEvent {
        /** Checks. */
        public HopCompleted {
            Objects.requireNonNull(pipeline, "pipeline");
            Objects.requireNonNull(requestId, "requestId");
            Objects.requireNonNull(hop, "hop");
        }
    }

    /**
     * An ingestion has ended.
     *
     * @param pipeline the name of the {@link Rag}
     * @param report what it did
     */
    record IngestCompleted(String pipeline, IngestReport report) implements RagEvent {
        /** Checks. */
        public IngestCompleted {
            Objects.requireNonNull(pipeline, "pipeline");
            Objects.requireNonNull(report, "report");
        }
    }

    /**
     * A part's health is another than before. Published by who watches health, not by a {@link Rag} itself.
     *
     * @param pipeline the name of the {@link Rag}
     * @param component the part, as a path from the whole such as {@code llm/primary}; empty for the whole
     * @param before its {@link Health#status()} until now; {@code unknown} where there was none
     * @param after its status now; {@code unknown} where the part is gone
     * @param reason why it is not up, without text of questions, sources or providers; empty where it is
     */
    record HealthChanged(String pipeline, String component, String before, String after, String reason)
            implements RagEvent {
        /** Checks. */
        public HealthChanged {
            Objects.requireNonNull(pipeline, "pipeline");
            Objects.requireNonNull(component, "component");
            Objects.requireNonNull(before, "before");
            Objects.requireNonNull(after, "after");
            Objects.requireNonNull(reason, "reason");
        }
    }

    /**
     * An alert begins or ends. Published by who watches objectives or drift, not by a {@link Rag} itself.
     *
     * @param pipeline the name of the {@link Rag}
     * @param alert the name of the objective or detector
     * @param kind what watches
     * @param firing whether it begins; {@code false} where it ends
     * @param value what was measured
     * @param threshold what it must not be above
     * @param window the span of time that was looked at
     */
    record AlertChanged(
            String pipeline, String alert, Kind kind, boolean firing, double value, double threshold, Duration window)
            implements RagEvent {

        /** What watches. */
        public enum Kind {
            /** A service level objective. */
            SLO,
            /** A detector of drift. */
            DRIFT
        }

        /** Checks. */
        public AlertChanged {
            Objects.requireNonNull(pipeline, "pipeline");
            Check.notBlank("alert", alert);
            Objects.requireNonNull(kind, "kind");
            Objects.requireNonNull(window, "window");
        }
    }
}
