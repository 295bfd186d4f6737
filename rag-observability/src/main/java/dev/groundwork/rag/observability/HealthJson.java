package dev.groundwork.rag.observability;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.groundwork.rag.Health;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Map;

/** Writes health in the shapes that frameworks know. */
final class HealthJson {

    private static final JsonFactory JSON = new JsonFactory();
    private static final String UP = "UP";
    private static final String DOWN = "DOWN";

    private HealthJson() {}

    static String springBoot(HealthReport report) {
        return write(json -> {
            json.writeStartObject();
            json.writeStringField("status", status(report.health()));
            json.writeObjectFieldStart("components");
            for (Map.Entry<String, Health> part : report.health().components().entrySet()) {
                json.writeFieldName(SafeText.name(part.getKey()));
                part(json, report, part.getKey(), part.getValue(), "details");
            }
            json.writeEndObject();
            json.writeObjectFieldStart("details");
            json.writeStringField("pipeline", SafeText.name(report.pipeline()));
            json.writeBooleanField("live", report.live());
            json.writeBooleanField("ready", report.ready());
            json.writeBooleanField("started", report.started());
            why(json, report.health());
            since(json, report, "");
            json.writeEndObject();
            json.writeEndObject();
        });
    }

    /** Writes a part, and below its facts the parts that it has itself. */
    private static void part(JsonGenerator json, HealthReport report, String path, Health health, String facts)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("status", status(health));
        json.writeObjectFieldStart(facts);
        facts(json, report, path, health);
        if (!health.components().isEmpty()) {
            json.writeObjectFieldStart("parts");
            for (Map.Entry<String, Health> inner : health.components().entrySet()) {
                json.writeFieldName(SafeText.name(inner.getKey()));
                part(json, report, path + "/" + inner.getKey(), inner.getValue(), facts);
            }
            json.writeEndObject();
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    static String microProfile(HealthReport report, HealthReport.Probe probe) {
        return write(json -> {
            json.writeStartObject();
            json.writeStringField("status", report.passes(probe) ? UP : DOWN);
            json.writeArrayFieldStart("checks");
            if (probe == HealthReport.Probe.READINESS) {
                for (Map.Entry<String, Health> part :
                        report.health().components().entrySet()) {
                    check(json, report, part.getKey(), part.getValue());
                }
            } else {
                json.writeStartObject();
                json.writeStringField("name", SafeText.name(report.pipeline()));
                json.writeStringField("status", report.passes(probe) ? UP : DOWN);
                json.writeObjectFieldStart("data");
                why(json, report.health());
                json.writeEndObject();
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private static void check(JsonGenerator json, HealthReport report, String path, Health health) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", SafeText.name(report.pipeline() + "/" + path));
        json.writeStringField("status", status(health));
        json.writeObjectFieldStart("data");
        facts(json, report, path, health);
        // The shape is flat: what a part consists of is one word each.
        for (Map.Entry<String, Health> inner : health.components().entrySet()) {
            String reason = inner.getValue().reason();
            json.writeStringField(
                    SafeText.name(inner.getKey()),
                    inner.getValue().status() + (reason.isEmpty() ? "" : ": " + SafeText.name(reason)));
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void facts(JsonGenerator json, HealthReport report, String path, Health health) throws IOException {
        why(json, health);
        since(json, report, path);
        for (Map.Entry<String, Object> detail : health.details().entrySet()) {
            json.writeFieldName(SafeText.name(detail.getKey()));
            switch (detail.getValue()) {
                case Boolean value -> json.writeBoolean(value);
                case Integer value -> json.writeNumber(value);
                case Long value -> json.writeNumber(value);
                case Double value when Double.isFinite(value) -> json.writeNumber(value);
                case Object value -> json.writeString(SafeText.name(value.toString()));
            }
        }
    }

    private static void why(JsonGenerator json, Health health) throws IOException {
        if (health instanceof Health.Degraded) {
            json.writeBooleanField("degraded", true);
        }
        if (!health.reason().isEmpty()) {
            json.writeStringField("reason", SafeText.name(health.reason()));
        }
    }

    private static void since(JsonGenerator json, HealthReport report, String path) throws IOException {
        Instant since = report.since().get(path);
        if (since != null) {
            json.writeStringField("since", since.toString());
        }
    }

    private static String status(Health health) {
        return health instanceof Health.Down ? DOWN : UP;
    }

    private interface Content {
        void write(JsonGenerator json) throws IOException;
    }

    private static String write(Content content) {
        StringWriter out = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            content.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException("a string can always be written to", e);
        }
        return out.toString();
    }
}
