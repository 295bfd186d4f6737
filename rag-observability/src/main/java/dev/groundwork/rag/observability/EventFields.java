package dev.groundwork.rag.observability;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.groundwork.rag.Answerability;
import dev.groundwork.rag.Degradation;
import dev.groundwork.rag.Hop;
import dev.groundwork.rag.IngestReport;
import dev.groundwork.rag.LlmAttempt;
import dev.groundwork.rag.RagEvent;
import dev.groundwork.rag.Trace;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Turns what happened into flat fields. All keys stand here and in {@link ContentFields}; no key is another one plus a dot
 * and more. The JSON Schemas beside this class describe every one of them.
 */
final class EventFields {

    /** Goes up when a key changes its meaning or goes away; new keys leave it as it is. */
    static final int SCHEMA_VERSION = 1;

    static final String QUERY_COMPLETED = "rag.query.completed";
    static final String QUERY_FAILED = "rag.query.failed";
    static final String HOP_COMPLETED = "rag.hop.completed";
    static final String INGEST_COMPLETED = "rag.ingest.completed";
    static final String HEALTH_CHANGED = "rag.health.changed";
    static final String SLO_ALERT = "rag.slo.alert";
    static final String DRIFT_ALERT = "rag.drift.alert";

    /** Room for about 60 candidates; backends cut or drop fields of some tens of kilobytes. */
    static final int MAX_DETAIL = 4_096;

    /** Some 80 frames. */
    static final int MAX_STACK_TRACE = 8_192;

    /** Of how many first hits the overlap before and after reranking is told. */
    static final int OVERLAP_AT = 10;

    private EventFields() {}

    /** Begins an event of a question that is over; content and the like may follow. */
    static LogEvent.Builder question(Finished done, LogLevel level, boolean slow, Instant now, @Nullable TraceIds ids) {
        Throwable error = done.error();
        LogEvent.Builder fields = start(error == null ? QUERY_COMPLETED : QUERY_FAILED, done.pipeline(), now);
        fields.text("rag.request_id", SafeText.name(done.question().requestId()));
        link(fields, ids);
        fields.text("rag.operation", done.operation())
                .text("rag.outcome", done.outcome())
                .text("rag.abstain_reason", done.reason())
                .decimal("rag.duration_ms", millis(done.trace().duration()));
        if (slow) {
            fields.flag("rag.slow", true);
        }
        fields.number("rag.tokens_in", done.tokensIn())
                .number("rag.tokens_out", done.tokensOut())
                .number("rag.result_count", done.results());
        if (error != null) {
            fields.text("rag.error_type", SafeText.errorType(error));
        }
        if (level.compareTo(LogLevel.STANDARD) >= 0) {
            fields.number("rag.top_k", done.question().limit());
            fields.number("rag.hop_count", done.trace().hops().size());
            fields.decimal("rag.answerability", answerability(done.trace()));
            List<Degradation> degradations = done.trace().degradations();
            if (!degradations.isEmpty()) {
                fields.text("rag.degradations", SafeText.cap(parts(degradations), MAX_DETAIL));
            }
        }
        if (level == LogLevel.EXTENDED) {
            fields.text("rag.started_at", time(done.trace().startedAt()));
            fields.decimal("rag.rerank_overlap", overlap(done.trace()));
            fields.number("rag.query_length", done.question().text().length());
            fields.text("rag.query_script", Scripts.of(done.question().text()));
            if (error != null) {
                fields.text("rag.stack_trace", SafeText.stackTrace(error, MAX_STACK_TRACE));
            }
        }
        return fields;
    }

    private static String parts(List<Degradation> degradations) {
        return degradations.stream()
                .map(d -> SafeText.name(d.hop()) + ":" + SafeText.code(d.reason()))
                .distinct()
                .collect(Collectors.joining(","));
    }

    private static double answerability(Trace trace) {
        return trace.answerability().map(Answerability::probability).orElse(Double.NaN);
    }

    private static double overlap(Trace trace) {
        return trace.rerankOverlap(OVERLAP_AT).orElse(Double.NaN);
    }

