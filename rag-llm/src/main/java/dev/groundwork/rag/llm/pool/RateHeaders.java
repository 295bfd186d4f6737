package dev.groundwork.rag.llm.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a provider's headers say of one of its limits.
 *
 * @param limit the whole of it; NaN where not told
 * @param remaining what is left; NaN where not told
 * @param reset in how long it is whole again
 */
record RateHeaders(double limit, double remaining, Duration reset) {

    /** Reads a limit of requests ({@code requests}) or tokens ({@code tokens}); {@code null} where none is told. */
    static @Nullable RateHeaders of(Map<String, List<String>> headers, String unit, Instant now) {
        RateHeaders usual = read(
                headers,
                "x-ratelimit-limit-" + unit,
                "x-ratelimit-remaining-" + unit,
                "x-ratelimit-reset-" + unit,
                now);
        return usual != null
                ? usual
                : read(
                        headers,
                        "anthropic-ratelimit-" + unit + "-limit",
                        "anthropic-ratelimit-" + unit + "-remaining",
                        "anthropic-ratelimit-" + unit + "-reset",
                        now);
    }

    private static @Nullable RateHeaders read(
            Map<String, List<String>> headers, String limit, String remaining, String reset, Instant now) {
        double left = RetryAfter.number(RetryAfter.first(headers, remaining));
        Duration in = RetryAfter.time(RetryAfter.first(headers, reset), RetryAfter.date(headers, now));
        return Double.isNaN(left) || in == null
                ? null
                : new RateHeaders(RetryAfter.number(RetryAfter.first(headers, limit)), left, in);
    }
}
