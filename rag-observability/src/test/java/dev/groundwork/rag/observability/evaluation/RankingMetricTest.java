package dev.groundwork.rag.observability.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class RankingMetricTest {

    private static final Offset<Double> EXACT = within(1e-12);

    /** Two relevant ones of grades 2 and 1, one judged as not relevant, one of grade -1; e is not judged. */
    private static final Map<String, Integer> GRADES = Map.of("a", 2, "b", 1, "c", 0, "d", -1);

    private static final List<String> RANKING = List.of("e", "b", "d", "a");

    @Test
    void ndcgDividesLinearGainsByThoseOfTheBestOrderOfAllJudged() {
        double gain = 1 / (Math.log(3) / Math.log(2)) + 2 / (Math.log(5) / Math.log(2));
        double ideal = 2 + 1 / (Math.log(3) / Math.log(2));
        assertThat(RankingMetric.ndcg(10).of(RANKING, GRADES, 1)).isCloseTo(gain / ideal, EXACT);
    }

    @Test
    void ndcgCutsTheBestOrderToo() {
        double gain = 1 / (Math.log(3) / Math.log(2));
        assertThat(RankingMetric.ndcg(1).of(List.of("b"), GRADES, 1)).isCloseTo(0.5, EXACT);
        assertThat(RankingMetric.ndcg(2).of(RANKING, GRADES, 1)).isCloseTo(gain / (2 + gain), EXACT);
    }

    @Test
    void ndcgCountsGradesWhateverIsRelevant() {
        assertThat(RankingMetric.ndcg(1).of(List.of("b"), GRADES, 2)).isCloseTo(0.5, EXACT);
    }

    @Test
    void averagePrecisionCountsRelevantOnesThatWereNotFoundAsZero() {
        assertThat(RankingMetric.map().of(RANKING, GRADES, 1)).isCloseTo((1.0 / 2 + 2.0 / 4) / 2, EXACT);
        assertThat(RankingMetric.map().of(List.of("b"), GRADES, 1)).isCloseTo(0.5, EXACT);
        assertThat(RankingMetric.parse("map@3").of(RANKING, GRADES, 1)).isCloseTo(0.25, EXACT);
    }

    @Test
    void relevanceStartsAtTheGradeAskedFor() {
        assertThat(RankingMetric.recall(3).of(RANKING, GRADES, 1)).isCloseTo(0.5, EXACT);
        assertThat(RankingMetric.recall(4).of(RANKING, GRADES, 2)).isCloseTo(1, EXACT);
        assertThat(RankingMetric.mrr(10).of(RANKING, GRADES, 2)).isCloseTo(0.25, EXACT);
    }

    @Test
    void reciprocalRankIsZeroBeyondTheCutoff() {
        assertThat(RankingMetric.mrr(1).of(RANKING, GRADES, 1)).isZero();
        assertThat(RankingMetric.mrr(2).of(RANKING, GRADES, 1)).isCloseTo(0.5, EXACT);
    }

    @Test
    void precisionDividesByTheCutoffWhereFewerCameBack() {
        assertThat(RankingMetric.precision(8).of(RANKING, GRADES, 1)).isCloseTo(0.25, EXACT);
        assertThat(RankingMetric.parse("precision").of(RANKING, GRADES, 1)).isCloseTo(0.5, EXACT);
    }

    @Test
    void successAsksForOneRelevantDocument() {
        assertThat(RankingMetric.success(1).of(RANKING, GRADES, 1)).isZero();
        assertThat(RankingMetric.success(2).of(RANKING, GRADES, 1)).isEqualTo(1);
    }

    @Test
    void judgedIsTheShareOfPlacesWithAJudgement() {
        assertThat(RankingMetric.judged(4).of(RANKING, GRADES, 1)).isCloseTo(0.5, EXACT);
        assertThat(RankingMetric.judged(8).of(RANKING, GRADES, 1)).isCloseTo(0.25, EXACT);
    }

    @Test
    void nothingFoundAndNothingRelevantIsZero() {
        for (RankingMetric.Kind kind : RankingMetric.Kind.values()) {
            assertThat(new RankingMetric(kind, 0).of(List.of(), GRADES, 1))
                    .as(kind.name())
                    .isZero();
            assertThat(new RankingMetric(kind, 5).of(RANKING, Map.of(), 1))
                    .as(kind.name())
                    .isZero();
        }
    }

    @Test
    void namesAreOursOrTrecEvals() {
        assertThat(RankingMetric.parse("ndcg@10")).isEqualTo(RankingMetric.ndcg(10));
        assertThat(RankingMetric.parse("ndcg_cut_10")).isEqualTo(RankingMetric.ndcg(10));
        assertThat(RankingMetric.parse("P_5")).isEqualTo(RankingMetric.precision(5));
        assertThat(RankingMetric.parse("recip_rank")).isEqualTo(RankingMetric.mrr(0));
        assertThat(RankingMetric.parse("set_P")).isEqualTo(RankingMetric.precision(0));
        assertThat(RankingMetric.parse("map").id()).isEqualTo("map");
        assertThat(RankingMetric.mrr(10).id()).isEqualTo("mrr@10");
    }

    @Test
    void aNameThatIsUnknownIsRefusedWithTheKnownOnes() {
        assertThatThrownBy(() -> RankingMetric.parse("ndgc@10"))
                .hasMessageContaining("ndgc@10")
                .hasMessageContaining("ndcg");
        assertThatThrownBy(() -> RankingMetric.parse("ndcg@0")).hasMessageContaining("from 1");
        assertThatThrownBy(() -> RankingMetric.map().of(RANKING, GRADES, 0)).hasMessageContaining("relevantFrom is 0");
    }
}
