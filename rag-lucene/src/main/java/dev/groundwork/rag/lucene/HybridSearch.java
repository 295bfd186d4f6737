package dev.groundwork.rag.lucene;

import dev.groundwork.rag.ConvexFusion;
import dev.groundwork.rag.Hop;
import dev.groundwork.rag.MinMax;
import dev.groundwork.rag.Score;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.search.ScoreDoc;
import org.jspecify.annotations.Nullable;

/**
 * Fuses the two legs as {@link ConvexFusion} does, by document number, so that only what is returned is read. That it gives
 * what {@code ConvexFusion} gives is tested.
 */
final class HybridSearch {

    /**
     * What was found by vector and by words, best first.
     *
     * @param vector scores as Lucene has them
     * @param text scores of BM25
     */
    record Legs(List<ScoreDoc> vector, List<ScoreDoc> text) {
        static final Legs NONE = new Legs(List.of(), List.of());
    }

    /** What both legs say of one document. */
    static final class Fused extends ScoreDoc {
        private @Nullable Score vector;
        private @Nullable Score text;
        private double fused;
        private int bestRank = Integer.MAX_VALUE;

        Fused(int doc) {
            super(doc, 0);
        }

        /** Returns the legs' scores, and the fused one for a rank. */
        List<Score> scores(int rank) {
            List<Score> scores = new ArrayList<>(3);
            if (vector != null) {
                scores.add(vector);
            }
            if (text != null) {
                scores.add(text);
            }
            scores.add(new Score(Hop.FUSE, Score.Kind.FUSED, Math.min(1, fused), rank));
            return scores;
        }
    }

    private HybridSearch() {}

    /**
     * Fuses and orders: by fused score, then by the better of the two ranks, then by id.
     *
     * @param vectorWeight what vectors count, from 0 to 1; words count the rest
     */
    static List<Fused> fuse(Snapshot snapshot, Legs legs, double vectorWeight, int limit) throws IOException {
        List<ScoreDoc> vectorLeg = legs.vector();
        List<ScoreDoc> textLeg = legs.text();
        VectorSimilarity similarity = snapshot.manifest().layout().similarity();
        Map<Integer, Fused> byDoc = HashMap.newHashMap(vectorLeg.size() + textLeg.size());
        double[] cosines = vectorLeg.stream()
                .mapToDouble(doc -> similarity.value(doc.score))
                .toArray();
        double[] normal = MinMax.scaled(cosines);
        for (int i = 0; i < cosines.length; i++) {
            Fused entry = byDoc.computeIfAbsent(vectorLeg.get(i).doc, Fused::new);
            entry.vector = new Score(Hop.VECTOR, similarity.kind(), cosines[i], i + 1);
            entry.fused = vectorWeight * normal[i];
            entry.bestRank = i + 1;
        }
        double[] words = textLeg.stream().mapToDouble(doc -> doc.score).toArray();
        normal = MinMax.scaled(words);
        for (int i = 0; i < words.length; i++) {
            Fused entry = byDoc.computeIfAbsent(textLeg.get(i).doc, Fused::new);
            entry.text = new Score(Hop.TEXT, Score.Kind.BM25, words[i], i + 1);
            entry.fused += (1 - vectorWeight) * normal[i];
            entry.bestRank = Math.min(entry.bestRank, i + 1);
        }
        List<Fused> ranking = new ArrayList<>(byDoc.values());
        Comparator<Fused> bestFirst = Comparator.comparingDouble((Fused entry) -> -entry.fused)
                .thenComparingInt(entry -> entry.bestRank)
                .thenComparingInt(entry -> entry.doc);
        ranking.sort(bestFirst);
        orderTies(snapshot, ranking, limit);
        return List.copyOf(ranking.subList(0, Math.min(limit, ranking.size())));
    }

    private static void orderTies(Snapshot snapshot, List<Fused> ranking, int limit) throws IOException {
        for (int i = 0; i < Math.min(limit, ranking.size()); ) {
            int end = i + 1;
            while (end < ranking.size()
                    && ranking.get(end).fused == ranking.get(i).fused
                    && ranking.get(end).bestRank == ranking.get(i).bestRank) {
                end++;
            }
            if (end > i + 1) {
                VectorSearch.orderById(snapshot, ranking.subList(i, end));
            }
            i = end;
        }
    }
}
