package dev.groundwork.rag.examples.eval;

import dev.groundwork.rag.Answerability;
import dev.groundwork.rag.lucene.ingest.TextDocuments;
import dev.groundwork.rag.observability.evaluation.BeirCollection.Query;
import dev.groundwork.rag.observability.evaluation.Qrels;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * How well a search tells questions that the collection answers from those that it does not, when half of the relevant documents
 * are taken out.
 *
 * @param auroc the area under the ROC curve: how often an answered question has the higher probability
 * @param answered questions that kept a relevant document
 * @param notAnswered questions that lost all of theirs
 * @param threshold the probability that nine of ten answered questions reach
 * @param passed the share of the other questions that reach it too
 * @param fitted the calibration that these very questions give
 */
public record Abstention(
        double auroc,
        int answered,
        int notAnswered,
        double threshold,
        double passed,
        Answerability.Calibration fitted) {

    private static final double KEPT = 0.9;

    /** Takes documents out, and asks all questions. */
    public static Abstention measure(Bench bench, long seed) throws IOException {
        Set<String> out = takenOut(bench.collection().qrels(), seed);
        List<TextDocuments.Text> rest = bench.documents().stream()
                .filter(document -> !out.contains(document.id()))
                .toList();
        List<Answerability> seen = new ArrayList<>();
        List<Boolean> answered = new ArrayList<>();
        try (Groundwork.Corpus corpus = bench.index(rest);
                Groundwork method = bench.groundwork("hybrid", corpus)) {
            for (Query query : bench.collection().queries()) {
                Answerability answerability = query.text().isBlank()
                        ? null
                        : method.search(query.text()).answerability().orElse(null);
                if (answerability != null) {
                    seen.add(answerability);
                    answered.add(bench.collection().qrels().grades(query.id()).entrySet().stream()
                            .anyMatch(judged -> judged.getValue() > 0 && !out.contains(judged.getKey())));
                }
            }
        }
        return of(seen, answered);
    }

    static Abstention of(List<Answerability> seen, List<Boolean> answered) {
        List<Double> with = new ArrayList<>();
        List<Double> without = new ArrayList<>();
        for (int i = 0; i < seen.size(); i++) {
            (answered.get(i) ? with : without).add(seen.get(i).probability());
        }
        if (with.isEmpty() || without.isEmpty()) {
            throw new IllegalArgumentException("--abstention needs questions with and without an answer; there are "
                    + with.size() + " and " + without.size());
        }
        double wins = 0;
        for (double one : with) {
            for (double other : without) {
                wins += one > other ? 1 : one == other ? 0.5 : 0;
            }
        }
        with.sort(Comparator.reverseOrder());
        double threshold = with.get((int) Math.ceil(KEPT * with.size()) - 1);
        double passed = (double) without.stream().filter(p -> p >= threshold).count() / without.size();
        return new Abstention(
                wins / ((double) with.size() * without.size()),
                with.size(),
                without.size(),
                threshold,
                passed,
                Answerability.Calibration.fit(seen, answered));
    }

    private static Set<String> takenOut(Qrels qrels, long seed) {
        Set<String> relevant = new TreeSet<>();
        for (String topic : qrels.topics()) {
            qrels.grades(topic).forEach((document, grade) -> {
                if (grade > 0) {
                    relevant.add(document);
                }
            });
        }
        List<String> drawn = new ArrayList<>(relevant);
        Collections.shuffle(drawn, new Random(seed));
        return new HashSet<>(drawn.subList(0, drawn.size() / 2));
    }
}
