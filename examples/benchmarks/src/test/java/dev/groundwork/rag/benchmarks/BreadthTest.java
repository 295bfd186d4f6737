package dev.groundwork.rag.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BreadthTest {

    @Test
    void isTheSmallestThatIsEnough() {
        assertThat(Breadth.reaching(0.73, 10, breadth -> breadth / 100.0)).isEqualTo(73);
        assertThat(Breadth.reaching(0.05, 10, breadth -> breadth / 100.0)).isEqualTo(10);
    }

    @Test
    void hasAnEnd() {
        assertThat(Breadth.reaching(1, 10, breadth -> 0.9)).isEqualTo(Breadth.MOST);
    }
}
