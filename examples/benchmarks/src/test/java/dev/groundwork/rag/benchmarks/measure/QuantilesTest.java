package dev.groundwork.rag.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class QuantilesTest {

    @Test
    void medianIsTheMiddleOrTheMeanOfTheTwoInTheMiddle() {
        assertThat(Quantiles.median(3, 1, 2)).isEqualTo(2);
        assertThat(Quantiles.median(4, 1, 3, 2)).isEqualTo(2.5);
    }

    @Test
    void percentileIsTheNearestRank() {
        long[] hundred = LongStream.rangeClosed(1, 100).toArray();
        assertThat(Quantiles.percentile(hundred, 50)).isEqualTo(50);
        assertThat(Quantiles.percentile(hundred, 99)).isEqualTo(99);
        assertThat(Quantiles.percentile(hundred, 100)).isEqualTo(100);
        assertThat(Quantiles.percentile(new long[] {15, 20, 35, 40, 50}, 30)).isEqualTo(20);
        assertThat(Quantiles.percentile(new long[] {7}, 99)).isEqualTo(7);
    }

    @Test
    void ratioIsTheMedianOfTheRoundsOwnRatios() {
        Series ours = new Series(new double[] {10, 30, 40});
        Series theirs = new Series(new double[] {20, 20, 20});
        assertThat(ours.ratioTo(theirs)).isEqualTo(1.5);
        assertThat(ours.median()).isEqualTo(30);
    }

    @Test
    void targetIsReachedOnTheRightSide() {
        assertThat(Target.atMost(1.05).reachedBy(1.05)).isTrue();
        assertThat(Target.atMost(1.05).reachedBy(1.06)).isFalse();
        assertThat(Target.atLeast(200).reachedBy(199)).isFalse();
        assertThat(Target.atLeast(200)).hasToString(">= 200");
        assertThat(Target.atMost(1.05)).hasToString("<= 1.05");
    }
}
