package dev.groundwork.rag.benchmarks.measure;

import java.math.BigDecimal;

/**
 * What a ratio or a value is to reach.
 *
 * @param most whether the figure is the most allowed, not the least
 * @param figure the bound
 */
public record Target(boolean most, double figure) {

    /** At most so much. */
    public static Target atMost(double figure) {
        return new Target(true, figure);
    }

    /** At least so much. */
    public static Target atLeast(double figure) {
        return new Target(false, figure);
    }

    /** Returns whether a value reaches it. */
    public boolean reachedBy(double value) {
        return most ? value <= figure : value >= figure;
    }

    @Override
    public String toString() {
        return (most ? "<= " : ">= ")
                + BigDecimal.valueOf(figure).stripTrailingZeros().toPlainString();
    }
}
