package dev.groundwork.rag.examples.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.groundwork.rag.IngestReport;
import dev.groundwork.rag.examples.eval.Abstention;
import dev.groundwork.rag.examples.eval.Outcome;
import dev.groundwork.rag.examples.eval.SpanJudge;
import dev.groundwork.rag.observability.evaluation.Evaluation;
import dev.groundwork.rag.observability.evaluation.PairedComparison;
import dev.groundwork.rag.observability.evaluation.RankingMetric;
import dev.groundwork.rag.observability.evaluation.SpanScores;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was measured, for a human or for a program. */
final class EvalOutput {

    private static final double MEDIAN = 0.5;
    private static final double HIGH = 0.99;

    private static final JsonFactory JSON = new JsonFactory();

    private final PrintStream out;

    EvalOutput(PrintStream out) {
        this.out = out;
    }

    /**
     * How answered questions are told from others on a collection.
     *
     * @param folder the collection
     * @param abstention what was measured
     */
    record Told(Path folder, Abstention abstention) {}

    /** Prints what each collection's questions gave. */
    void abstention(List<Told> all, boolean asJson) {
        if (asJson) {
            out.println(document(json -> {
                json.writeStartObject();
                json.writeArrayFieldStart("abstention");
                for (Told told : all) {
                    Abstention measured = told.abstention();
                    json.writeStartObject();
                    json.writeStringField("data", told.folder().toString());
                    json.writeNumberField("auroc", measured.auroc());
                    json.writeNumberField("answered", measured.answered());
                    json.writeNumberField("not_answered", measured.notAnswered());
                    json.writeNumberField("passed_at_90", measured.passed());
                    json.writeNumberField("threshold_at_90", measured.threshold());
                    json.writeNumberField("slope", measured.fitted().slope());
                    json.writeNumberField("intercept", measured.fitted().intercept());
                    json.writeEndObject();
                }
                json.writeEndArray();
                json.writeEndObject();
            }));
            return;
        }
        for (Told told : all) {
            Abstention measured = told.abstention();
            out.printf(
                    Locale.ROOT,
                    "%s: AUROC %.3f (%,d questions answered, %,d not); a threshold of %.2f keeps 90 %% of the answered"
                            + " ones and lets %.0f %% of the others through; fitted: slope %.2f, intercept %.2f%n",
                    told.folder(),
                    measured.auroc(),
                    measured.answered(),
                    measured.notAnswered(),
                    measured.threshold(),
                    100 * measured.passed(),
                    measured.fitted().slope(),
                    measured.fitted().intercept());
        }
        out.flush();
    }

    /** Prints a table for each collection. */
    void table(List<Measured> all, boolean hops) {
        for (Measured measured : all) {
            out.printf(
                    Locale.ROOT,
                    "%s: %,d documents, %,d queries%n",
                    measured.name(),
                    measured.documents(),
                    measured.queries());
            out.printf(
                    Locale.ROOT,
                    "  %-10s %8s %9s %10s %7s %6s %8s %8s %8s%n",
                    "method",
                    "ndcg@10",
                    "recall@10",
                    "recall@100",
                    "mrr@10",
                    "map",
                    "ms p50",
                    "ms p99",
                    "index s");
            List<PairedComparison> comparisons = measured.comparisons();
            for (int i = 0; i < measured.outcomes().size(); i++) {
                Outcome outcome = measured.outcomes().get(i);
                line(outcome.method(), outcome.evaluation());
                out.printf(
                        Locale.ROOT,
                        " %8.1f %8.1f %8.1f%s%n",
                        outcome.millis(MEDIAN),
                        outcome.millis(HIGH),
                        outcome.indexSeconds(),
                        i == 0 ? "" : mark(comparisons.get(i - 1)));
                SpanScores spans = outcome.spans();
                if (spans != null) {
                    out.printf(
                            Locale.ROOT,
                            "    evidence in %,d tokens: recall %.4f, precision %.4f, IoU %.4f%n",
                            SpanJudge.BUDGET_TOKENS,
                            spans.recall(),
                            spans.precision(),
                            spans.iou());
                }
                if (outcome.degraded() > 0) {
                    out.printf(Locale.ROOT, "  (%,d queries went without a part)%n", outcome.degraded());
                }
                if (hops) {
                    outcome.hops().forEach((hop, judged) -> {
                        line("  " + hop, judged);
                        out.println();
                    });
                }
            }
        }
        if (all.stream().anyMatch(measured -> measured.outcomes().size() > 1)) {
            out.println("The difference is that of "
                    + all.getFirst().outcomes().getFirst().method()
                    + " in ndcg@10; * is more than chance (p < .05, paired permutation test, Holm).");
        }
        out.flush();
    }

    private static String mark(PairedComparison comparison) {
        return String.format(
                Locale.ROOT,
                "  %+.4f%s (p %.4f)",
                comparison.difference(),
                comparison.p() < Measured.LEVEL ? "*" : "",
                comparison.p());
    }

    private void line(String name, Evaluation evaluation) {
        List<RankingMetric> metrics = Outcome.METRICS;
        out.printf(
                Locale.ROOT,
                "  %-10s %8.4f %9.4f %10.4f %7.4f %6.4f",
                name,
                evaluation.mean(metrics.get(0)),
                evaluation.mean(metrics.get(1)),
                evaluation.mean(metrics.get(2)),
                evaluation.mean(metrics.get(3)),
                evaluation.mean(metrics.get(4)));
    }