    static LogEvent hop(RagEvent.HopCompleted event, LogLevel level, Instant now, @Nullable TraceIds ids) {
        Hop hop = event.hop();
        LogEvent.Builder fields = start(HOP_COMPLETED, event.pipeline(), now);
        fields.text("rag.request_id", SafeText.name(event.requestId()));
        link(fields, ids);
        fields.text("rag.hop_name", SafeText.name(hop.name()))
                .number("rag.hop_seq", event.sequence())
                .text("rag.hop_status", Finished.lower(hop.status()))
                .decimal("rag.hop_start_ms", millis(hop.start()))
                .decimal("rag.hop_ms", millis(hop.duration()))
                .number("rag.in_count", hop.in())
                .number("rag.out_count", hop.out());
        if (!hop.queued().isZero()) {
            fields.decimal("rag.queue_ms", millis(hop.queued()));
        }
        String model = hop.model();
        if (model != null) {
            fields.text("rag.model", SafeText.name(model));
        }
        fields.number("rag.tokens_in", hop.tokensIn()).number("rag.tokens_out", hop.tokensOut());
        scores(fields, hop.candidates());
        if (!hop.attempts().isEmpty()) {
            fields.number("rag.retries", retries(hop.attempts()));
        }
        if (!hop.errorType().isEmpty()) {
            fields.text("rag.error_type", SafeText.errorType(hop.errorType()));
        }
        if (level == LogLevel.EXTENDED) {
            detail(fields, "rag.candidates", hop.candidates(), MAX_DETAIL, EventFields::candidate);
            detail(fields, "rag.attempts", hop.attempts(), MAX_DETAIL, EventFields::attempt);
        }
        return fields.build(worrying(hop));
    }

    static boolean worrying(Hop hop) {
        return hop.status() == Hop.Status.FAILED || hop.status() == Hop.Status.TIMED_OUT;
    }

    static LogEvent ingest(RagEvent.IngestCompleted event, Instant now) {
        IngestReport report = event.report();
        return start(INGEST_COMPLETED, event.pipeline(), now)
                .text("rag.outcome", report.failed().isEmpty() ? "completed" : Finished.DEGRADED)
                .decimal("rag.duration_ms", millis(report.duration()))
                .number("rag.added_count", report.added())
                .number("rag.updated_count", report.updated())
                .number("rag.unchanged_count", report.unchanged())
                .number("rag.deleted_count", report.deleted())
                .number("rag.failed_count", report.failed().size())
                .number("rag.segment_count", report.segments())
                .build(worrying(event));
    }

    static boolean worrying(RagEvent.IngestCompleted event) {
        return !event.report().failed().isEmpty();
    }

    static LogEvent health(RagEvent.HealthChanged event, Instant now) {
        LogEvent.Builder fields = start(HEALTH_CHANGED, event.pipeline(), now);
        if (!event.component().isEmpty()) {
            fields.text("rag.component", SafeText.name(event.component()));
        }
        fields.text("rag.status_before", SafeText.code(event.before()))
                .text("rag.status_after", SafeText.code(event.after()));
        if (!event.reason().isEmpty()) {
            fields.text("rag.health_reason", SafeText.name(event.reason()));
        }
        return fields.build(worrying(event));
    }

    static boolean worrying(RagEvent.HealthChanged event) {
        return event.after().equals("down") || event.after().equals("degraded");
    }

    static LogEvent alert(RagEvent.AlertChanged event, Instant now) {
        String name = switch (event.kind()) {
            case SLO -> SLO_ALERT;
            case DRIFT -> DRIFT_ALERT;
        };
        return start(name, event.pipeline(), now)
                .text("rag.alert_name", SafeText.name(event.alert()))
                .flag("rag.firing", event.firing())
                .decimal("rag.alert_value", event.value())
                .decimal("rag.alert_threshold", event.threshold())
                .decimal("rag.window_ms", millis(event.window()))
                .build(event.firing());
    }

    private static LogEvent.Builder start(String event, String pipeline, Instant now) {
        return new LogEvent.Builder(event)
                .text("rag.timestamp", time(now))
                .text("rag.event_name", event)
                .number("rag.schema_version", SCHEMA_VERSION)
                .text("rag.pipeline", SafeText.name(pipeline));
    }

