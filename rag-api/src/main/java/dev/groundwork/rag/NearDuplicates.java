package dev.groundwork.rag;

import java.util.ArrayList;
import java.util.List;

/**
 * Leaves out hits that say again, nearly word by word, what a better one says already: copies, old versions, boilerplate.
 * What is left keeps its order. By itself or {@linkplain Rerankers#inOrder before or after} another reranker.
 *
 * <p>Two texts are near duplicates where of the runs of five words of the shorter one so many are in the longer one too
 * (Broder: "On the resemblance and containment of documents", 1997). Texts that share words but not their order are not, nor are texts that
 * only overlap at their ends, as neighbouring passages do.
 *
 * <p>Immutable and thread-safe.
 *
 * @param threshold the containment from which on a hit is left out, from 0.5 to 1
 */
public record NearDuplicates(double threshold) implements Reranker {

    /** Leaves a fifth of the wording to differ: dates, names, a sentence more. Chosen for the wording, not measured on a collection. */
    public static final double DEFAULT_THRESHOLD = 0.8;

    /** Runs shorter than this are in texts that have nothing to do with each other. */
    private static final int WORDS = 5;

    /** Checks. */
    public NearDuplicates {
        Check.range("threshold", threshold, 0.5, 1);
    }

    /** Makes one with {@link #DEFAULT_THRESHOLD}. */
    public NearDuplicates() {
        this(DEFAULT_THRESHOLD);
    }

    @Override
    public String name() {
        return "near-duplicates";
    }

    @Override
    public List<Hit> rerank(Question question, List<Hit> hits, int limit, Deadline deadline) {
        List<Hit> kept = new ArrayList<>();
        List<Shingles> seen = new ArrayList<>();
        for (Hit hit : hits) {
            if (kept.size() >= limit) {
                break;
            }
            Shingles shingles = Shingles.of(hit.segment().text(), WORDS);
            if (seen.stream().noneMatch(s -> s.containment(shingles) >= threshold)) {
                seen.add(shingles);
                kept.add(
                        hit.with(new Score(name(), Score.Kind.OTHER, hit.score().value(), kept.size() + 1)));
            }
        }
        return kept;
    }
}