    /** Prints one table of all collections and methods. */
    void matrix(EvalTable table, boolean asJson) {
        out.print(
                asJson
                        ? document(json -> {
                                    json.writeStartObject();
                                    table.json(json);
                                    json.writeEndObject();
                                })
                                + "\n"
                        : table.toString());
        out.flush();
    }

    /** Prints one JSON document: the figures of the collection, or a list where there are several. */
    void json(List<Measured> all, boolean hops) {
        out.println(document(json -> {
            json.writeStartObject();
            if (all.size() == 1) {
                collection(json, all.getFirst(), hops);
            } else {
                json.writeArrayFieldStart("collections");
                for (Measured measured : all) {
                    json.writeStartObject();
                    collection(json, measured, hops);
                    json.writeEndObject();
                }
                json.writeEndArray();
            }
            json.writeEndObject();
        }));
        out.flush();
    }

    private static void collection(JsonGenerator json, Measured measured, boolean hops) throws IOException {
        json.writeStringField("data", measured.name());
        json.writeNumberField("documents", measured.documents());
        json.writeNumberField("queries", measured.queries());
        failed(json, measured);
        outcome(json, measured.outcomes().getFirst(), hops);
        if (measured.outcomes().size() == 1) {
            return;
        }
        List<PairedComparison> comparisons = measured.comparisons();
        json.writeObjectFieldStart("compare");
        for (int i = 1; i < measured.outcomes().size(); i++) {
            json.writeObjectFieldStart(measured.outcomes().get(i).method());
            outcome(json, measured.outcomes().get(i), hops);
            json.writeNumberField("difference", comparisons.get(i - 1).difference());
            json.writeNumberField("p", comparisons.get(i - 1).p());
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    /** Writes which documents could not be read, if any. */
    static void failed(JsonGenerator json, Measured measured) throws IOException {
        if (measured.failed().isEmpty()) {
            return;
        }
        json.writeArrayFieldStart("failed");
        for (IngestReport.Failure failure : measured.failed()) {
            json.writeStartObject();
            json.writeStringField("source", failure.source());
            json.writeStringField("reason", failure.reason());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void outcome(JsonGenerator json, Outcome outcome, boolean hops) throws IOException {
        json.writeStringField("method", outcome.method());
        figures(json, outcome.evaluation());
        json.writeNumberField("ms_p50", outcome.millis(MEDIAN));
        json.writeNumberField("ms_p99", outcome.millis(HIGH));
        json.writeNumberField("index_seconds", outcome.indexSeconds());
        json.writeNumberField("degraded", outcome.degraded());
        SpanScores spans = outcome.spans();
        if (spans != null) {
            json.writeNumberField("span_recall", spans.recall());
            json.writeNumberField("span_precision", spans.precision());
            json.writeNumberField("span_iou", spans.iou());
        }
        if (hops) {
            json.writeObjectFieldStart("hops");
            for (Map.Entry<String, Evaluation> hop : outcome.hops().entrySet()) {
                json.writeObjectFieldStart(hop.getKey());
                figures(json, hop.getValue());
                json.writeEndObject();
            }
            json.writeEndObject();
        }
    }

    private static void figures(JsonGenerator json, Evaluation evaluation) throws IOException {
        for (RankingMetric metric : Outcome.METRICS) {
            json.writeNumberField(metric.id(), evaluation.mean(metric));
        }
    }

    /** Prints metrics as trec_eval does: name, topic or {@code all}, value with four digits. */
    void judged(
            Evaluation evaluation, List<RankingMetric> metrics, List<String> names, boolean perTopic, boolean asJson) {
        if (asJson) {
            out.println(document(json -> judgedJson(json, evaluation, metrics, names, perTopic)));
            return;
        }
        if (perTopic && !metrics.isEmpty()) {
            for (String topic : evaluation.perTopic(metrics.getFirst()).keySet()) {
                for (int i = 0; i < metrics.size(); i++) {
                    Double value = evaluation.perTopic(metrics.get(i)).get(topic);
                    out.printf(Locale.ROOT, "%-22s\t%s\t%.4f%n", names.get(i), topic, value);
                }
            }
        }
        for (int i = 0; i < metrics.size(); i++) {
            out.printf(Locale.ROOT, "%-22s\tall\t%.4f%n", names.get(i), evaluation.mean(metrics.get(i)));
        }
        out.flush();
    }

    private static void judgedJson(
            JsonGenerator json,
            Evaluation evaluation,
            List<RankingMetric> metrics,
            List<String> names,
            boolean perTopic)
            throws IOException {
        json.writeStartObject();
        for (int i = 0; i < metrics.size(); i++) {
            json.writeNumberField(names.get(i), evaluation.mean(metrics.get(i)));
        }
        if (perTopic) {
            json.writeObjectFieldStart("topics");
            for (int i = 0; i < metrics.size(); i++) {
                json.writeObjectFieldStart(names.get(i));
                for (Map.Entry<String, Double> topic :
                        evaluation.perTopic(metrics.get(i)).entrySet()) {
                    json.writeNumberField(topic.getKey(), topic.getValue());
                }
                json.writeEndObject();
            }
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    /** Writes JSON. */
    private interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    private static String document(Body body) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            body.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
