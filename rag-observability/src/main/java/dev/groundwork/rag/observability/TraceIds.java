package dev.groundwork.rag.observability;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * What links a line of a log to a trace.
 *
 * @param traceId 32 hexadecimal digits, as W3C Trace Context has it
 * @param spanId 16 hexadecimal digits
 */
public record TraceIds(String traceId, String spanId) {

    private static final Pattern TRACE = Pattern.compile("[0-9a-f]{32}");
    private static final Pattern SPAN = Pattern.compile("[0-9a-f]{16}");

    /**
     * Checks.
     *
     * @throws IllegalArgumentException if one is not made of as many hexadecimal digits in lower case
     */
    public TraceIds {
        check("traceId", Objects.requireNonNull(traceId, "traceId"), TRACE, 32);
        check("spanId", Objects.requireNonNull(spanId, "spanId"), SPAN, 16);
    }

    private static void check(String name, String value, Pattern pattern, int length) {
        if (!pattern.matcher(value).matches()) {
            throw new IllegalArgumentException(name + " is '" + SafeText.name(value) + "', must be " + length
                    + " hexadecimal digits in lower case");
        }
    }
}
