package dev.groundwork.rag.observability;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.groundwork.rag.Degradation;
import dev.groundwork.rag.Hop;
import dev.groundwork.rag.IngestReport;
import dev.groundwork.rag.LlmAttempt;
import dev.groundwork.rag.RagEvent;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes one event as one flat JSON object in one line of ASCII, so that no backend, encoding or line reader can split
 * or spoil it. All keys stand here; no key is another one plus a dot and more.
 */
final class EventJson {

    /** Goes up when a key changes its meaning or goes away; new keys leave it as it is. */
    static final int SCHEMA_VERSION = 1;

    /** Room for about 60 candidates; backends cut or drop fields of some tens of kilobytes. */
    static final int MAX_DETAIL = 4_096;

    /** Some 80 frames. */
    static final int MAX_STACK_TRACE = 8_192;

    private static final JsonFactory JSON =
            new JsonFactoryBuilder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private EventJson() {}

    static String question(Finished done, LogLevel level, Instant now) throws IOException {
        StringWriter out = new StringWriter(512);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            start(json, done.error() == null ? "rag.query.completed" : "rag.query.failed", done.pipeline(), now);
            json.writeStringField(
                    "rag.request_id", SafeText.name(done.question().requestId()));
            json.writeStringField("rag.operation", done.operation());
            json.writeStringField("rag.outcome", done.outcome());
            if (done.reason() != null) {
                json.writeStringField("rag.abstain_reason", done.reason());
            }
            json.writeNumberField("rag.duration_ms", millis(done.trace().duration()));
            number(json, "rag.tokens_in", done.tokensIn());
            number(json, "rag.tokens_out", done.tokensOut());
            json.writeNumberField("rag.result_count", done.results());
            if (done.error() != null) {
                json.writeStringField("rag.error_type", SafeText.errorType(done.error()));
            }
            List<Degradation> degradations = done.trace().degradations();
            if (level.compareTo(LogLevel.STANDARD) >= 0 && !degradations.isEmpty()) {
                String parts = degradations.stream()
                        .map(d -> SafeText.name(d.hop()) + ":" + SafeText.code(d.reason()))
                        .distinct()
                        .collect(Collectors.joining(","));
                json.writeStringField("rag.degradations", SafeText.cap(parts, MAX_DETAIL));
            }
            if (level == LogLevel.EXTENDED) {
                json.writeNumberField("rag.query_length", done.question().text().length());
                if (done.error() != null) {
                    json.writeStringField("rag.stack_trace", SafeText.stackTrace(done.error(), MAX_STACK_TRACE));
                }
            }
            json.writeEndObject();
        }
        return out.toString();
    }

    static String hop(RagEvent.HopCompleted event, LogLevel level, Instant now) throws IOException {
        Hop hop = event.hop();
        StringWriter out = new StringWriter(512);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            start(json, "rag.hop.completed", event.pipeline(), now);
            json.writeStringField("rag.request_id", SafeText.name(event.requestId()));
            json.writeStringField("rag.hop_name", SafeText.name(hop.name()));
            json.writeNumberField("rag.hop_seq", event.sequence());
            json.writeStringField("rag.hop_status", Finished.lower(hop.status()));
            json.writeNumberField("rag.hop_start_ms", millis(hop.start()));
            json.writeNumberField("rag.hop_ms", millis(hop.duration()));
            json.writeNumberField("rag.in_count", hop.in());
            json.writeNumberField("rag.out_count", hop.out());
            String model = hop.model();
            if (model != null) {
                json.writeStringField("rag.model", SafeText.name(model));
            }
            number(json, "rag.tokens_in", hop.tokensIn());
            number(json, "rag.tokens_out", hop.tokensOut());
            scores(json, hop.candidates());
            if (!hop.attempts().isEmpty()) {
                json.writeNumberField("rag.retries", retries(hop.attempts()));
            }
            if (!hop.errorType().isEmpty()) {
                json.writeStringField("rag.error_type", SafeText.errorType(hop.errorType()));
            }
            if (level == LogLevel.EXTENDED) {
                if (!hop.candidates().isEmpty()) {
                    detail(json, "rag.candidates", hop.candidates(), EventJson::candidate);
                }
                if (!hop.attempts().isEmpty()) {
                    detail(json, "rag.attempts", hop.attempts(), EventJson::attempt);
                }
            }
            json.writeEndObject();
        }
        return out.toString();
    }

    static String ingest(RagEvent.IngestCompleted event, Instant now) throws IOException {
        IngestReport report = event.report();
        StringWriter out = new StringWriter(512);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            start(json, "rag.ingest.completed", event.pipeline(), now);
            json.writeStringField("rag.outcome", report.failed().isEmpty() ? "completed" : Finished.DEGRADED);
            json.writeNumberField("rag.duration_ms", millis(report.duration()));
            json.writeNumberField("rag.added_count", report.added());
            json.writeNumberField("rag.updated_count", report.updated());
            json.writeNumberField("rag.unchanged_count", report.unchanged());
            json.writeNumberField("rag.deleted_count", report.deleted());
            json.writeNumberField("rag.failed_count", report.failed().size());
            json.writeNumberField("rag.segment_count", report.segments());
            json.writeEndObject();
        }
        return out.toString();
    }

    private static void start(JsonGenerator json, String event, String pipeline, Instant now) throws IOException {
        json.writeStartObject();
        json.writeStringField("rag.timestamp", TIME.format(now));
        json.writeStringField("rag.event_name", event);
        json.writeNumberField("rag.schema_version", SCHEMA_VERSION);
        json.writeStringField("rag.pipeline", SafeText.name(pipeline));
    }

    private static void scores(JsonGenerator json, List<Hop.Candidate> candidates) throws IOException {
        if (candidates.isEmpty() || !Double.isFinite(candidates.getFirst().score())) {
            return;
        }
        double top = candidates.getFirst().score();
        json.writeNumberField("rag.top_score", top);
        json.writeStringField(
                "rag.score_kind", Finished.lower(candidates.getFirst().kind()));
        if (candidates.size() > 1 && Double.isFinite(top - candidates.get(1).score())) {
            json.writeNumberField("rag.score_gap", top - candidates.get(1).score());
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
    private static <T> void detail(JsonGenerator json, String key, List<T> entries, EntryWriter<T> writer)
            throws IOException {
        StringBuilder array = new StringBuilder("[");
        int written = 0;
        for (T entry : entries) {
            StringWriter one = new StringWriter();
            try (JsonGenerator inner = JSON.createGenerator(one)) {
                inner.writeStartObject();
                writer.write(inner, entry);
                inner.writeEndObject();
            }
            if (array.length() + one.getBuffer().length() + 2 > MAX_DETAIL) {
                break;
            }
            array.append(written++ == 0 ? "" : ",").append(one.getBuffer());
        }
        json.writeStringField(key, array.append(']').toString());
        if (written < entries.size()) {
            json.writeNumberField(key + "_omitted", entries.size() - written);
        }
    }

    private static void number(JsonGenerator json, String key, @Nullable Number value) throws IOException {
        if (value != null) {
            json.writeNumberField(key, value.longValue());
        }
    }

    private static double millis(Duration duration) {
        return Math.round(duration.toNanos() / 1e3) / 1e3;
    }

    /** Writes the fields of one entry. */
    @FunctionalInterface
    private interface EntryWriter<T> {
        void write(JsonGenerator json, T entry) throws IOException;
    }
}
