package dev.groundwork.rag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MinMaxTest {

    @Test
    void bringsTheLowestToZeroAndTheHighestToOne() {
        assertThat(MinMax.scaled(3, -1, 1)).containsExactly(1, 0, 0.5);
        assertThat(MinMax.scaled()).isEmpty();
    }

    @Test
    void givesOneWhereAllAreTheSame() {
        assertThat(MinMax.scaled(-2, -2)).containsExactly(1, 1);
        assertThat(MinMax.of(4).tellsApart()).isFalse();
    }

    @Test
    void passesOverWhatIsNoNumber() {
        assertThat(MinMax.scaled(Double.NaN, 2, 6, 4)).containsExactly(Double.NaN, 0, 1, 0.5);
        assertThat(MinMax.of(Double.NaN)).isEqualTo(new MinMax(0, 1));
    }

    @Test
    void scalesScoresBeyondTheSpan() {
        MinMax span = new MinMax(0.4, 0.8);
        assertThat(span.scale(1.2)).isEqualTo(2, org.assertj.core.data.Offset.offset(1e-9));
        assertThat(span.scale(0)).isEqualTo(-1, org.assertj.core.data.Offset.offset(1e-9));
        assertThat(span.tellsApart()).isTrue();
    }

    @Test
    void refusesASpanThatEndsBeforeItBegins() {
        assertThatThrownBy(() -> new MinMax(2, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2");
    }
}
