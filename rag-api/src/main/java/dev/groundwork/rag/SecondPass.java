package dev.groundwork.rag;

import dev.langchain4j.data.embedding.Embedding;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Searches for what {@link RelevanceFeedback} makes of the first hits.
 *
 * @param asked what was searched for by words
 * @param embedding what was searched for by vector
 */
record SecondPass(
        RelevanceFeedback feedback, Question question, String asked, Embedding embedding, SegmentReader index) {

    /** The name of the ranking by the first hits' words, where legs are fused. */
    static final String TERMS = "terms";

    /**
     * Searches by the second query and fuses what it finds with what the legs found.
     *
     * @param fused the ranking so far
     * @param legs what each leg found; by the second vector, other segments are near
     * @return the new ranking, each hit with a score of hop {@link Hop#FEEDBACK}; the given one where no query can be made
     */
    List<Hit> search(List<Hit> fused, Map<String, List<Hit>> legs, Fusion strategy, int limit, Deadline deadline) {
        int sources = Math.min(feedback.sources(), fused.size());
        List<Hit> first = fused.subList(0, sources);
        int candidates = legs.values().stream().mapToInt(List::size).max().orElse(limit);
        Map<String, List<Hit>> second = new LinkedHashMap<>(legs);
        Optional<Embedding> moved = SecondQuery.vector(embedding, first, index, feedback.vectorShare());
        if (moved.isPresent() && legs.containsKey(Hop.VECTOR)) {
            second.put(Hop.VECTOR, index.searchVector(moved.get(), candidates, question.filter()));
        }
        deadline.check(Hop.FEEDBACK);
        if (legs.containsKey(Hop.TEXT) && feedback.textShare() > 0) {
            List<String> terms =
                    SecondQuery.terms(asked, first, fused.subList(sources, fused.size()), feedback.terms());
            if (!terms.isEmpty()) {
                second.put(TERMS, index.searchText(String.join(" ", terms), candidates, question.filter()));
            }
        }
        return second.equals(legs) ? fused : known(strategy.fuse(second, limit), fused, legs);
    }

    /** Gives hits the scores that they have of the question itself: a cosine to the second query says nothing of it. */
    private static List<Hit> known(List<Hit> found, List<Hit> fused, Map<String, List<Hit>> legs) {
        Map<String, Hit> before = new HashMap<>();
        legs.values().forEach(hits -> hits.forEach(hit -> before.putIfAbsent(hit.id(), hit)));
        fused.forEach(hit -> before.put(hit.id(), hit));
        List<Hit> hits = new ArrayList<>(found.size());
        for (Hit hit : found) {
            Score score =
                    new Score(Hop.FEEDBACK, hit.score().kind(), hit.score().value(), hits.size() + 1);
            Hit own = before.get(hit.id());
            hits.add(own == null ? Hit.of(hit.id(), hit.segment(), score) : own.with(score));
        }
        return hits;
    }
}
