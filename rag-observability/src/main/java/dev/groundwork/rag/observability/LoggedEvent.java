package dev.groundwork.rag.observability;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * An event as it is read back from a line of a log: a line of {@link RollingFile}, or one that a backend wrapped around it,
 * with the event's fields at the top, nested, in a list of pairs, or as a JSON document in one of its strings.
 *
 * @param fields the event's own fields, those that begin with {@code rag.}, in the order of the line; values are
 *     {@link String}, {@link Long}, {@link Double} or {@link Boolean}, or all strings where the backend made strings of them
 */
public record LoggedEvent(Map<String, Object> fields) {

    private static final String PREFIX = "rag.";
    private static final String NAME = "rag.event_name";

    /** A document in a string in a document, as a container's log driver makes it; more is somebody's joke. */
    private static final int MAX_DEPTH = 6;

    /** Copies. */
    public LoggedEvent {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /**
     * Finds the event in a line.
     *
     * @return empty where the line is about something else
     * @throws IllegalArgumentException if the line begins like JSON, or has a part of an event in it, and can't be read
     */
    public static Optional<LoggedEvent> parse(String line) {
        String text = line.strip();
        int start = text.startsWith("{") ? 0 : text.indexOf("{\"rag.");
        if (start < 0) {
            return Optional.empty();
        }
        Object document;
        try {
            document = read(text.substring(start));
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException("not a JSON object", e);
        }
        Map<String, Object> found = find(document, 0);
        return found == null ? Optional.empty() : Optional.of(new LoggedEvent(found));
    }

    /** Returns the name of the event, for instance {@code rag.hop.completed}. */
    public String name() {
        return text(NAME);
    }

    /** Returns a field as text; empty where it is not there. */
    public String text(String key) {
        Object value = fields.get(key);
        return value == null ? "" : value.toString();
    }

    /** Returns a field as a number; empty where it is not there or none. */
    public OptionalDouble number(String key) {
        Object value = fields.get(key);
        if (value instanceof Number number) {
            return OptionalDouble.of(number.doubleValue());
        }
        try {
            return value instanceof String text ? OptionalDouble.of(Double.parseDouble(text)) : OptionalDouble.empty();
        } catch (NumberFormatException e) {
            return OptionalDouble.empty();
        }
    }

    /**
     * Returns the objects of a field that holds a JSON array as a string, such as {@code rag.candidates}; empty where it is
     * not there or can't be read.
     */
    public List<Map<String, Object>> list(String key) {
        List<Map<String, Object>> objects = new ArrayList<>();
        try {
            if (fields.get(key) instanceof String text && read(text) instanceof List<?> list) {
                for (Object entry : list) {
                    Map<String, Object> object = new LinkedHashMap<>();
                    if (entry instanceof Map<?, ?> map) {
                        map.forEach((name, value) -> object.put(String.valueOf(name), value));
                    }
                    objects.add(object);
                }
            }
        } catch (IOException | RuntimeException e) {
            return List.of();
        }
        return objects;
    }

    // --- Finding the event -----------------------------------------------------------------------------------------

    private static @Nullable Map<String, Object> find(Object value, int depth) {
        if (depth > MAX_DEPTH) {
            return null;
        }
        return switch (value) {
            case Map<?, ?> map -> inMap(map, depth);
            case List<?> list -> inList(list, depth);
            case String text when text.contains(NAME) && text.contains("{") -> inText(text, depth);
            default -> null;
        };
    }

    private static @Nullable Map<String, Object> inMap(Map<?, ?> map, int depth) {
        if (map.containsKey(NAME)) {
            Map<String, Object> own = new LinkedHashMap<>();
            map.forEach((key, value) -> put(own, String.valueOf(key), value));
            return own;
        }
        if (map.get("rag") instanceof Map<?, ?> nested && nested.containsKey("event_name")) {
            Map<String, Object> own = new LinkedHashMap<>();
            nested.forEach((key, value) -> put(own, PREFIX + key, value));
            return own;
        }
        for (Object value : map.values()) {
            Map<String, Object> found = find(value, depth + 1);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** Logback's own encoder writes pairs as a list of objects with one key each, and arguments as a list of strings. */
    private static @Nullable Map<String, Object> inList(List<?> list, int depth) {
        Map<String, Object> own = new LinkedHashMap<>();
        for (Object entry : list) {
            if (entry instanceof Map<?, ?> pair && pair.size() == 1) {
                pair.forEach((key, value) -> put(own, String.valueOf(key), value));
            }
        }
        if (own.containsKey(NAME)) {
            return own;
        }
        for (Object entry : list) {
            Map<String, Object> found = find(entry, depth + 1);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static @Nullable Map<String, Object> inText(String text, int depth) {
        try {
            return find(read(text.substring(text.indexOf('{'))), depth + 1);
        } catch (IOException | RuntimeException e) {
            return null;
        }
    }

    private static void put(Map<String, Object> own, String key, Object value) {
        boolean scalar = value instanceof String || value instanceof Number || value instanceof Boolean;
        if (key.startsWith(PREFIX) && scalar) {
            own.put(key, value);
        }
    }

    // --- Reading JSON ----------------------------------------------------------------------------------------------

    private static Object read(String json) throws IOException {
        try (JsonParser parser = LogEvent.JSON.createParser(json)) {
            parser.nextToken();
            Object value = value(parser);
            if (parser.nextToken() != null) {
                throw new IOException("more than one value");
            }
            return value;
        }
    }

    /** JSON's null becomes an empty string; the parser itself bounds the depth. */
    private static Object value(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw new IOException("no value");
        }
        return switch (token) {
            case START_OBJECT -> {
                Map<String, Object> map = new LinkedHashMap<>();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String key = parser.currentName();
                    parser.nextToken();
                    map.put(key, value(parser));
                }
                yield map;
            }
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(parser));
                }
                yield list;
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> integer(parser);
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> "";
            default -> throw new IOException("not a value: " + token);
        };
    }

    private static Object integer(JsonParser parser) throws IOException {
        return switch (parser.getNumberType()) {
            case INT, LONG -> parser.getLongValue();
            default -> parser.getDoubleValue();
        };
    }
}
