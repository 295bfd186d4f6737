package dev.groundwork.rag;

import dev.langchain4j.data.segment.TextSegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A segment that was found, with the score that each hop gave it so far, in the order of the hops.
 *
 * @param id the segment's id in its index
 * @param segment text and metadata, a copy of what the index holds
 * @param scores at least one; the last one is what the hit is ordered by
 */
public record Hit(String id, TextSegment segment, List<Score> scores) {

    /** Checks and copies. */
    public Hit {
        Check.notBlank("id", id);
        segment = TextSegment.from(segment.text(), segment.metadata().copy());
        scores = List.copyOf(scores);
        if (scores.isEmpty()) {
            throw new IllegalArgumentException("scores is empty, a hit has at least one score");
        }
    }

    /** Returns a hit with a single score. */
    public static Hit of(String id, TextSegment segment, Score score) {
        return new Hit(id, segment, List.of(score));
    }

    /** Returns the score that the hit is ordered by: the last hop's. */
    public Score score() {
        return scores.getLast();
    }

    /** Returns the score that a hop gave, if it gave one. */
    public Optional<Score> score(String hop) {
        return scores.stream().filter(s -> s.hop().equals(hop)).reduce((first, second) -> second);
    }

    /** Returns a copy with one more score, which it is now ordered by. */
    public Hit with(Score score) {
        List<Score> more = new ArrayList<>(scores);
        more.add(score);
        return new Hit(id, segment, more);
    }

    /** Returns the document as its reader knows it, or the segment's id where the segment does not say. */
    public String source() {
        String source = segment.metadata().getString(SegmentKeys.SOURCE);
        return source == null || source.isBlank() ? id : source;
    }

    /** Returns the first line in the document, from 1, or 0 where that is not known. */
    public int startLine() {
        return line(SegmentKeys.START_LINE);
    }

    /** Returns the last line in the document, inclusive, or 0 where that is not known. */
    public int endLine() {
        return line(SegmentKeys.END_LINE);
    }

    private int line(String key) {
        return segment.metadata().toMap().get(key) instanceof Number line ? line.intValue() : 0;
    }

    /** Names the hit by its id and score only: its text may be confidential. */
    @Override
    public String toString() {
        return "Hit[" + id + ", " + score() + "]";
    }
}
