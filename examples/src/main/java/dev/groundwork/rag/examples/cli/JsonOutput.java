package dev.groundwork.rag.examples.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.groundwork.rag.Answer;
import dev.groundwork.rag.Citation;
import dev.groundwork.rag.Degradation;
import dev.groundwork.rag.Health;
import dev.groundwork.rag.Hit;
import dev.groundwork.rag.IngestReport;
import dev.groundwork.rag.MemberStatus;
import dev.groundwork.rag.Score;
import dev.groundwork.rag.SearchResult;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The commands' results as JSON, each one document. */
final class JsonOutput {

    private static final JsonFactory JSON = new JsonFactory();

    private JsonOutput() {}

    static String answer(Answer answer, List<IngestReport> ingested, Places places) {
        return document(json -> {
            json.writeStringField("outcome", answer.outcome());
            switch (answer) {
                case Answer.Grounded grounded -> json.writeStringField("origin", lower(grounded.origin()));
                case Answer.Degraded degraded -> json.writeStringField("origin", lower(degraded.origin()));
                case Answer.Abstained abstained -> json.writeStringField("reason", lower(abstained.reason()));
            }
            json.writeStringField("answer", answer.text());
            json.writeArrayFieldStart("citations");
            for (Citation citation : answer.citations()) {
                json.writeStartObject();
                json.writeNumberField("n", citation.number());
                json.writeStringField("source", citation.source());
                json.writeNumberField("start_line", citation.startLine());
                json.writeNumberField("end_line", citation.endLine());
                json.writeStringField("quote", citation.quote());
                json.writeBooleanField("supported", citation.supported());
                json.writeStringField("verdict", lower(citation.verdict()));
                path(json, places, citation.segmentId(), citation.source());
                json.writeEndObject();
            }
            json.writeEndArray();
            if (answer instanceof Answer.Degraded degraded) {
                degradations(json, degraded.degradations());
            }
            if (!ingested.isEmpty()) {
                json.writeObjectFieldStart("ingest");
                ingest(json, ingested);
                json.writeEndObject();
            }
            json.writeFieldName("trace");
            json.writeRawValue(answer.trace().toJson());
        });
    }

    static String search(SearchResult result, List<IngestReport> ingested, Places places) {
        return document(json -> {
            json.writeArrayFieldStart("hits");
            int rank = 0;
            for (Hit hit : result.hits()) {
                json.writeStartObject();
                json.writeNumberField("rank", ++rank);
                json.writeStringField("id", hit.id());
                json.writeStringField("source", hit.source());
                json.writeNumberField("start_line", hit.startLine());
                json.writeNumberField("end_line", hit.endLine());
                path(json, places, hit.id(), hit.source());
                json.writeStringField("text", hit.segment().text());
                json.writeObjectFieldStart("scores");
                for (Score score : hit.scores()) {
                    json.writeNumberField(score.hop(), score.value());
                }
                json.writeEndObject();
                json.writeEndObject();
            }
            json.writeEndArray();
            if (result.degraded()) {
                degradations(json, result.trace().degradations());
            }
            if (!ingested.isEmpty()) {
                json.writeObjectFieldStart("ingest");
                ingest(json, ingested);
                json.writeEndObject();
            }
            json.writeFieldName("trace");
            json.writeRawValue(result.trace().toJson());
        });
    }

    static String ingest(List<IngestReport> reports) {
        return document(json -> ingest(json, reports));
    }

    static String health(Health health) {
        return document(json -> health(json, health));
    }

    static String pool(List<MemberStatus> members) {
        return document(json -> {
            json.writeArrayFieldStart("members");
            for (MemberStatus member : members) {
                json.writeStartObject();
                json.writeStringField("name", member.name());
                json.writeStringField("state", lower(member.state()));
                json.writeStringField("reason", member.reason());
                json.writeNumberField("retry_in_ms", member.retryIn().toMillis());
                json.writeNumberField("in_flight", member.inFlight());
                json.writeNumberField("calls", member.calls());
                json.writeNumberField("served", member.served());
                json.writeNumberField("input_tokens", member.inputTokens());
                json.writeNumberField("output_tokens", member.outputTokens());
                json.writeNumberField("cost", member.cost());
                Duration latency = member.answerLatency();
                if (latency != null) {
                    json.writeNumberField("latency_ms", latency.toMillis());
                }
                json.writeObjectFieldStart("left");
                for (Map.Entry<String, Double> left : member.limitsLeft().entrySet()) {
                    json.writeNumberField(left.getKey(), left.getValue());
                }
                json.writeEndObject();
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    static String failure(String type, String message) {
        return document(json -> {
            json.writeObjectFieldStart("error");
            json.writeStringField("type", type);
            json.writeStringField("message", message);
            json.writeEndObject();
        });
    }

    private static void ingest(JsonGenerator json, List<IngestReport> reports) throws IOException {
        IngestTotals totals = IngestTotals.of(reports);
        json.writeNumberField("added", totals.added());
        json.writeNumberField("updated", totals.updated());
        json.writeNumberField("unchanged", totals.unchanged());
        json.writeNumberField("deleted", totals.deleted());
        json.writeArrayFieldStart("failed");
        for (IngestReport.Failure failure : totals.failed()) {
            json.writeStartObject();
            json.writeStringField("source", failure.source());
            json.writeStringField("reason", failure.reason());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeNumberField("segments", totals.segments());
        json.writeNumberField("seconds", totals.seconds());
    }

    private static void health(JsonGenerator json, Health health) throws IOException {
        json.writeStringField("status", health.status());
        if (!health.reason().isEmpty()) {
            json.writeStringField("reason", health.reason());
        }
        if (!health.details().isEmpty()) {
            json.writeObjectFieldStart("details");
            for (Map.Entry<String, Object> detail : health.details().entrySet()) {
                json.writeFieldName(detail.getKey());
                switch (detail.getValue()) {
                    case Boolean value -> json.writeBoolean(value);
                    case Integer value -> json.writeNumber(value);
                    case Long value -> json.writeNumber(value);
                    case Number value
                    when Double.isFinite(value.doubleValue()) -> json.writeNumber(value.doubleValue());
                    case Object value -> json.writeString(value.toString());
                }
            }
            json.writeEndObject();
        }
        json.writeObjectFieldStart("components");
        for (Map.Entry<String, Health> component : health.components().entrySet()) {
            json.writeObjectFieldStart(component.getKey());
            health(json, component.getValue());
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static void degradations(JsonGenerator json, List<Degradation> degradations) throws IOException {
        json.writeArrayFieldStart("degradations");
        for (Degradation degradation : degradations) {
            json.writeStartObject();
            json.writeStringField("hop", degradation.hop());
            json.writeStringField("reason", degradation.reason());
            json.writeStringField("detail", degradation.detail());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void path(JsonGenerator json, Places places, String segmentId, String source) throws IOException {
        String path = places.path(segmentId, source);
        if (path != null) {
            json.writeStringField("path", path);
        }
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String document(Body body) {
        StringWriter out = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            body.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a string can always be written to", e);
        }
        return out.toString();
    }

    @FunctionalInterface
    private interface Body {
        void write(JsonGenerator json) throws IOException;
    }
}
