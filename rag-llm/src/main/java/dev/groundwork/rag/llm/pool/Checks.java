package dev.groundwork.rag.llm.pool;

import java.time.Duration;
import java.util.Objects;

/** Argument checks whose messages name the argument, the value and the legal range. */
final class Checks {

    private Checks() {}

    static long range(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + value + ", must be from " + min + " to " + max);
        }
        return value;
    }

    static double range(String name, double value, double min, double max) {
        if (!(value >= min && value <= max)) {
            throw new IllegalArgumentException(name + " is " + value + ", must be from " + min + " to " + max);
        }
        return value;
    }

    static Duration duration(String name, Duration value, Duration min, Duration max) {
        Objects.requireNonNull(value, name);
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(name + " is " + value + ", must be from " + min + " to " + max);
        }
        return value;
    }

    static String notBlank(String name, String value) {
        Objects.requireNonNull(value, name);
        if (value.isBlank()) {
            throw new IllegalArgumentException(name + " is blank, must hold text");
        }
        return value;
    }
}
