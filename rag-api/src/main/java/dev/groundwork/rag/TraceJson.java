package dev.groundwork.rag;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalDouble;

/** Writes a {@link Trace} as JSON. Times are milliseconds with three decimals, probabilities and cosines have four. */
final class TraceJson {

    private static final JsonFactory JSON = new JsonFactory();

    /** Of how many first hits the overlap before and after reranking is told: what a prompt has room for. */
    private static final int OVERLAP_AT = 10;

    private TraceJson() {}

    static String write(Trace trace) {
        StringWriter out = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("request_id", trace.requestId());
            json.writeStringField("pipeline", trace.pipeline());
            json.writeStringField("started_at", trace.startedAt().toString());
            json.writeNumberField("duration_ms", millis(trace.duration()));
            OptionalDouble overlap = trace.rerankOverlap(OVERLAP_AT);
            if (overlap.isPresent()) {
                json.writeNumberField("rerank_overlap", overlap.getAsDouble());
            }
            if (trace.answerability().isPresent()) {
                write(json, trace.answerability().get());
            }
            json.writeArrayFieldStart("hops");
            for (Hop hop : trace.hops()) {
                write(json, hop);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("degradations");
            for (Degradation degradation : trace.degradations()) {
                json.writeStartObject();
                json.writeStringField("hop", degradation.hop());
                json.writeStringField("reason", degradation.reason());
                json.writeStringField("detail", degradation.detail());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a string can always be written to", e);
        }
        return out.toString();
    }

    private static void write(JsonGenerator json, Answerability answerability) throws IOException {
        json.writeObjectFieldStart("answerability");
        json.writeNumberField("probability", rounded(answerability.probability()));
        json.writeNumberField("cosine", rounded(answerability.cosine()));
        json.writeNumberField("lead", rounded(answerability.lead()));
        if (answerability.tokens().isPresent()) {
            Answerability.Tokens tokens = answerability.tokens().get();
            json.writeNumberField("token_nearness", rounded(tokens.nearness()));
            json.writeNumberField("token_lead", rounded(tokens.lead()));
        }
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, Hop hop) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", hop.name());
        json.writeStringField("status", lower(hop.status()));
        json.writeNumberField("start_ms", millis(hop.start()));
        json.writeNumberField("duration_ms", millis(hop.duration()));
        if (!hop.queued().isZero()) {
            json.writeNumberField("queue_ms", millis(hop.queued()));
        }
        json.writeNumberField("in", hop.in());
        json.writeNumberField("out", hop.out());
        String model = hop.model();
        if (model != null) {
            json.writeStringField("model", model);
        }
        Integer tokensIn = hop.tokensIn();
        if (tokensIn != null) {
            json.writeNumberField("tokens_in", tokensIn);
        }
        Integer tokensOut = hop.tokensOut();
        if (tokensOut != null) {
            json.writeNumberField("tokens_out", tokensOut);
        }
        if (!hop.errorType().isEmpty()) {
            json.writeStringField("error_type", hop.errorType());
        }
        if (!hop.attempts().isEmpty()) {
            json.writeArrayFieldStart("attempts");
            for (LlmAttempt attempt : hop.attempts()) {
                json.writeStartObject();
                json.writeStringField("member", attempt.member());
                json.writeStringField("outcome", lower(attempt.outcome()));
                json.writeNumberField("duration_ms", millis(attempt.duration()));
                if (!attempt.errorType().isEmpty()) {
                    json.writeStringField("error_type", attempt.errorType());
                }
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        json.writeArrayFieldStart("candidates");
        for (Hop.Candidate candidate : hop.candidates()) {
            json.writeStartObject();
            json.writeStringField("id", candidate.id());
            json.writeNumberField("rank", candidate.rank());
            json.writeNumberField("score", candidate.score());
            json.writeStringField("kind", lower(candidate.kind()));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static double rounded(double value) {
        return Math.round(value * 1e4) / 1e4;
    }

    private static double millis(Duration duration) {
        return Math.round(duration.toNanos() / 1e3) / 1e3;
    }
}
