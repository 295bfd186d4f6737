package dev.groundwork.rag.llm;

import dev.groundwork.rag.Hit;
import dev.groundwork.rag.Hop;
import dev.groundwork.rag.Score;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Puts hits into the order of new scores. */
final class Reordering {

    private Reordering() {}

    /**
     * Orders by score, the highest first; equal ones stay in the order that they came in.
     *
     * @param reranker whose scores these are, for messages
     * @throws IllegalStateException if a score is not finite
     */
    static List<Hit> byScore(String reranker, List<Hit> hits, List<Double> scores, int limit) {
        for (Double score : scores) {
            if (score == null || !Double.isFinite(score)) {
                throw new IllegalStateException(reranker + " gave a score of " + score + ", must be finite");
            }
        }
        List<Integer> order = IntStream.range(0, hits.size())
                .boxed()
                .sorted(Comparator.comparing(scores::get, Comparator.reverseOrder()))
                .limit(limit)
                .toList();
        List<Hit> ranked = new ArrayList<>();
        for (int i : order) {
            ranked.add(hits.get(i).with(new Score(Hop.RERANK, Score.Kind.RERANK, scores.get(i), ranked.size() + 1)));
        }
        return ranked;
    }
}
