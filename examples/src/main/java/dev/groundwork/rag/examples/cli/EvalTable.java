package dev.groundwork.rag.examples.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.groundwork.rag.examples.eval.Bench;
import dev.groundwork.rag.examples.eval.Outcome;
import dev.groundwork.rag.observability.evaluation.PairedComparison;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Sets by methods: nDCG@10, recall@100 and the time of a question, and which methods differ from the first by more than chance.
 * It is a table of Markdown, which can be read as it is.
 */
final class EvalTable {

    private static final double MEDIAN = 0.5;
    private static final double HIGH = 0.99;

    private final List<Measured> sets;
    private final List<List<PairedComparison>> comparisons;
    private final boolean ablation;

    /**
     * Makes it.
     *
     * @param sets the collections, each with the same methods in the same order
     * @param ablation whether to say in what each method differs from the first
     */
    EvalTable(List<Measured> sets, boolean ablation) {
        this.sets = sets;
        this.comparisons = Measured.comparisons(sets);
        this.ablation = ablation;
    }

    private int methods() {
        return sets.getFirst().outcomes().size();
    }

    private String method(int row) {
        return sets.getFirst().outcomes().get(row).method();
    }

    private double mean(int row, ToDoubleFunction<Outcome> figure) {
        return sets.stream()
                .mapToDouble(set -> figure.applyAsDouble(set.outcomes().get(row)))
                .average()
                .orElse(0);
    }

    private static double ndcg(Outcome outcome) {
        return outcome.evaluation().mean(Outcome.NDCG_10);
    }

    private static double recall(Outcome outcome) {
        return outcome.evaluation().mean(Outcome.RECALL_100);
    }

    private static double millis(Outcome outcome) {
        return outcome.millis(MEDIAN);
    }

    @Override
    public String toString() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(head());
        for (int row = 0; row < methods(); row++) {
            rows.add(row(row));
        }
        int[] widths = new int[rows.getFirst().size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < rows.size(); i++) {
            for (int j = 0; j < widths.length; j++) {
                String cell = rows.get(i).get(j);
                text.append("| ").append(cell).append(" ".repeat(widths[j] - cell.length() + 1));
            }
            text.append("|\n");
            if (i == 0) {
                for (int width : widths) {
                    text.append('|').append("-".repeat(width + 2));
                }
                text.append("|\n");
            }
        }
        text.append(String.format(
                Locale.ROOT,
                "%nnDCG@10, recall@100, and the milliseconds (p50) of a question. * differs from %s in nDCG@10"
                        + " by more than chance (p < .05, paired permutation test, Holm over the table).%n",
                method(0)));
        for (Measured set : sets) {
            for (Outcome outcome : set.outcomes()) {
                if (outcome.degraded() > 0) {
                    text.append(String.format(
                            Locale.ROOT,
                            "%s: %,d queries of %s went without a part.%n",
                            outcome.method(),
                            outcome.degraded(),
                            set.name()));
                }
            }
        }
        return text.toString();
    }

    private List<String> head() {
        List<String> head = new ArrayList<>(List.of("method"));
        if (ablation) {
            head.add("what is different");
        }
        for (Measured set : sets) {
            head.add(String.format(Locale.ROOT, "%s (%,d, %,d)", set.name(), set.documents(), set.queries()));
        }
        if (sets.size() > 1) {
            head.add("mean");
        }
        return head;
    }

    private List<String> row(int row) {
        List<String> cells = new ArrayList<>(List.of(method(row)));
        if (ablation) {
            cells.add(row == 0 ? "" : Bench.difference(method(row)));
        }
        for (int i = 0; i < sets.size(); i++) {
            Outcome outcome = sets.get(i).outcomes().get(row);
            boolean marked = row > 0 && comparisons.get(i).get(row - 1).p() < Measured.LEVEL;
            cells.add(cell(ndcg(outcome), marked, recall(outcome), millis(outcome)));
        }
        if (sets.size() > 1) {
            cells.add(cell(
                    mean(row, EvalTable::ndcg), false, mean(row, EvalTable::recall), mean(row, EvalTable::millis)));
        }
        return cells;
    }

    private static String cell(double ndcg, boolean marked, double recall, double millis) {
        return String.format(Locale.ROOT, "%.4f%s %.4f %6.1f", ndcg, marked ? "*" : " ", recall, millis);
    }

    /** Writes the table as the fields of an object. */
    void json(JsonGenerator json) throws IOException {
        json.writeStringField("reference", method(0));
        json.writeArrayFieldStart("sets");
        for (Measured set : sets) {
            json.writeStartObject();
            json.writeStringField("data", set.name());
            json.writeNumberField("documents", set.documents());
            json.writeNumberField("queries", set.queries());
            EvalOutput.failed(json, set);
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("methods");
        for (int row = 0; row < methods(); row++) {
            json.writeStartObject();
            json.writeStringField("method", method(row));
            if (ablation && row > 0) {
                json.writeStringField("what", Bench.difference(method(row)));
            }
            json.writeArrayFieldStart("sets");
            for (int i = 0; i < sets.size(); i++) {
                Outcome outcome = sets.get(i).outcomes().get(row);
                json.writeStartObject();
                json.writeStringField("data", sets.get(i).name());
                figures(json, ndcg(outcome), recall(outcome), millis(outcome));
                json.writeNumberField("ms_p99", outcome.millis(HIGH));
                json.writeNumberField("index_seconds", outcome.indexSeconds());
                json.writeNumberField("degraded", outcome.degraded());
                if (row > 0) {
                    PairedComparison comparison = comparisons.get(i).get(row - 1);
                    json.writeNumberField("difference", -comparison.difference());
                    json.writeNumberField("p", comparison.p());
                    json.writeBooleanField("significant", comparison.p() < Measured.LEVEL);
                }
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeObjectFieldStart("mean");
            figures(json, mean(row, EvalTable::ndcg), mean(row, EvalTable::recall), mean(row, EvalTable::millis));
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void figures(JsonGenerator json, double ndcg, double recall, double millis) throws IOException {
        json.writeNumberField("ndcg@10", ndcg);
        json.writeNumberField("recall@100", recall);
        json.writeNumberField("ms_p50", millis);
    }
}
