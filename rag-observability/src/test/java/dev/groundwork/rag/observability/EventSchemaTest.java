package dev.groundwork.rag.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The published schemas and what is written, each held against the other. */
class EventSchemaTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    static final List<String> EVENTS = Schemas.EVENTS;

    @Test
    void everyLineOfEveryLevelIsWhatItsSchemaSays() {
        for (LogLevel level : LogLevel.values()) {
            assertThat(everything(level)).isNotEmpty().allSatisfy(Samples::parse);
        }
    }

    @Test
    void noSchemaNamesAKeyThatIsNeverWritten() throws IOException {
        assertThat(Schemas.unused(everything(LogLevel.EXTENDED))).isEmpty();
    }

    @ParameterizedTest
    @FieldSource("EVENTS")
    void aSchemaIsASchemaOf202012AndClosed(String event) {
        JsonNode schema = Schemas.text(event);
        assertThat(JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                        .getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"))
                        .validate(schema))
                .isEmpty();
        assertThat(schema.path("$id").asText()).isEqualTo("urn:dev.groundwork:log:v1:" + event);
        assertThat(schema.path("additionalProperties").isBoolean()).isTrue();
        assertThat(schema.path("additionalProperties").asBoolean()).isFalse();
        assertThat(schema.at("/properties/rag.event_name/const").asText()).isEqualTo(event);
        assertThat(schema.at("/properties/rag.schema_version/const").asInt()).isEqualTo(EventFields.SCHEMA_VERSION);
        schema.path("properties")
                .forEach(property ->
                        assertThat(property.path("description").asText()).isNotBlank());
    }

    @Test
    void noKeyIsAnotherOneAndMore() {
        Set<String> keys = new TreeSet<>();
        for (String event : EVENTS) {
            Iterator<String> names = Schemas.text(event).path("properties").fieldNames();
            names.forEachRemaining(keys::add);
        }
        assertThat(keys).hasSizeGreaterThan(50).allMatch(key -> key.matches("rag\\.[a-z_]+"));
        assertThat(keys).allMatch(key -> keys.stream().noneMatch(other -> other.startsWith(key + ".")));
    }

    @Test
    void aLineThatIsNotOfTheSchemaIsFound() throws IOException {
        ObjectNode event =
                (ObjectNode) JSON.readTree(everything(LogLevel.MINIMAL).getFirst());
        Schemas.check(event);

        assertThatThrownBy(() -> Schemas.check(event.deepCopy().put("rag.new_key", 1)))
                .hasMessageContaining("rag.new_key");
        assertThatThrownBy(() -> Schemas.check(event.deepCopy().put("rag.duration_ms", "12")))
                .hasMessageContaining("rag.duration_ms");
        assertThatThrownBy(() -> Schemas.check(event.deepCopy().without("rag.pipeline")))
                .hasMessageContaining("rag.pipeline");
    }

    private static List<String> everything(LogLevel level) {
        List<String> lines = new ArrayList<>();
        JsonEventLogger logger = Everything.logger(LogSink.lines(lines::add), level);
        Everything.send(logger);
        assertThat(logger.dropped()).isEqualTo(Map.of());
        return lines;
    }
}
