package dev.groundwork.rag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReciprocalRankFusionTest {

    @Test
    void ranksCountAndScoresDoNot() {
        List<Hit> vector = List.of(Fakes.hit("a", "a", 0.9), Fakes.hit("b", "b", 0.1));
        List<Hit> text = List.of(Fakes.hit("b", "b", 50), Fakes.hit("c", "c", 49));
        List<Hit> fused = new ReciprocalRankFusion().fuse(Map.of("vector", vector, "text", text), 10);
        assertThat(fused).extracting(Hit::id).containsExactly("b", "a", "c");
        double most = 2.0 / 61;
        assertThat(fused.get(0).score().value()).isCloseTo((1.0 / 61 + 1.0 / 62) / most, within(1e-12));
        assertThat(fused.get(1).score().value()).isCloseTo(0.5, within(1e-12));
        assertThat(fused.get(0).score().kind()).isEqualTo(Score.Kind.FUSED);
        assertThat(new ReciprocalRankFusion().fuse(Map.of("vector", vector), 1)).hasSize(1);
    }

    @Test
    void refusesARankThatWouldDivideByZero() {
        assertThatThrownBy(() -> new ReciprocalRankFusion(-1)).hasMessageContaining("k is -1");
        assertThat(new ReciprocalRankFusion(0).fuse(Map.of("text", List.of()), 3))
                .isEmpty();
    }
}
