package dev.groundwork.rag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConvexFusionTest {

    private final ConvexFusion fusion = new ConvexFusion(Map.of("vector", 0.6, "text", 0.4));

    @Test
    void addsWeightedMinMaxScores() {
        Map<String, List<Hit>> legs = new LinkedHashMap<>();
        legs.put("vector", List.of(Fakes.hit("a", "x", 0.9), Fakes.hit("b", "x", 0.7), Fakes.hit("c", "x", 0.5)));
        legs.put("text", List.of(Fakes.hit("c", "x", 12), Fakes.hit("b", "x", 9), Fakes.hit("d", "x", 2)));

        List<Hit> fused = fusion.fuse(legs, 10);

        // a .6·1; b .6·.5 + .4·.7; c .6·0 + .4·1; d 0
        assertThat(fused).extracting(Hit::id).containsExactly("a", "b", "c", "d");
        assertThat(fused.get(1).score().value()).isCloseTo(0.58, within(1e-9));
        assertThat(fused.get(1).scores()).hasSize(3);
        assertThat(fused.get(1).score().rank()).isEqualTo(2);
    }

    @Test
    void aLegThatFailedTakesNoWeight() {
        List<Hit> fused = fusion.fuse(Map.of("text", List.of(Fakes.hit("a", "x", 3), Fakes.hit("b", "x", 1))), 1);

        assertThat(fused).hasSize(1);
        assertThat(fused.getFirst().score().value()).isEqualTo(1);
    }

    @Test
    void breaksTiesById() {
        Map<String, List<Hit>> legs = new LinkedHashMap<>();
        legs.put("vector", List.of(Fakes.hit("b", "x", 0.9)));
        legs.put("other", List.of(Fakes.hit("a", "x", 0.9)));

        assertThat(new ConvexFusion(Map.of()).fuse(legs, 5)).extracting(Hit::id).containsExactly("a", "b");
    }

    @Test
    void refusesAWeightBelowZero() {
        assertThatThrownBy(() -> new ConvexFusion(Map.of("vector", -1.0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("vector")
                .hasMessageContaining("-1");
    }
}
