package dev.groundwork.rag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class DiversityTest {

    private static final Question QUESTION = Question.of("what?");
    private static final Deadline DEADLINE = Deadline.after(Duration.ofMinutes(1));

    private static final String RATE =
            "The rate function computes the per second average increase of a counter over a range of time.";

    private static List<String> ids(List<Hit> hits) {
        return hits.stream().map(Hit::id).toList();
    }

    @Test
    void shinglesAreRunsOfWordsWhateverTheScript() {
        assertThat(Shingles.of("One two, THREE four", 2).containment(Shingles.of("one-two three; five", 2)))
                .isEqualTo(2 / 3.0, within(1e-12));
        assertThat(Shingles.of("a b c d", 1).cosine(Shingles.of("a", 1))).isEqualTo(0.5, within(1e-12));
        assertThat(Shingles.of("速率函数计算", 2).containment(Shingles.of("速率函数", 2))).isEqualTo(1);
        assertThat(Shingles.of("ab", 1).cosine(Shingles.of("ba", 1))).isZero();
        assertThat(Shingles.of("", 5).containment(Shingles.of("", 5))).isZero();
        assertThat(Shingles.of("two words", 5).containment(Shingles.of("two words", 5)))
                .isEqualTo(1);
        assertThat(Shingles.of("a \ud800 b", 1).cosine(Shingles.of("a b", 1))).isEqualTo(1, within(1e-12));
    }

    @Test
    void leavesOutWhatSaysTheSameAgain() {
        List<Hit> hits = List.of(
                Fakes.hit("a", RATE, 0.9),
                Fakes.hit("copy", RATE.toUpperCase(Locale.ROOT) + " Since version 2.", 0.8),
                Fakes.hit("b", "An alert fires when its expression holds for as long as the rule says.", 0.7),
                Fakes.hit("part", "of a counter over a range of time", 0.6),
                Fakes.hit(
                        "c", "Labels tell series of one metric apart, and each set of them is stored by itself.", 0.5));
        assertThat(ids(new NearDuplicates().rerank(QUESTION, hits, 10, DEADLINE)))
                .containsExactly("a", "b", "c");
        assertThat(ids(new NearDuplicates().rerank(QUESTION, hits, 2, DEADLINE)))
                .containsExactly("a", "b");
        assertThat(new NearDuplicates().rerank(QUESTION, List.of(), 2, DEADLINE))
                .isEmpty();
    }

    @Test
    void neighboursThatOverlapAtTheirEndsStay() {
        String before = "Recording rules compute expressions in advance and store them as new series, each under the"
                + " name that the rule gives it. " + RATE;
        String after = RATE + " The increase function gives the same without dividing by the seconds of its range, and"
                + " extrapolates to both of its ends.";
        List<Hit> hits = List.of(Fakes.hit("a", before, 0.9), Fakes.hit("b", after, 0.8));
        assertThat(ids(new NearDuplicates().rerank(QUESTION, hits, 10, DEADLINE)))
                .containsExactly("a", "b");
    }

    @Test
    void picksWhatIsGoodAndUnlikeWhatWasPicked() {
        List<Hit> hits = List.of(
                Fakes.hit("a", "alpha beta gamma delta", 1.0),
                Fakes.hit("same", "alpha beta gamma delta", 0.9),
                Fakes.hit("other", "epsilon zeta eta theta", 0.5),
                Fakes.hit("last", "iota kappa", 0.0));
        // After a: same has .7 * .9 - .3 * 1 = .33, other has .7 * .5 = .35.
        List<Hit> picked = new MaximalMarginalRelevance(0.7).rerank(QUESTION, hits, 3, DEADLINE);
        assertThat(ids(picked)).containsExactly("a", "other", "same");
        assertThat(picked.get(1).score().value()).isEqualTo(0.35, within(1e-12));
        assertThat(ids(new MaximalMarginalRelevance(1).rerank(QUESTION, hits, 4, DEADLINE)))
                .containsExactly("a", "same", "other", "last");
        assertThat(ids(new MaximalMarginalRelevance(0).rerank(QUESTION, hits, 2, DEADLINE)))
                .containsExactly("a", "other");
        assertThat(new MaximalMarginalRelevance().rerank(QUESTION, List.of(), 2, DEADLINE))
                .isEmpty();
    }

    @Test
    void scoresThatTellNothingLeaveTheOrderToPlaces() {
        List<Hit> hits =
                List.of(Fakes.hit("a", "alpha", 0.5), Fakes.hit("b", "beta", 0.5), Fakes.hit("c", "gamma", 0.5));
        assertThat(ids(new MaximalMarginalRelevance().rerank(QUESTION, hits, 3, DEADLINE)))
                .containsExactly("a", "b", "c");
    }

    @Test
    void rerankersFollowEachOtherAndOnlyTheLastOneCuts() throws InterruptedException {
        List<Hit> hits = List.of(
                Fakes.hit("a", RATE, 0.9), Fakes.hit("copy", RATE, 0.8), Fakes.hit("b", "Something else.", 0.7));
        Reranker both = Rerankers.inOrder(new NearDuplicates(), new MaximalMarginalRelevance());
        assertThat(both.name()).isEqualTo("near-duplicates+mmr");
        assertThat(ids(both.rerank(QUESTION, hits, 2, DEADLINE))).containsExactly("a", "b");
        assertThatIllegalArgumentException().isThrownBy(Rerankers::inOrder).withMessageContaining("rerankers is empty");
    }

    @Test
    void refusesWhatIsOutOfRange() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new NearDuplicates(0.4))
                .withMessageContaining("threshold is 0.4");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MaximalMarginalRelevance(1.1))
                .withMessageContaining("lambda is 1.1");
    }
}
