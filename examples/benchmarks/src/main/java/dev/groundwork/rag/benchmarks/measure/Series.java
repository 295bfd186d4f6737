package dev.groundwork.rag.benchmarks.measure;

import java.util.stream.IntStream;

/**
 * One figure, as each round had it.
 *
 * @param rounds one value a round
 */
@SuppressWarnings("ArrayRecordComponent") // compared by no one
public record Series(double[] rounds) {

    /** Returns the median of the rounds. */
    public double median() {
        return Quantiles.median(rounds);
    }

    /** Returns the median, over the rounds, of this one's value divided by the other's of the same round. */
    public double ratioTo(Series other) {
        return Quantiles.median(IntStream.range(0, rounds.length)
                .mapToDouble(i -> rounds[i] / other.rounds[i])
                .toArray());
    }
}
