package dev.groundwork.rag;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Picks hits one after the other, each the one that is best and unlike those before it: the highest
 * {@code lambda * relevance - (1 - lambda) * similarity}, where relevance is the hit's score, scaled to 0..1 over all hits,
 * and similarity the highest cosine of its set of words with a hit that was picked. For prompts that would otherwise hold
 * the same fact five times; where the best single passage counts, it costs quality.
 *
 * <p>After Carbonell, Goldstein: "The use of MMR, diversity-based reranking for reordering documents and producing
 * summaries", SIGIR 1998. Immutable and thread-safe.
 *
 * @param lambda what relevance counts, from 0 (all is diversity) to 1 (the order stays)
 */
public record MaximalMarginalRelevance(double lambda) implements Reranker {

    /** The value that implementations elsewhere have; not measured on a collection. */
    public static final double DEFAULT_LAMBDA = 0.7;

    /** Checks. */
    public MaximalMarginalRelevance {
        Check.range("lambda", lambda, 0, 1);
    }

    /** Makes one with {@link #DEFAULT_LAMBDA}. */
    public MaximalMarginalRelevance() {
        this(DEFAULT_LAMBDA);
    }

    @Override
    public String name() {
        return "mmr";
    }

    @Override
    public List<Hit> rerank(Question question, List<Hit> hits, int limit, Deadline deadline) {
        if (hits.isEmpty()) {
            return List.of();
        }
        int count = hits.size();
        double[] relevance = relevance(hits);
        List<Shingles> words = new ArrayList<>(count);
        hits.forEach(hit -> words.add(Shingles.of(hit.segment().text(), 1)));
        double[] nearest = new double[count];
        boolean[] picked = new boolean[count];
        List<Hit> order = new ArrayList<>();
        while (order.size() < Math.min(limit, count)) {
            int best = -1;
            double bestValue = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < count; i++) {
                double value = lambda * relevance[i] - (1 - lambda) * nearest[i];
                if (!picked[i] && value > bestValue) {
                    best = i;
                    bestValue = value;
                }
            }
            picked[best] = true;
            order.add(hits.get(best).with(new Score(name(), Score.Kind.OTHER, bestValue, order.size() + 1)));
            for (int i = 0; i < count; i++) {
                if (!picked[i]) {
                    nearest[i] = Math.max(nearest[i], words.get(i).cosine(words.get(best)));
                }
            }
        }
        return order;
    }

    /** Scales scores to 0..1; where all are the same or one is no number, by place. */
    private static double[] relevance(List<Hit> hits) {
        double[] scores = hits.stream().mapToDouble(hit -> hit.score().value()).toArray();
        MinMax span = MinMax.of(scores);
        if (span.tellsApart() && Arrays.stream(scores).allMatch(Double::isFinite)) {
            return MinMax.scaled(scores);
        }
        Arrays.setAll(scores, i -> 1 - (double) i / scores.length);
        return scores;
    }
}
