package dev.groundwork.rag.lucene;

import java.util.List;
import java.util.Locale;

/**
 * Why a text finds a segment: the words that they share, and what each counts. The matches' scores add up to the segment's
 * score, but for rounding. {@link #toString} says it line by line.
 *
 * @param id the segment
 * @param score its BM25 score for the text; 0 where it is not found
 * @param matches the words that are in the segment, those that count most first
 */
public record TextExplanation(String id, double score, List<Match> matches) {

    /** Copies. */
    public TextExplanation {
        matches = List.copyOf(matches);
    }

    /**
     * A word of the text, or two neighbours, that the segment has.
     *
     * @param words as the text has them
     * @param term what they became in the index
     * @param field {@code text}, or {@code title} for the words of title and headings
     * @param language whose analysis made the term; empty for the analysis that all text has
     * @param score what the match adds to the segment's score: {@code boost × idf × tf}
     * @param share the part of the segment's score, from 0 to 1
     * @param boost what {@link TextSettings} says that a match in this field counts
     * @param idf how rare the term is among all segments
     * @param tf how much of the segment it is: near 0 once in a long one, near 1 many times in a short one
     * @param frequency how many times it is in the segment
     */
    public record Match(
            String words,
            String term,
            String field,
            String language,
            double score,
            double share,
            double boost,
            double idf,
            double tf,
            double frequency) {

        @Override
        public String toString() {
            String made = words.equals(term) ? "" : " (" + term + ")";
            String where = language.isEmpty() ? field : field + " as " + language;
            return String.format(
                    Locale.ROOT,
                    "%s%s in %s: %.3f (%.0f %%) = boost %.2f x idf %.3f x tf %.3f, %s times",
                    words,
                    made,
                    where,
                    score,
                    100 * share,
                    boost,
                    idf,
                    tf,
                    frequency == Math.rint(frequency) ? Long.toString((long) frequency) : Double.toString(frequency));
        }
    }

    @Override
    public String toString() {
        StringBuilder lines = new StringBuilder(String.format(Locale.ROOT, "%s: %.3f", id, score));
        matches.forEach(match -> lines.append('\n').append("  ").append(match));
        return lines.toString();
    }
}
