package dev.groundwork.rag.observability.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PairedComparisonTest {

    /** Darwin's maize, in eighths of an inch; all 32,768 sign flips were counted by Fisher, The Design of Experiments. */
    private static final double[] DARWIN = {49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48};

    @Test
    void darwinsMaizeHasFishersValue() {
        PairedComparison darwin = PairedComparison.ofDifferences(DARWIN);
        assertThat(darwin.p()).isEqualTo(1726.0 / 32768);
        assertThat(darwin.exact()).isTrue();
        assertThat(darwin.difference()).isCloseTo(314.0 / 15, within(1e-9));
    }

    @Test
    void scaleDoesNotMatter() {
        double[] thirds = DoubleStream.of(DARWIN).map(d -> d / 300).toArray();
        assertThat(PairedComparison.ofDifferences(thirds).p()).isEqualTo(1726.0 / 32768);
    }

    @Test
    void topicsWithoutDifferenceDoNotChangeTheValue() {
        double[] more = DoubleStream.concat(DoubleStream.of(DARWIN), DoubleStream.of(new double[40]))
                .toArray();
        assertThat(PairedComparison.ofDifferences(more).p()).isEqualTo(1726.0 / 32768);
        assertThat(PairedComparison.ofDifferences(more).topics()).isEqualTo(55);
    }

    @Test
    void noDifferenceAtAllIsNoFinding() {
        assertThat(PairedComparison.ofDifferences(0, 0, 0).p()).isEqualTo(1);
        assertThat(PairedComparison.ofDifferences().p()).isEqualTo(1);
    }

    @Test
    void manyTopicsAreSampledCloseToTheTruthAndAlwaysAlike() {
        // 21 equal differences, 15 of them positive: two-sided binomial, 2 * P(X >= 15) for n = 21.
        double[] differences =
                IntStream.range(0, 21).mapToDouble(i -> i < 15 ? 1 : -1).toArray();
        PairedComparison sampled = PairedComparison.ofDifferences(differences);
        assertThat(sampled.exact()).isFalse();
        assertThat(sampled.p())
                .isCloseTo(0.0784, within(0.006))
                .isEqualTo(PairedComparison.ofDifferences(differences).p());
    }

    @Test
    void beyondSixtyFourTopicsEverySignIsStillDrawn() {
        double[] differences =
                IntStream.range(0, 200).mapToDouble(i -> i < 114 ? 1 : -1).toArray();
        // 2 * P(X >= 114) for n = 200 is .0560.
        assertThat(PairedComparison.ofDifferences(differences).p()).isCloseTo(0.056, within(0.006));
    }

    @Test
    void comparesTheTopicsThatBothHave() {
        PairedComparison comparison =
                PairedComparison.of(Map.of("a", 0.5, "b", 1.0, "c", 0.0), Map.of("a", 0.25, "b", 0.5, "x", 1.0));
        assertThat(comparison.topics()).isEqualTo(2);
        assertThat(comparison.difference()).isEqualTo(0.375);
        assertThat(comparison.p()).isEqualTo(0.5);
    }

    @Test
    void holmMultipliesTheSmallestByTheNumberOfTests() {
        assertThat(PairedComparison.holm(List.of(0.01, 0.04, 0.03))).containsExactly(0.03, 0.06, 0.06);
        assertThat(PairedComparison.holm(List.of(0.9, 0.6))).containsExactly(1.0, 1.0);
        assertThat(PairedComparison.holm(List.of())).isEmpty();
    }

    @Test
    void refusesWhatIsNotFinite() {
        assertThatThrownBy(() -> PairedComparison.ofDifferences(1, Double.NaN)).hasMessageContaining("NaN");
    }
}
