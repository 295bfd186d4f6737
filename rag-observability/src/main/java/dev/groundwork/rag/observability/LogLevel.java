package dev.groundwork.rag.observability;

import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

/** How much a {@link JsonEventLogger} writes. Each level holds all that the one before it holds. */
public enum LogLevel {
    /** One event per question and per ingestion: outcome, time, tokens, counts, type of error. */
    MINIMAL,
    /** Also one event per hop: times, counts, model, best score, retries; and which part of a question degraded. */
    STANDARD,
    /**
     * Also ids, ranks and scores of what each hop found, each attempt of the pool, the question's length, and for a
     * failure the stack trace as classes and frames.
     */
    EXTENDED;

    /**
     * Returns the level of that name, in any case, for instance {@code minimal}.
     *
     * @throws IllegalArgumentException if there is no such level; the message names those that there are
     */
    public static LogLevel parse(String name) {
        Objects.requireNonNull(name, "name");
        return Arrays.stream(values())
                .filter(level -> level.name().equalsIgnoreCase(name.strip()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("log level is '" + SafeText.name(name)
                        + "', must be one of "
                        + Arrays.stream(values()).map(LogLevel::toString).collect(Collectors.joining(", "))));
    }

    /** Returns the name in lower case, as {@link #parse} reads it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
