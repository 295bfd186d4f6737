package dev.groundwork.rag.observability;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** The published schemas, as a real validator reads them. */
final class Schemas {

    static final List<String> EVENTS = List.of(
            EventFields.QUERY_COMPLETED,
            EventFields.QUERY_FAILED,
            EventFields.HOP_COMPLETED,
            EventFields.INGEST_COMPLETED,
            EventFields.HEALTH_CHANGED,
            EventFields.SLO_ALERT,
            EventFields.DRIFT_ALERT);

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, JsonSchema> READ = new ConcurrentHashMap<>();

    private Schemas() {}

    static JsonNode text(String event) {
        String name = "schema/v1/" + event + ".schema.json";
        try (InputStream in = EventFields.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new AssertionError("there is no schema " + name);
            }
            return JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fails unless the event is what its schema says. */
    static void check(JsonNode event) {
        String name = event.path("rag.event_name").asText();
        if (!EVENTS.contains(name)) {
            throw new AssertionError("not one of the events: " + event);
        }
        Set<ValidationMessage> problems = schema(name).validate(event);
        if (!problems.isEmpty()) {
            throw new AssertionError(problems + " in " + event);
        }
    }

    private static JsonSchema schema(String name) {
        return READ.computeIfAbsent(name, key -> {
            SchemaValidatorsConfig config = SchemaValidatorsConfig.builder()
                    .formatAssertionsEnabled(true)
                    .build();
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(text(key), config);
        });
    }

    /** Returns the keys of the schema that the given lines lack altogether. */
    static Map<String, Set<String>> unused(Iterable<String> lines) throws IOException {
        Map<String, Set<String>> left = new TreeMap<>();
        for (String event : EVENTS) {
            Set<String> keys = new TreeSet<>();
            text(event).path("properties").fieldNames().forEachRemaining(keys::add);
            left.put(event, keys);
        }
        for (String line : lines) {
            JsonNode event = JSON.readTree(line);
            Set<String> keys = left.get(event.path("rag.event_name").asText());
            event.fieldNames().forEachRemaining(keys::remove);
        }
        left.values().removeIf(Set::isEmpty);
        return left;
    }
}
