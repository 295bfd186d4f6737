package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.observability.LoggedEvent;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Prints one line for each question as it is read, and between them what else happened. Remembers a bounded number of hops. */
final class QuestionTable {

    /** Questions whose hops are remembered until their end is read. */
    private static final int MAX_OPEN = 4_096;

    /** Narrower than this, only the beginning of an id is shown; it is enough to ask for the question. */
    private static final int WIDE = 140;

    private final String format;
    private final int idWidth;

    private final PrintStream out;
    private final Ink ink;
    private final LogFilter filter;
    private final Map<String, Longest> open = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Longest> eldest) {
            return size() > MAX_OPEN;
        }
    };
    private final Map<String, Long> outcomes = new TreeMap<>();
    private boolean headed;

    QuestionTable(PrintStream out, Ink ink, LogFilter filter) {
        this.out = out;
        this.ink = ink;
        this.filter = filter;
        this.idWidth = ink.terminal() && ink.width() < WIDE ? 12 : 36;
        this.format = "%-23s  %-10s %-" + idWidth + "s  %-9s %9s %7s %11s  %s";
    }

    private record Longest(String hop, double ms) {}

    void take(LoggedEvent event) {
        if (!filter.covers(event)) {
            return;
        }
        String name = event.name();
        switch (name) {
            case "rag.hop.completed" -> {
                double ms = event.number("rag.hop_ms").orElse(0);
                open.merge(
                        event.text("rag.request_id"),
                        new Longest(event.text("rag.hop_name"), ms),
                        (known, other) -> other.ms() > known.ms() ? other : known);
            }
            case "rag.query.completed", "rag.query.failed" -> {
                Longest longest = open.remove(event.text("rag.request_id"));
                if (filter.wants(event)) {
                    question(event, longest == null ? "" : hop(longest));
                }
            }
            default -> {
                if (filter.all()) {
                    other(event);
                }
            }
        }
    }

    private static String hop(Longest longest) {
        return String.format(Locale.ROOT, "%s %.1f ms", longest.hop(), longest.ms());
    }

    private void question(LoggedEvent event, String longest) {
        if (!headed) {
            headed = true;
            print(
                    String.format(
                            Locale.ROOT,
                            format,
                            "TIME",
                            "PIPELINE",
                            "REQUEST",
                            "OUTCOME",
                            "MS",
                            "RESULTS",
                            "TOKENS",
                            "LONGEST STEP"),
                    "");
        }
        String outcome = event.text("rag.outcome");
        outcomes.merge(outcome, 1L, Long::sum);
        String note = outcome.equals("abstained")
                ? event.text("rag.abstain_reason")
                : event.text(event.name().equals("rag.query.failed") ? "rag.error_type" : "rag.degradations");
        String line = String.format(
                Locale.ROOT,
                format,
                time(event),
                Display.line(event.text("rag.pipeline"), 10),
                id(event),
                Display.line(outcome, 9),
                number(event, "rag.duration_ms", "%.1f"),
                number(event, "rag.result_count", "%.0f"),
                number(event, "rag.tokens_in", "%.0f") + "/" + number(event, "rag.tokens_out", "%.0f"),
                longest + (longest.isEmpty() || note.isEmpty() ? "" : "; ") + note);
        print(line, outcome);
    }

    /** Returns the id, or as much of it as there is room for, without dots: it may be copied. */
    private String id(LoggedEvent event) {
        String id = Display.line(event.text("rag.request_id"), 200);
        return id.codePoints()
                .limit(idWidth)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private void other(LoggedEvent event) {
        String text = switch (event.name()) {
            case "rag.ingest.completed" ->
                "ingest " + event.text("rag.outcome") + ": " + event.text("rag.added_count") + " added, "
                        + event.text("rag.updated_count") + " updated, " + event.text("rag.deleted_count")
                        + " deleted, " + event.text("rag.failed_count") + " failed, "
                        + event.text("rag.segment_count") + " segments in "
                        + number(event, "rag.duration_ms", "%.1f") + " ms";
            case "rag.health.changed" ->
                "health of " + (event.text("rag.component").isEmpty() ? "the whole" : event.text("rag.component"))
                        + ": " + event.text("rag.status_before") + " -> " + event.text("rag.status_after") + " "
                        + event.text("rag.health_reason");
            case "rag.slo.alert", "rag.drift.alert" ->
                event.name().substring(4, event.name().lastIndexOf('.')) + " alert " + event.text("rag.alert_name")
                        + (event.text("rag.firing").equals("true") ? " fires: " : " ends: ")
                        + event.text("rag.alert_value") + ", threshold " + event.text("rag.alert_threshold");
            default -> event.name();
        };
        boolean bad = event.text("rag.firing").equals("true")
                || event.text("rag.status_after").equals("down")
                || event.text("rag.outcome").equals("degraded");
        print(
                String.format(
                        Locale.ROOT,
                        "%-23s  %-10s %s",
                        time(event),
                        Display.line(event.text("rag.pipeline"), 10),
                        Display.line(text, 500)),
                bad ? "degraded" : "");
    }

    private void print(String line, String outcome) {
        String cut = Display.safe(line).stripTrailing();
        if (ink.terminal() && cut.length() > ink.width()) {
            cut = cut.substring(0, ink.width() - 1) + (ink.unicode() ? "…" : "~");
        }
        out.println(
                switch (outcome) {
                    case "error", "timeout" -> ink.red(cut);
                    case "degraded", "cancelled" -> ink.yellow(cut);
                    default -> cut;
                });
    }

    /** Returns how many questions were shown, by outcome. */
    String summary() {
        long sum = outcomes.values().stream().mapToLong(Long::longValue).sum();
        String each = outcomes.entrySet().stream()
                .map(entry -> entry.getValue() + " " + Display.line(entry.getKey(), 20))
                .collect(Collectors.joining(", "));
        return sum + (sum == 1 ? " question" : " questions") + (each.isEmpty() ? "" : ": " + each);
    }

    private static String time(LoggedEvent event) {
        return Display.line(event.text("rag.timestamp"), 24).replace('T', ' ').replace("Z", "");
    }

    private static String number(LoggedEvent event, String key, String format) {
        OptionalDouble value = event.number(key);
        return value.isPresent() ? String.format(Locale.ROOT, format, value.getAsDouble()) : "-";
    }
}
