package dev.groundwork.rag;

import java.util.Locale;
import java.util.Objects;

/**
 * One {@code [n]} of an answer, checked against the source that it names.
 *
 * @param number the number in the answer, from 1
 * @param verdict what the check found
 * @param segmentId the cited segment's id; empty where no source has that number
 * @param source the cited document as its reader knows it; empty where no source has that number
 * @param startLine the first line of the quote, or of the segment where no quote was found; 0 where not known
 * @param endLine the last such line, inclusive; 0 where not known
 * @param quote the passage of the source that supports the sentence best, word for word; empty where there is none
 * @param claim the sentence of the answer that the citation stands in, without its markers
 */
public record Citation(
        int number,
        Verdict verdict,
        String segmentId,
        String source,
        int startLine,
        int endLine,
        String quote,
        String claim) {

    /** What the check of a citation found. */
    public enum Verdict {
        /** The sentence stands word for word in the source. */
        QUOTED,
        /** Enough of what the sentence says stands in the source. */
        OVERLAPPING,
        /** The source exists, but says too little of what the sentence says. */
        UNSUPPORTED,
        /** There is no source with that number. */
        NO_SUCH_SOURCE;

        /** Returns whether the source exists and supports the sentence. */
        public boolean supported() {
            return this == QUOTED || this == OVERLAPPING;
        }
    }

    /** Checks. */
    public Citation {
        Check.range("number", number, 0, Integer.MAX_VALUE);
        Objects.requireNonNull(verdict, "verdict");
        Objects.requireNonNull(segmentId, "segmentId");
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(quote, "quote");
        Objects.requireNonNull(claim, "claim");
        Check.range("startLine", startLine, 0, Integer.MAX_VALUE);
        Check.range("endLine", endLine, startLine, Integer.MAX_VALUE);
    }

    /** Returns whether the source exists and supports the sentence. */
    public boolean supported() {
        return verdict.supported();
    }

    /** Returns number, place and verdict in one line, for instance {@code [1] guide.md:12-14 (quoted)}. */
    @Override
    public String toString() {
        String lines = startLine == 0 ? "" : startLine == endLine ? ":" + startLine : ":" + startLine + "-" + endLine;
        String place = source.isEmpty() ? "no such source" : source + lines;
        return "[" + number + "] " + place + " (" + verdict.name().toLowerCase(Locale.ROOT) + ")";
    }
}
