package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.observability.LoggedEvent;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which events are looked at. */
final class LogFilter {

    private static final Pattern AGO = Pattern.compile("([0-9]{1,9})(s|m|h|d)");
    private static final Set<String> FAILURES = Set.of("error", "timeout");

    @Option(order = 1, names = "--failed", description = "Only questions that failed or ran out of time.")
    private boolean failed;

    @Option(
            order = 2,
            names = "--slow",
            paramLabel = "MS",
            arity = "0..1",
            fallbackValue = "-1",
            description = "Only questions that took at least so many milliseconds; without a number, those that were"
                    + " logged as slow.")
    private @Nullable Double slow;

    @Option(order = 3, names = "--pipeline", paramLabel = "NAME", description = "Only this pipeline.")
    private @Nullable String pipeline;

    @Option(
            order = 4,
            names = "--since",
            paramLabel = "TIME",
            description = "Only what happened since: 90s, 15m, 2h or 3d ago, or a time such as 2026-11-25T07:00 (UTC).")
    private @Nullable String since;

    private @Nullable Instant from;

    /**
     * Reads the values.
     *
     * @throws UsageException if one is out of its range
     */
    void prepare(InstantSource clock) {
        String text = since;
        if (text != null) {
            from = instant(text, clock);
        }
        if (slow != null && slow < 0 && slow != -1) {
            throw new UsageException("--slow is " + slow + ", must be 0 or more milliseconds");
        }
    }

    private static Instant instant(String text, InstantSource clock) {
        Matcher ago = AGO.matcher(text.strip());
        if (ago.matches()) {
            long amount = Long.parseLong(ago.group(1));
            return clock.instant()
                    .minus(
                            switch (ago.group(2)) {
                                case "s" -> Duration.ofSeconds(amount);
                                case "m" -> Duration.ofMinutes(amount);
                                case "h" -> Duration.ofHours(amount);
                                default -> Duration.ofDays(amount);
                            });
        }
        try {
            if (text.endsWith("Z")) {
                return Instant.parse(text);
            }
            return text.contains("T")
                    ? LocalDateTime.parse(text).toInstant(ZoneOffset.UTC)
                    : LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw new UsageException(
                    "--since is '" + text + "', must be like 90s, 15m, 2h, 3d, 2026-11-25 or 2026-11-25T07:00");
        }
    }

    /** Returns whether the event is of the time and the pipeline that are wanted. */
    boolean covers(LoggedEvent event) {
        if (pipeline != null && !pipeline.equals(event.text("rag.pipeline"))) {
            return false;
        }
        Instant earliest = from;
        if (earliest == null) {
            return true;
        }
        try {
            return !Instant.parse(event.text("rag.timestamp")).isBefore(earliest);
        } catch (DateTimeException e) {
            return false;
        }
    }

    /** Returns whether all questions are wanted, and with them what is no question. */
    boolean all() {
        return !failed && slow == null;
    }

    /** Returns whether the end of a question is one that is wanted. */
    boolean wants(LoggedEvent end) {
        if (failed && !FAILURES.contains(end.text("rag.outcome"))) {
            return false;
        }
        Double least = slow;
        if (least == null) {
            return true;
        }
        return least < 0
                ? end.text("rag.slow").equals("true")
                : end.number("rag.duration_ms").orElse(0) >= least;
    }
}