    private static void link(LogEvent.Builder fields, @Nullable TraceIds ids) {
        if (ids != null) {
            fields.text("rag.trace_id", ids.traceId()).text("rag.span_id", ids.spanId());
        }
    }

    private static void scores(LogEvent.Builder fields, List<Hop.Candidate> candidates) {
        if (candidates.isEmpty() || !Double.isFinite(candidates.getFirst().score())) {
            return;
        }
        double top = candidates.getFirst().score();
        fields.decimal("rag.top_score", top)
                .text("rag.score_kind", Finished.lower(candidates.getFirst().kind()));
        if (candidates.size() > 1) {
            fields.decimal("rag.score_gap", top - candidates.get(1).score());
        }
    }

    /** Calls after the first one; a member that rested was not called. */
    private static long retries(List<LlmAttempt> attempts) {
        long calls = attempts.stream()
                .filter(attempt -> attempt.outcome() != LlmAttempt.Outcome.SKIPPED)
                .count();
        return Math.max(0, calls - 1);
    }

    private static void candidate(JsonGenerator json, Hop.Candidate candidate) throws IOException {
        json.writeStringField("id", SafeText.name(candidate.id()));
        json.writeNumberField("rank", candidate.rank());
        if (Double.isFinite(candidate.score())) {
            json.writeNumberField("score", candidate.score());
        }
    }

    private static void attempt(JsonGenerator json, LlmAttempt attempt) throws IOException {
        json.writeStringField("member", SafeText.name(attempt.member()));
        json.writeStringField("outcome", Finished.lower(attempt.outcome()));
        json.writeNumberField("ms", millis(attempt.duration()));
        if (!attempt.errorType().isEmpty()) {
            json.writeStringField("error_type", SafeText.errorType(attempt.errorType()));
        }
    }

    /** Writes a list as one string that holds a JSON array, of as many entries as fit; what was left out is counted. */
    static <T> void detail(LogEvent.Builder fields, String key, List<T> entries, int most, EntryWriter<T> writer) {
        if (entries.isEmpty()) {
            return;
        }
        StringWriter out = new StringWriter(1_024);
        StringBuffer array = out.getBuffer();
        int written = 0;
        try (JsonGenerator json = LogEvent.JSON.createGenerator(out)) {
            json.writeStartArray();
            json.flush();
            for (T entry : entries) {
                int before = array.length();
                json.writeStartObject();
                writer.write(json, entry);
                json.writeEndObject();
                json.flush();
                if (array.length() + 1 > most) {
                    array.setLength(before);
                    break;
                }
                written++;
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException("a string can always be written to", e);
        }
        fields.text(key, array.toString());
        if (written < entries.size()) {
            fields.number(key + "_omitted", entries.size() - written);
        }
    }

    /** Returns the time with milliseconds; a formatter would take ten times as long, once for each line. */
    private static String time(Instant instant) {
        LocalDateTime utc = LocalDateTime.ofEpochSecond(instant.getEpochSecond(), instant.getNano(), ZoneOffset.UTC);
        StringBuilder text = new StringBuilder(24);
        digits(text, utc.getYear(), 4).append('-');
        digits(text, utc.getMonthValue(), 2).append('-');
        digits(text, utc.getDayOfMonth(), 2).append('T');
        digits(text, utc.getHour(), 2).append(':');
        digits(text, utc.getMinute(), 2).append(':');
        digits(text, utc.getSecond(), 2).append('.');
        return digits(text, utc.getNano() / 1_000_000, 3).append('Z').toString();
    }

    private static StringBuilder digits(StringBuilder text, int value, int count) {
        String digits = Integer.toString(value);
        return text.repeat('0', Math.max(0, count - digits.length())).append(digits);
    }

    private static double millis(Duration duration) {
        return Math.round(duration.toNanos() / 1e3) / 1e3;
    }

    /** Writes the fields of one entry. */
    @FunctionalInterface
    interface EntryWriter<T> {
        void write(JsonGenerator json, T entry) throws IOException;
    }
}
