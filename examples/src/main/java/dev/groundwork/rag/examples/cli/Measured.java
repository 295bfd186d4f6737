package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.IngestReport;
import dev.groundwork.rag.examples.eval.Outcome;
import dev.groundwork.rag.observability.evaluation.PairedComparison;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A collection with the outcome of each method.
 *
 * @param folder the collection
 * @param documents how many it has
 * @param outcomes the one that was asked for, then those that it is compared with
 * @param failed the documents that could not be read, and why
 */
record Measured(Path folder, int documents, List<Outcome> outcomes, List<IngestReport.Failure> failed) {

    /** Below this, a difference is told as one that is more than chance. */
    static final double LEVEL = 0.05;

    String name() {
        Path name = folder.toAbsolutePath().normalize().getFileName();
        return name == null ? folder.toString() : name.toString();
    }

    int queries() {
        return outcomes.getFirst().millis().size();
    }

    /** Returns the difference of the first outcome and each other one; p is adjusted by Holm over them. */
    List<PairedComparison> comparisons() {
        return comparisons(List.of(this)).getFirst();
    }

    /** Returns the same for each of several collections; p is adjusted by Holm over all of them. */
    static List<List<PairedComparison>> comparisons(List<Measured> all) {
        List<List<PairedComparison>> raw = all.stream().map(Measured::raw).toList();
        List<Double> adjusted = PairedComparison.holm(
                raw.stream().flatMap(List::stream).map(PairedComparison::p).toList());
        List<List<PairedComparison>> told = new ArrayList<>();
        int next = 0;
        for (List<PairedComparison> ofOne : raw) {
            List<PairedComparison> line = new ArrayList<>();
            for (PairedComparison one : ofOne) {
                line.add(new PairedComparison(one.topics(), one.difference(), adjusted.get(next), one.exact()));
                next++;
            }
            told.add(line);
        }
        return told;
    }

    private List<PairedComparison> raw() {
        Map<String, Double> own = outcomes.getFirst().evaluation().perTopic(Outcome.NDCG_10);
        return outcomes.subList(1, outcomes.size()).stream()
                .map(other -> PairedComparison.of(own, other.evaluation().perTopic(Outcome.NDCG_10)))
                .toList();
    }
}
