package dev.groundwork.rag;

import dev.langchain4j.data.embedding.Embedding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Orders the best hits anew by what their tokens say of the question, and by what was known of them before. Both are brought
 * to 0 to 1 over the hits that are compared.
 */
final class LateOrder {

    /** So many of the best hits are compared; what is behind them stays behind. */
    static final int COMPARED = 50;

    private record Ranked(Hit hit, double score, int before) {}

    private static final Comparator<Ranked> BEST_FIRST =
            Comparator.comparingDouble((Ranked ranked) -> -ranked.score).thenComparingInt(Ranked::before);

    /** What is left of the weight of tokens where the model knows no word: they are pieces of words, alike wherever those stand. */
    private static final double FOREIGN = 0.8;

    private LateOrder() {}

    /**
     * Returns what tokens count for a question.
     *
     * @param weight what they count where the model knows the language
     * @param understood how much of the question it understands, from 0 to 1
     */
    static double weight(double weight, double understood) {
        return weight * (FOREIGN + (1 - FOREIGN) * understood);
    }

    /** Returns what there is to compare of a question; {@code null} where there is nothing. */
    static @Nullable TokenVectors tokens(@Nullable Embedding question) {
        return question instanceof TokenEmbedding asked && asked.tokens().size() > 0 ? asked.tokens() : null;
    }

    /** Returns how near the best hits are to the question's tokens, by id; nothing where there is no order to be made. */
    static Map<String, Double> near(SegmentReader index, TokenVectors question, List<Hit> hits) {
        return hits.size() < 2
                ? Map.of()
                : index.compareTokens(
                        question, hits.stream().limit(COMPARED).map(Hit::id).toList());
    }

    /**
     * Orders.
     *
     * @param hits what was found, best first
     * @param similar what each hit's tokens say, by id; a hit that is not in it has what it had before
     * @param weight what they count, from 0 to 1
     * @return the hits with a score of hop {@link Hop#LATE}; as they are where nothing can be compared
     */
    static List<Hit> order(List<Hit> hits, Map<String, Double> similar, double weight) {
        if (similar.isEmpty()) {
            return hits;
        }
        List<Hit> compared = hits.subList(0, Math.min(COMPARED, hits.size()));
        double[] late = MinMax.scaled(compared.stream()
                .mapToDouble(hit -> similar.getOrDefault(hit.id(), Double.NaN))
                .toArray());
        double[] before = MinMax.scaled(
                compared.stream().mapToDouble(hit -> hit.score().value()).toArray());
        List<Ranked> ranking = new ArrayList<>();
        for (int i = 0; i < compared.size(); i++) {
            double other = Double.isNaN(late[i]) ? before[i] : late[i];
            ranking.add(new Ranked(compared.get(i), (1 - weight) * before[i] + weight * other, i));
        }
        ranking.sort(BEST_FIRST);
        List<Hit> ordered = new ArrayList<>(hits.size());
        ranking.forEach(one -> ordered.add(
                one.hit.with(new Score(Hop.LATE, Score.Kind.FUSED, Math.clamp(one.score, 0, 1), ordered.size() + 1))));
        for (Hit rest : hits.subList(compared.size(), hits.size())) {
            ordered.add(rest.with(new Score(Hop.LATE, Score.Kind.FUSED, 0, ordered.size() + 1)));
        }
        return ordered;
    }
}
