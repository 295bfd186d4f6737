package dev.groundwork.rag.llm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextBatchesTest {

    private static long[][] texts(int... lengths) {
        return Arrays.stream(lengths).mapToObj(long[]::new).toArray(long[][]::new);
    }

    private static List<List<Integer>> batches(int maxTexts, int... lengths) {
        return TextBatches.of(texts(lengths), maxTexts).stream()
                .map(batch -> Arrays.stream(batch).boxed().toList())
                .toList();
    }

    @Test
    void putsShortTextsOfLikeLengthTogether() {
        assertThat(batches(2, 5, 12, 6, 11, 7)).containsExactly(List.of(1, 3), List.of(4, 2), List.of(0));
    }

    @Test
    void leavesALongTextByItself() {
        assertThat(batches(8, 32, 33, 512, 4)).containsExactly(List.of(2), List.of(1), List.of(0, 3));
    }

    @Test
    void keepsTheOrderOfTextsOfOneLength() {
        assertThat(batches(3, 9, 9, 9, 9)).containsExactly(List.of(0, 1, 2), List.of(3));
    }

    @Test
    void boundsTheTokensOfARunFillingIncluded() {
        int[] lengths = new int[100];
        Arrays.fill(lengths, 20);
        lengths[7] = 32;

        List<List<Integer>> batches = batches(1_000, lengths);

        // 32 of the longest fit 1,024 tokens, then 51 of 20.
        assertThat(batches).extracting(List::size).containsExactly(32, 51, 17);
        assertThat(batches.getFirst()).startsWith(7, 0, 1);
    }

    @Test
    void givesEachTextByItselfAndNoBatchOfNothing() {
        assertThat(batches(1, 3, 4)).containsExactly(List.of(1), List.of(0));
        assertThat(batches(8)).isEmpty();
    }
}
