package dev.groundwork.rag;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What came of a question. {@code switch} over it: a {@link Grounded} answer can be shown as it is, a {@link Degraded}
 * one with its flags, an {@link Abstained} one is the honest "not found here".
 */
public sealed interface Answer {

    /** Returns the text; for an abstention a sentence that says so. */
    String text();

    /** Returns the checked citations, in the order of the text; empty for an abstention. */
    List<Citation> citations();

    /** Returns how it came about, hop by hop. */
    Trace trace();

    /**
     * Returns what did less than it should. An abstention may have some: where a leg of the search was missing, what it would
     * have found is not known, and the text says so.
     */
    default List<Degradation> degradations() {
        return trace().degradations();
    }

    /**
     * Returns how likely it is that the collection answers the question, whatever came of it; empty where no leg of the search
     * gave cosines.
     */
    default Optional<Answerability> answerability() {
        return trace().answerability();
    }

    /** Returns {@code grounded}, {@code abstained} or {@code degraded}. */
    String outcome();

    /** Who wrote the text of an answer. */
    enum Origin {
        /** A model of the pool. */
        GENERATED,
        /** Nobody: it consists of the sources' own sentences. */
        EXTRACTED
    }

    /**
     * An answer from sources that were found, with every hop whole and every citation supported.
     *
     * @param text the text, with markers {@code [n]}
     * @param citations at least one, all supported
     * @param origin who wrote it
     * @param trace how it came about
     */
    record Grounded(String text, List<Citation> citations, Origin origin, Trace trace) implements Answer {
        /** Checks and copies. */
        public Grounded {
            Check.notBlank("text", text);
            citations = List.copyOf(citations);
            Objects.requireNonNull(origin, "origin");
            Objects.requireNonNull(trace, "trace");
            if (citations.isEmpty() || !citations.stream().allMatch(Citation::supported)) {
                throw new IllegalArgumentException("a grounded answer has citations, all of them supported");
            }
        }

        @Override
        public String outcome() {
            return "grounded";
        }
    }

    /**
     * No answer, on purpose.
     *
     * @param reason why
     * @param text a sentence for the asker
     * @param trace how it came about
     */
    record Abstained(Reason reason, String text, Trace trace) implements Answer {

        /** Why there is no answer. */
        public enum Reason {
            /** Nothing was found. */
            NO_CONTEXT,
            /** Something was found, but nothing that is near enough to the question. */
            NOTHING_RELEVANT,
            /** The model said that the sources hold no answer. */
            MODEL_DECLINED,
            /** No sentence of the sources supports an answer. */
            NO_SUPPORTING_SENTENCE
        }

        /** Checks. */
        public Abstained {
            Objects.requireNonNull(reason, "reason");
            Check.notBlank("text", text);
            Objects.requireNonNull(trace, "trace");
        }

        @Override
        public List<Citation> citations() {
            return List.of();
        }

        @Override
        public String outcome() {
            return "abstained";
        }
    }

    /**
     * An answer that came about without a part that should have had a say, or with citations that do not hold.
     *
     * @param text the text, with markers {@code [n]}
     * @param citations what was cited, supported or not; may be empty
     * @param origin who wrote it
     * @param degradations what was missing, at least one
     * @param trace how it came about
     */
    record Degraded(String text, List<Citation> citations, Origin origin, List<Degradation> degradations, Trace trace)
            implements Answer {
        /** Checks and copies. */
        public Degraded {
            Check.notBlank("text", text);
            citations = List.copyOf(citations);
            Objects.requireNonNull(origin, "origin");
            degradations = List.copyOf(degradations);
            Objects.requireNonNull(trace, "trace");
            if (degradations.isEmpty()) {
                throw new IllegalArgumentException("degradations is empty, a degraded answer says what was missing");
            }
        }

        @Override
        public String outcome() {
            return "degraded";
        }
    }
}
