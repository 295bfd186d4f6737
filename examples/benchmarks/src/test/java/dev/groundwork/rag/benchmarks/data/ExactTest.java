package dev.groundwork.rag.benchmarks.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExactTest {

    private static final float[][] VECTORS = {{1, 0}, {0.8f, 0.6f}, {0.6f, 0.8f}, {0, 1}, {0.6f, 0.8f}, {-1, 0}};
    private static final List<Query> QUERIES =
            List.of(new Query("", new float[] {1, 0}), new Query("", new float[] {0, 1}));

    @Test
    void recallIsThePartOfTheTrueOnesThatWasFound() {
        Exact exact = Exact.of(6, ExactTest::all, QUERIES, 2); // 0 and 1; 3 and one of 2 and 4
        int[][] found = {{0, 5}, {3, 4}};
        assertThat(exact.recall(QUERIES, query -> found[query], ExactTest::all)).isEqualTo(0.75);
    }

    @Test
    void thoseThatAreEquallyNearCountAlikeButNoHitCountsTwice() {
        Exact exact = Exact.of(6, ExactTest::all, QUERIES, 2);
        int[][] found = {{0, 0}, {2, 4}};
        assertThat(exact.recall(QUERIES, query -> found[query], ExactTest::all)).isEqualTo(0.75);
    }

    @Test
    void whatMustNotBeFoundIsNoHit() {
        IntFunction<float[]> live = i -> i == 0 ? null : VECTORS[i];
        Exact exact = Exact.of(6, live, QUERIES, 1); // 1; 3
        int[][] found = {{0}, {3}};
        assertThat(exact.recall(QUERIES, query -> found[query], live)).isEqualTo(0.5);
    }

    @Test
    void whereFewerMatchThanAreAskedForAllOfThemAreEnough() {
        IntFunction<float[]> one = i -> i == 3 ? VECTORS[i] : null;
        Exact exact = Exact.of(6, one, QUERIES, 10);
        assertThat(exact.recall(QUERIES, query -> new int[] {3}, one)).isEqualTo(1);
    }

    @Test
    void whatIsReadFromTheCacheIsWhatWasComputed(@TempDir Path cache) throws IOException {
        Corpus corpus = SyntheticData.make(500, 10, 16);
        IntFunction<int[]> found = query -> new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
        IntFunction<float[]> half = i -> Share.HALF.matches(i) ? corpus.vectors()[i] : null;
        double computed = Exact.of(corpus, Share.HALF, 10, cache).recall(corpus.queries(), found, half);
        double read = Exact.of(corpus, Share.HALF, 10, cache).recall(corpus.queries(), found, half);
        assertThat(read).isEqualTo(computed).isBetween(0.0, 0.5);
        assertThat(cache).isNotEmptyDirectory();
    }

    @Test
    void sharesAreWhatTheirNamesSay() {
        for (Share share : List.of(Share.HALF, Share.TENTH, Share.HUNDREDTH)) {
            int matches = 0;
            for (int i = 0; i < 100_000; i++) {
                matches += share.matches(i) ? 1 : 0;
            }
            int expected = share == Share.HALF ? 50_000 : share == Share.TENTH ? 10_000 : 1_000;
            assertThat(matches).as(share.name()).isBetween(expected * 9 / 10, expected * 11 / 10);
        }
    }

    private static float[] all(int number) {
        return VECTORS[number];
    }
}
