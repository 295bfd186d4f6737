package dev.groundwork.rag.llm.pool;

/**
 * What a member's tokens cost, in any one currency that all members and budgets share.
 *
 * @param inputPerMillion a million tokens of prompt; 0 or more
 * @param outputPerMillion a million tokens of answer; 0 or more
 */
public record Price(double inputPerMillion, double outputPerMillion) {

    /** Checks. */
    public Price {
        Checks.range("inputPerMillion", inputPerMillion, 0, 1e9);
        Checks.range("outputPerMillion", outputPerMillion, 0, 1e9);
    }

    /** Returns the cost of so many tokens, in the currency. */
    public double of(long inputTokens, long outputTokens) {
        return (inputTokens * inputPerMillion + outputTokens * outputPerMillion) / 1e6;
    }

    /** Returns the cost in millionths of the currency, rounded up. */
    long micros(long inputTokens, long outputTokens) {
        return (long) Math.ceil(inputTokens * inputPerMillion + outputTokens * outputPerMillion);
    }
}
