package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.observability.LoggedEvent;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Draws one question: each hop as a bar from when it began to when it ended, in the order in which hops began. */
final class Waterfall {

    private static final String EIGHTHS = " ▏▎▍▌▋▊▉";

    /** What the widest names, times and notes are given. */
    private static final int NAME = 12;

    private static final int TIME = 11;

    private static final int CANDIDATES = 10;

    private final PrintStream out;
    private final Ink ink;

    Waterfall(PrintStream out, Ink ink) {
        this.out = out;
        this.ink = ink;
    }

    /**
     * Draws.
     *
     * @param events the hops of one question, and its end where it was logged
     * @param details whether candidates, attempts and texts follow
     */
    void draw(List<LoggedEvent> events, boolean details) {
        List<LoggedEvent> hops = new ArrayList<>(events.stream()
                .filter(event -> event.name().equals("rag.hop.completed"))
                .sorted(Comparator.comparingDouble(
                        event -> event.number("rag.hop_seq").orElse(0)))
                .toList());
        LoggedEvent end = events.stream()
                .filter(event -> event.name().startsWith("rag.query."))
                .findFirst()
                .orElse(null);
        LoggedEvent any = end == null ? hops.getFirst() : end;
        line(ink.bold("Question " + text(any, "rag.request_id")) + "  pipeline " + text(any, "rag.pipeline") + "  "
                + text(any, "rag.timestamp"));
        if (end == null) {
            line(ink.yellow("Its end is not in the log: it was under way, or the file goes on elsewhere."));
        } else {
            line(ending(end));
        }
        if (!any.text("rag.trace_id").isEmpty()) {
            line("trace " + text(any, "rag.trace_id") + "  span " + text(any, "rag.span_id"));
        }
        out.println();
        double total = hops.stream()
                .mapToDouble(hop -> ms(hop, "rag.hop_start_ms") + ms(hop, "rag.hop_ms"))
                .max()
                .orElse(0);
        total = Math.max(total, end == null ? 0 : ms(end, "rag.duration_ms"));
        if (hops.isEmpty()) {
            line("No steps: they are logged from the level standard on.");
        }
        for (LoggedEvent hop : hops) {
            hop(hop, total);
            if (details) {
                details(hop);
            }
        }
        if (end != null && details) {
            out.println();
            details(end);
        }
    }

    private String ending(LoggedEvent end) {
        String outcome = text(end, "rag.outcome");
        StringBuilder line = new StringBuilder(text(end, "rag.operation")).append(": ");
        line.append(
                switch (outcome) {
                    case "error", "timeout" -> ink.red(outcome);
                    case "degraded", "cancelled" -> ink.yellow(outcome);
                    default -> outcome;
                });
        append(line, " (", text(end, "rag.abstain_reason"), ")");
        append(line, " ", text(end, "rag.error_type"), "");
        line.append(String.format(Locale.ROOT, " in %.1f ms", ms(end, "rag.duration_ms")));
        append(line, ", ", text(end, "rag.result_count"), " results");
        append(line, ", tokens ", text(end, "rag.tokens_in"), " in");
        append(line, ", ", text(end, "rag.tokens_out"), " out");
        append(line, "; degraded: ", text(end, "rag.degradations"), "");
        return line.toString();
    }

    private void hop(LoggedEvent hop, double total) {
        String status = text(hop, "rag.hop_status");
        String note = note(hop, status);
        // Half of what is left is for the bars; a narrow terminal shows no notes.
        int left = ink.width() - 4 - NAME - 1 - TIME - 2;
        int bar = Math.max(8, ink.width() < 70 ? left : left * 55 / 100);
        int room = left - bar - 2;
        String drawn = bar(ms(hop, "rag.hop_start_ms"), ms(hop, "rag.hop_ms"), total, bar);
        String painted = status.equals("ok") ? ink.cyan(drawn) : ink.red(drawn);
        String line = String.format(
                Locale.ROOT,
                "%3.0f %-" + NAME + "s %s %8.1f ms",
                hop.number("rag.hop_seq").orElse(0),
                Display.line(hop.text("rag.hop_name"), NAME),
                "\0",
                ms(hop, "rag.hop_ms"));
        String shown = room < 8 ? (status.equals("ok") ? "" : " " + status) : "  " + Display.line(note, room);
        line(line.replace("\0", painted) + (status.equals("ok") ? shown : ink.red(shown)));
    }

