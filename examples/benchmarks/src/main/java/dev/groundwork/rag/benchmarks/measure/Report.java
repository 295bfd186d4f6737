package dev.groundwork.rag.benchmarks.measure;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The result of one benchmark, as a table and as JSON. */
public final class Report {

    /** The unit of figures that differ from 1 by little, so that they are told with six decimals. */
    public static final String COSINE = "cosine";

    private static final List<String> HEAD =
            List.of("", "ours", "recall", "peer's", "recall", "ratio", "target", "", "peer");

    private final String benchmark;
    private final Conditions conditions;
    private final List<Line> lines = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /** Starts one. */
    public Report(String benchmark, Conditions conditions) {
        this.benchmark = benchmark;
        this.conditions = conditions;
    }

    /** Adds a line of figures. */
    public void add(Line line) {
        lines.add(line);
    }

    /** Adds what a reader needs to know beside the figures. */
    public void note(String note) {
        notes.add(note);
    }

    /** Returns the lines of figures. */
    public List<Line> lines() {
        return List.copyOf(lines);
    }

    /** Returns it for a terminal. */
    public String toTable() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEAD);
        for (Line line : lines) {
            rows.add(List.of(
                    line.what(),
                    figure(line.ours(), line.unit()),
                    recall(line.ourRecall()),
                    Double.isNaN(line.theirs()) ? "" : figure(line.theirs(), line.unit()),
                    recall(line.theirRecall()),
                    Double.isNaN(line.ratio()) ? "" : ratio(line.ratio()),
                    line.target() == null ? "" : line.target().toString(),
                    line.target() == null ? "" : line.reached() ? "reached" : "missed",
                    line.peer()));
        }
        int[] widths = new int[HEAD.size()];
        rows.forEach(row -> {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        });
        StringBuilder text = new StringBuilder(benchmark + ": " + conditions.data() + "\n" + conditions + "\n\n");
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String pad = " ".repeat(widths[i] - row.get(i).length());
                boolean left = i == 0 || i >= 7;
                line.append(i == 0 ? "" : "  ").append(left ? row.get(i) + pad : pad + row.get(i));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        if (!notes.isEmpty()) {
            text.append('\n');
        }
        notes.forEach(note -> text.append("- ").append(note).append('\n'));
        return text.toString();
    }

    /** Writes results as one JSON document, an array. */
    public static void writeJson(Path file, List<Report> reports) throws IOException {
        ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        ArrayNode all = mapper.createArrayNode();
        reports.forEach(report -> report.writeTo(all.addObject()));
        Files.writeString(file, mapper.writeValueAsString(all) + "\n");
    }

    private void writeTo(ObjectNode root) {
        root.put("benchmark", benchmark);
        conditions.writeTo(root);
        ArrayNode figures = root.putArray("figures");
        for (Line line : lines) {
            ObjectNode node = figures.addObject().put("what", line.what()).put("unit", line.unit());
            number(node, "ours", line.ours());
            number(node, "ourRecall", line.ourRecall());
            if (!line.peer().isEmpty()) {
                node.put("peer", line.peer());
            }
            number(node, "theirs", line.theirs());
            number(node, "theirRecall", line.theirRecall());
            number(node, "ratio", line.ratio());
            Target target = line.target();
            if (target != null) {
                node.put("target", target.toString()).put("reached", line.reached());
            }
        }
        ArrayNode all = root.putArray("notes");
        notes.forEach(all::add);
    }

    private static void number(ObjectNode node, String name, double value) {
        if (!Double.isNaN(value)) {
            node.put(name, value);
        }
    }

    private static String figure(double value, String unit) {
        double size = Math.abs(value);
        String few = unit.equals(COSINE) ? "%.6f" : "%.2f";
        return String.format(Locale.ROOT, size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : few, value) + " " + unit;
    }

    private static String ratio(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.3f", value);
    }

    private static String recall(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.4f", value);
    }
}
