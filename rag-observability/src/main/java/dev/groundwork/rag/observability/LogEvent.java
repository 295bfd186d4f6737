package dev.groundwork.rag.observability;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One event on its way to a log: a name and flat fields, each a string, a whole number, a finite decimal number or a
 * truth value. Strings are well-formed UTF-16: half of a surrogate pair has become U+FFFD, since backends drop or spoil
 * lines over one. Immutable.
 */
public final class LogEvent {

    static final JsonFactory JSON = new JsonFactoryBuilder()
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .build();

    private final String name;
    private final boolean warning;
    private final List<String> keys;
    private final List<Object> values;

    private LogEvent(String name, boolean warning, List<String> keys, List<Object> values) {
        this.name = name;
        this.warning = warning;
        this.keys = keys;
        this.values = values;
    }

    /** Returns what happened, for instance {@code rag.query.completed}; the same as the field {@code rag.event_name}. */
    public String name() {
        return name;
    }

    /** Returns whether someone should look at it: something failed, timed out, degraded or alerts. */
    public boolean warning() {
        return warning;
    }

    /** Hands over each field in its order; a value is a {@link String}, {@link Long}, {@link Double} or {@link Boolean}. */
    public void forEach(BiConsumer<? super String, Object> action) {
        for (int i = 0; i < keys.size(); i++) {
            action.accept(keys.get(i), values.get(i));
        }
    }

    int size() {
        return keys.size();
    }

    String key(int i) {
        return keys.get(i);
    }

    Object value(int i) {
        return values.get(i);
    }

    /** Returns one flat JSON object in one line of ASCII, so that no encoding or line reader can split or spoil it. */
    public String toJson() {
        StringWriter out = new StringWriter(512);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            for (int i = 0; i < keys.size(); i++) {
                json.writeFieldName(keys.get(i));
                switch (values.get(i)) {
                    case String text -> json.writeString(text);
                    case Long number -> json.writeNumber(number);
                    case Double number -> json.writeNumber(number);
                    case Boolean truth -> json.writeBoolean(truth);
                    default -> throw new IllegalStateException("no such kind of field: " + keys.get(i));
                }
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a string can always be written to", e);
        }
        return out.toString();
    }

    /** Returns about how many bytes of memory the event holds on to. */
    long weight() {
        long sum = 64L;
        for (Object value : values) {
            sum += value instanceof String text ? 56L + text.length() : 24L;
        }
        return sum;
    }

    @Override
    public String toString() {
        return toJson();
    }

    /** Takes fields in their order. Not thread-safe. */
    static final class Builder {

        private final String name;
        private final List<String> keys = new ArrayList<>(24);
        private final List<Object> values = new ArrayList<>(24);

        Builder(String name) {
            this.name = name;
        }

        Builder text(String key, @Nullable String value) {
            return value == null ? this : put(key, SafeText.wellFormed(value));
        }

        Builder number(String key, @Nullable Number value) {
            return value == null ? this : put(key, value.longValue());
        }

        /** JSON has no way to write what is infinite or no number, so such a value is left out. */
        Builder decimal(String key, double value) {
            return Double.isFinite(value) ? put(key, value) : this;
        }

        Builder flag(String key, boolean value) {
            return put(key, value);
        }

        private Builder put(String key, Object value) {
            keys.add(Objects.requireNonNull(key, "key"));
            values.add(value);
            return this;
        }

        LogEvent build(boolean warning) {
            return new LogEvent(name, warning, List.copyOf(keys), List.copyOf(values));
        }
    }
}
