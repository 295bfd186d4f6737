package dev.groundwork.rag.llm.pool;

import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads from a provider's headers how long it wants to be left alone, in all the forms that are in use: seconds, dates,
 * {@code retry-after-ms}, times such as {@code 6m0s} and {@code x-ratelimit-reset-*}. Where several say something, the
 * longest wins; what is negative, no time or longer than {@link RetryHint#LONGEST} says nothing.
 */
final class RetryAfter {

    private static final Pattern SECONDS = Pattern.compile("\\d{1,15}(?:\\.\\d{1,9})?");
    private static final Pattern TIME = Pattern.compile("(?:\\d+(?:\\.\\d+)?(?:ms|[dhms]))+");
    private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|[dhms])");
    /** A number of seconds above this is a time of day, counted from 1970. */
    private static final double EPOCH_SECONDS = 1e9;

    private RetryAfter() {}

    /**
     * Returns how long a refusing response asks to wait; {@code null} where it does not say.
     *
     * @param headers with names in lower case
     * @param now the time of day here, used where the response has no date of its own
     */
    static @Nullable Duration of(Map<String, List<String>> headers, Instant now) {
        Instant there = date(headers, now);
        Duration asked = longest(millis(first(headers, "retry-after-ms")), time(first(headers, "retry-after"), there));
        if (asked != null) {
            return asked;
        }
        Duration reset = null;
        for (String unit : List.of("requests", "tokens", "input-tokens", "output-tokens")) {
            for (String prefix : List.of("x-ratelimit-", "anthropic-ratelimit-")) {
                boolean anthropic = prefix.startsWith("a");
                String remaining =
                        first(headers, anthropic ? prefix + unit + "-remaining" : prefix + "remaining-" + unit);
                if (remaining == null || number(remaining) < 1) {
                    reset = longest(
                            reset,
                            time(
                                    first(headers, anthropic ? prefix + unit + "-reset" : prefix + "reset-" + unit),
                                    there));
                }
            }
        }
        return longest(reset, time(first(headers, "x-ratelimit-reset"), there));
    }

    /** Returns a header's time from now: seconds, {@code 6m0s}, a date, or seconds since 1970. */
    static @Nullable Duration time(@Nullable String value, Instant there) {
        if (value == null) {
            return null;
        }
        String text = value.strip();
        if (SECONDS.matcher(text).matches()) {
            double seconds = Double.parseDouble(text);
            return seconds > EPOCH_SECONDS
                    ? sane(Duration.between(there, Instant.ofEpochMilli((long) (Math.min(seconds, 1e12) * 1e3))))
                    : ofMillis(Math.ceil(seconds * 1e3));
        }
        if (TIME.matcher(text.toLowerCase(Locale.ROOT)).matches()) {
            return parts(text.toLowerCase(Locale.ROOT));
        }
        try {
            return sane(Duration.between(
                    there,
                    ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant()));
        } catch (DateTimeParseException e) {
            try {
                return sane(Duration.between(
                        there,
                        ZonedDateTime.parse(text, DateTimeFormatter.ISO_ZONED_DATE_TIME)
                                .toInstant()));
            } catch (DateTimeParseException unknown) {
                return null;
            }
        }
    }

    private static @Nullable Duration parts(String text) {
        double millis = 0;
        Matcher part = PART.matcher(text);
        while (part.find()) {
            millis += Double.parseDouble(part.group(1))
                    * switch (part.group(2)) {
                        case "d" -> 86_400_000;
                        case "h" -> 3_600_000;
                        case "m" -> 60_000;
                        case "s" -> 1_000;
                        default -> 1;
                    };
        }
        return ofMillis(Math.ceil(millis));
    }

    private static @Nullable Duration millis(@Nullable String value) {
        return value == null || !SECONDS.matcher(value.strip()).matches()
                ? null
                : ofMillis(Math.ceil(Double.parseDouble(value.strip())));
    }

    private static @Nullable Duration ofMillis(double millis) {
        return millis <= RetryHint.LONGEST.toMillis() ? Duration.ofMillis((long) millis) : null;
    }

    /** A date that has passed means now. */
    private static @Nullable Duration sane(Duration time) {
        if (time.isNegative()) {
            return time.compareTo(RetryHint.LONGEST.negated()) < 0 ? null : Duration.ZERO;
        }
        return time.compareTo(RetryHint.LONGEST) > 0 ? null : time;
    }

    private static @Nullable Duration longest(@Nullable Duration one, @Nullable Duration other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.compareTo(other) >= 0 ? one : other;
    }

    /** Returns the response's own time of day, so that a clock that is wrong here does no harm. */
    static Instant date(Map<String, List<String>> headers, Instant now) {
        String date = first(headers, "date");
        if (date == null) {
            return now;
        }
        try {
            return ZonedDateTime.parse(date.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
        } catch (DateTimeParseException e) {
            return now;
        }
    }

    static @Nullable String first(Map<String, List<String>> headers, String name) {
        List<String> values = headers.get(name);
        return values == null || values.isEmpty() ? null : values.getFirst();
    }

    /** Returns a number, NaN where it is none. */
    static double number(@Nullable String value) {
        return value != null && SECONDS.matcher(value.strip()).matches()
                ? Double.parseDouble(value.strip())
                : Double.NaN;
    }
}
