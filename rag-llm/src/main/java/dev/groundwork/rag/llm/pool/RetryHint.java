package dev.groundwork.rag.llm.pool;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads how long a provider wants to be left alone from the text of its refusal, such as "Please try again in 1m2.5s".
 * LangChain4j's exceptions hold no headers, so this is all that is left of it there.
 */
final class RetryHint {

    /** A longer time is cut to this one: it is a mistake or means "never". */
    static final Duration LONGEST = Duration.ofDays(1);

    private static final int CHARS_READ = 4_000;
    private static final String AMOUNT = "\\d{1,12}(?:\\.\\d{1,9})?";
    private static final String TIME =
            "(" + AMOUNT + ")\\s*(milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|h)(?![a-z])";
    private static final Pattern HINT = Pattern.compile(
            "(?:try again|retry[-_ ]?after|retry[-_"
                    + " ]?delay|retry|wait)[\"']?\\s*(?:in|after|for|:|=)?\\s*[\"']?\\s*((?:"
                    + TIME + "\\s?)+)",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern PART = Pattern.compile(TIME, Pattern.CASE_INSENSITIVE);

    private RetryHint() {}

    /** Returns the time that the text names, rounded up to milliseconds, if it names one. */
    static Optional<Duration> in(@Nullable String text) {
        if (text == null) {
            return Optional.empty();
        }
        Matcher hint = HINT.matcher(text.substring(0, Math.min(text.length(), CHARS_READ)));
        if (!hint.find()) {
            return Optional.empty();
        }
        BigDecimal millis = BigDecimal.ZERO;
        Matcher part = PART.matcher(hint.group(1));
        while (part.find()) {
            millis = millis.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(millisOf(part.group(2)))));
        }
        BigDecimal longest = BigDecimal.valueOf(LONGEST.toMillis());
        return Optional.of(Duration.ofMillis(
                millis.min(longest).setScale(0, RoundingMode.CEILING).longValue()));
    }

    private static long millisOf(String unit) {
        String lower = unit.toLowerCase(java.util.Locale.ROOT);
        if (lower.startsWith("ms") || lower.startsWith("milli")) {
            return 1;
        }
        return switch (lower.charAt(0)) {
            case 'h' -> 3_600_000;
            case 'm' -> 60_000;
            default -> 1_000;
        };
    }
}
