package dev.groundwork.rag;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Whether a part works. Asking never calls a provider that costs money.
 *
 * <p>The parts of a whole are its {@link #components()}; what is worth knowing of one is in its {@link #details()},
 * plain values without secrets.
 */
public sealed interface Health {

    /** Returns plain facts: numbers, strings, booleans. */
    Map<String, Object> details();

    /** Returns the parts, by name. */
    Map<String, Health> components();

    /** Returns {@code up}, {@code degraded} or {@code down}. */
    String status();

    /** Returns why it is not up; empty where it is. */
    String reason();

    /**
     * It works.
     *
     * @param details plain facts
     * @param components the parts, by name
     */
    record Up(Map<String, Object> details, Map<String, Health> components) implements Health {
        /** Copies. */
        public Up {
            details = copy(details);
            components = copy(components);
        }

        @Override
        public String status() {
            return "up";
        }

        @Override
        public String reason() {
            return "";
        }
    }

    /**
     * It works, but not as well as it should.
     *
     * @param reason what is missing
     * @param details plain facts
     * @param components the parts, by name
     */
    record Degraded(String reason, Map<String, Object> details, Map<String, Health> components) implements Health {
        /** Checks and copies. */
        public Degraded {
            Check.notBlank("reason", reason);
            details = copy(details);
            components = copy(components);
        }

        @Override
        public String status() {
            return "degraded";
        }
    }

    /**
     * It does not work.
     *
     * @param reason why
     * @param details plain facts
     * @param components the parts, by name
     */
    record Down(String reason, Map<String, Object> details, Map<String, Health> components) implements Health {
        /** Checks and copies. */
        public Down {
            Check.notBlank("reason", reason);
            details = copy(details);
            components = copy(components);
        }

        @Override
        public String status() {
            return "down";
        }
    }

    /** Returns a part that works. */
    static Health up(Map<String, Object> details) {
        return new Up(details, Map.of());
    }

    /** Returns a part that works less well than it should. */
    static Health degraded(String reason, Map<String, Object> details) {
        return new Degraded(reason, details, Map.of());
    }

    /** Returns a part that does not work. */
    static Health down(String reason, Map<String, Object> details) {
        return new Down(reason, details, Map.of());
    }

    private static <V> Map<String, V> copy(Map<String, V> map) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }
}
