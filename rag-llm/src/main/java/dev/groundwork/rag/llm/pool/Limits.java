package dev.groundwork.rag.llm.pool;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a member, or a group of members that share a quota, may be asked for. Nothing is limited unless it is said; each
 * method returns a copy that has one more limit. Immutable.
 *
 * @param requestsPerMinute requests in any 60 s; 0 for no limit
 * @param tokensPerMinute tokens of prompts and answers together in any 60 s; 0 for no limit. Estimated before a call,
 *     corrected by what the provider counts, given back where a call failed
 * @param concurrency calls under way at once; 0 for no limit
 * @param leastConcurrency where it is below {@code concurrency}, the limit moves between the two as latencies do
 * @param budget what may be spent in any {@code budgetWindow}, in the currency of {@link Price}; 0 for no limit
 * @param budgetWindow how long a budget lasts; {@code null} where there is none
 */
public record Limits(
        int requestsPerMinute,
        long tokensPerMinute,
        int concurrency,
        int leastConcurrency,
        double budget,
        @Nullable Duration budgetWindow) {

    private static final Limits NONE = new Limits(0, 0, 0, 0, 0, null);
    private static final int MOST_CONCURRENCY = 100_000;
    private static final Duration LONGEST_BUDGET = Duration.ofDays(366);

    /**
     * Checks.
     *
     * @throws IllegalArgumentException if a value is negative, or a budget has no window
     */
    public Limits {
        Checks.range("requestsPerMinute", requestsPerMinute, 0, Integer.MAX_VALUE);
        Checks.range("tokensPerMinute", tokensPerMinute, 0, Long.MAX_VALUE / 4);
        Checks.range("concurrency", concurrency, 0, MOST_CONCURRENCY);
        Checks.range("leastConcurrency", leastConcurrency, 0, concurrency);
        Checks.range("budget", budget, 0, 1e9);
        if (budgetWindow != null) {
            Checks.duration("budgetWindow", budgetWindow, Duration.ofSeconds(1), LONGEST_BUDGET);
        } else if (budget > 0) {
            throw new IllegalArgumentException("budgetWindow is missing, a budget needs one");
        }
    }

    /** Returns no limit at all. */
    public static Limits none() {
        return NONE;
    }

    /** Limits requests in any 60 s; 1 or more. */
    public Limits requestsPerMinute(int value) {
        Checks.range("requestsPerMinute", value, 1, Integer.MAX_VALUE);
        return new Limits(value, tokensPerMinute, concurrency, leastConcurrency, budget, budgetWindow);
    }

    /** Limits tokens in any 60 s; 1 or more. */
    public Limits tokensPerMinute(long value) {
        Checks.range("tokensPerMinute", value, 1, Long.MAX_VALUE / 4);
        return new Limits(requestsPerMinute, value, concurrency, leastConcurrency, budget, budgetWindow);
    }

    /** Limits calls under way at once; 1 to 100,000. */
    public Limits concurrency(int value) {
        Checks.range("concurrency", value, 1, MOST_CONCURRENCY);
        return new Limits(requestsPerMinute, tokensPerMinute, value, value, budget, budgetWindow);
    }

    /** Limits calls under way at once by a number that follows the latencies, between these two; 1 to 100,000. */
    public Limits adaptiveConcurrency(int least, int most) {
        Checks.range("most", most, 1, MOST_CONCURRENCY);
        Checks.range("least", least, 1, most);
        return new Limits(requestsPerMinute, tokensPerMinute, most, least, budget, budgetWindow);
    }

    /** Limits what is spent in any stretch of this length; above 0, and 1 s to 366 days. Members need a {@link Price}. */
    public Limits budget(double amount, Duration window) {
        Checks.range("amount", amount, Double.MIN_VALUE, 1e9);
        return new Limits(requestsPerMinute, tokensPerMinute, concurrency, leastConcurrency, amount, window);
    }

    /** Returns whether tokens have to be counted before a call. */
    boolean countsTokens() {
        return tokensPerMinute > 0 || budget > 0;
    }
}