    private static String note(LoggedEvent hop, String status) {
        StringBuilder note = new StringBuilder(status.equals("ok") ? "" : status + " ");
        append(note, "", hop.text("rag.error_type"), " ");
        note.append(hop.text("rag.in_count")).append(" > ").append(hop.text("rag.out_count"));
        if (hop.number("rag.top_score").isPresent()) {
            note.append(String.format(
                    Locale.ROOT,
                    ", best %.3f %s",
                    hop.number("rag.top_score").getAsDouble(),
                    hop.text("rag.score_kind")));
        }
        append(note, ", ", hop.text("rag.model"), "");
        append(note, ", tokens ", hop.text("rag.tokens_in"), "");
        append(note, "/", hop.text("rag.tokens_out"), "");
        String retries = hop.text("rag.retries");
        append(note, ", retries ", retries.equals("0") ? "" : retries, "");
        return note.toString();
    }

    /** Draws a bar in a field of so many columns; what took any time at all is seen. */
    private String bar(double start, double length, double total, int columns) {
        double scale = total <= 0 ? 0 : columns / total;
        if (!ink.unicode()) {
            int from = (int) Math.min(columns - 1, Math.round(start * scale));
            int cells = (int) Math.max(1, Math.min(columns - from, Math.round(length * scale)));
            return " ".repeat(from) + "#".repeat(cells) + " ".repeat(columns - from - cells);
        }
        int from = (int) Math.min(columns - 1, Math.floor(start * scale));
        int eighths = (int) Math.round(length * scale * 8);
        eighths = Math.clamp(eighths, 1, (columns - from) * 8);
        int cells = eighths / 8;
        String rest = eighths % 8 == 0 ? "" : String.valueOf(EIGHTHS.charAt(eighths % 8));
        return " ".repeat(from) + "█".repeat(cells) + rest + " ".repeat(columns - from - cells - rest.length());
    }

    private void details(LoggedEvent event) {
        List<Map<String, Object>> attempts = event.list("rag.attempts");
        for (Map<String, Object> attempt : attempts) {
            Object error = attempt.get("error_type");
            line(ink.dim("      attempt  " + value(attempt, "member") + "  " + value(attempt, "outcome") + "  "
                    + value(attempt, "ms") + " ms" + (error == null ? "" : "  " + error)));
        }
        List<Map<String, Object>> candidates = event.list("rag.candidates");
        for (Map<String, Object> candidate : candidates.subList(0, Math.min(CANDIDATES, candidates.size()))) {
            line(ink.dim(String.format(
                    Locale.ROOT,
                    "      %3s  %-10s %s",
                    value(candidate, "rank"),
                    score(candidate),
                    value(candidate, "id"))));
        }
        double more = Math.max(0, candidates.size() - CANDIDATES)
                + event.number("rag.candidates_omitted").orElse(0);
        if (more > 0) {
            line(ink.dim(String.format(Locale.ROOT, "           and %.0f more", more)));
        }
        for (Map.Entry<String, Object> field : event.fields().entrySet()) {
            if (DETAILS.contains(field.getKey())) {
                String name = field.getKey().substring(4).replace('_', ' ');
                WordWrap wrap = new WordWrap(out, ink.width());
                wrap.print(name + ": " + field.getValue());
                wrap.end();
            }
        }
    }

    private static final List<String> DETAILS = List.of(
            "rag.query_text",
            "rag.answer_text",
            "rag.query_length",
            "rag.query_script",
            "rag.query_hmac",
            "rag.top_k",
            "rag.answerability",
            "rag.rerank_overlap",
            "rag.template_id",
            "rag.config_hash",
            "rag.stack_trace");

    private static String score(Map<String, Object> candidate) {
        return candidate.get("score") instanceof Number score
                ? String.format(Locale.ROOT, "%.4f", score.doubleValue())
                : "";
    }

    private static String value(Map<String, Object> object, String key) {
        Object value = object.get(key);
        return value == null ? "" : Display.line(value.toString(), 120);
    }

    private static double ms(LoggedEvent event, String key) {
        return event.number(key).orElse(0);
    }

    private static String text(LoggedEvent event, String key) {
        return Display.line(event.text(key), 200);
    }

    private static void append(StringBuilder line, String before, String value, String after) {
        if (!value.isEmpty()) {
            line.append(before).append(value).append(after);
        }
    }

    private void line(String text) {
        out.println(text.stripTrailing());
    }
}
