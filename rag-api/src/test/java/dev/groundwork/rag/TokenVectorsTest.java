package dev.groundwork.rag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TokenVectorsTest {

    private final Random random = new Random(7);

    private float[] vector(int dimension) {
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }

    private static double cosine(float[] a, float[] b) {
        double dot = 0;
        double as = 0;
        double bs = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
            as += (double) a[i] * a[i];
            bs += (double) b[i] * b[i];
        }
        return dot / Math.sqrt(as * bs);
    }

    private static int dotOfCodes(TokenVectors a, int i, TokenVectors b, int j) {
        byte[] one = new byte[a.dimension()];
        byte[] packed = new byte[b.dimension() / 2];
        a.codes(i, one);
        b.packedCodes(j, packed);
        int dot = 0;
        for (int k = 0; k < packed.length; k++) {
            dot += one[k] * (packed[k] >> 4 & 15) + one[k + packed.length] * (packed[k] & 15);
        }
        return dot;
    }

    @Test
    void cosinesOfCodesAreNearlyThoseOfTheVectors() {
        float[][] vectors = new float[20][];
        Arrays.setAll(vectors, i -> vector(384));
        for (int i = 1; i < 20; i += 2) { // pairs that are near each other
            for (int k = 0; k < 384; k++) {
                vectors[i][k] = vectors[i - 1][k] + 0.5f * vectors[i][k];
            }
        }
        int[] ids = new int[20];
        Arrays.setAll(ids, i -> 100_000 + i);
        TokenVectors tokens = TokenVectors.of(ids, vectors);
        assertThat(tokens.size()).isEqualTo(20);
        for (int i = 0; i < 20; i++) {
            assertThat(tokens.id(i)).isEqualTo(100_000 + i);
            assertThat(cosine(tokens.vector(i), vectors[i])).isGreaterThan(0.985);
            for (int j = 0; j < 20; j++) {
                double exact = cosine(vectors[i], vectors[j]);
                double coded = TokenVectors.cosine(tokens, i, tokens, j, dotOfCodes(tokens, i, tokens, j));
                assertThat(coded).isCloseTo(exact, org.assertj.core.data.Offset.offset(0.04));
            }
        }
    }

    @Test
    void bytesBringThemBack() {
        TokenVectors tokens = TokenVectors.of(new int[] {0, Integer.MAX_VALUE}, new float[][] {{3, 4}, {-1e-20f, 0}});
        TokenVectors back = TokenVectors.from(tokens.toBytes());
        assertThat(back).isEqualTo(tokens).hasSameHashCodeAs(tokens);
        assertThat(back.id(1)).isEqualTo(Integer.MAX_VALUE);
        assertThat(back.vector(0)[0] / back.vector(0)[1]).isBetween(0.6f, 0.9f);
        assertThat(back.vector(1)[0]).isCloseTo(-1, org.assertj.core.data.Offset.offset(0.001f));
        assertThat(TokenVectors.from(TokenVectors.of(new int[0], new float[0][]).toBytes())
                        .size())
                .isZero();
        assertThat(tokens).hasToString("TokenVectors[2 of dimension 2]");
    }

    @Test
    void whatCanNotBeIsRefused() {
        assertThatThrownBy(() -> TokenVectors.of(new int[] {1}, new float[][] {{1, 2, 3}}))
                .hasMessage("dimension is 3, must be even");
        assertThatThrownBy(() -> TokenVectors.of(new int[] {1, 2}, new float[][] {{1, 2}}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TokenVectors.of(new int[] {1, 2}, new float[][] {{1, 2}, {1, 2, 3, 4}}))
                .hasMessage("vector 1 has dimension 4, must be 2");
        for (float[] bad : new float[][] {{0, 0}, {Float.NaN, 1}, {Float.POSITIVE_INFINITY, 1}}) {
            assertThatThrownBy(() -> TokenVectors.of(new int[] {1}, new float[][] {bad}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("vector 0 has the length");
        }
        byte[] bytes = TokenVectors.of(new int[] {1}, new float[][] {{1, 2}}).toBytes();
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> TokenVectors.from(cut)).isInstanceOf(IllegalArgumentException.class);
        }
        byte[] other = bytes.clone();
        other[0] = 9;
        assertThatThrownBy(() -> TokenVectors.from(other)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void joinedOnesAreThoseOfAllParts() {
        float[][] vectors = {vector(8), vector(8), vector(8)};
        TokenVectors none = TokenVectors.of(new int[0], new float[0][]);
        TokenVectors first = TokenVectors.of(new int[] {1, 2}, new float[][] {vectors[0], vectors[1]});
        TokenVectors last = TokenVectors.of(new int[] {3}, new float[][] {vectors[2]});

        assertThat(TokenVectors.join(List.of(first, none, last)))
                .isEqualTo(TokenVectors.of(new int[] {1, 2, 3}, vectors));
        assertThat(TokenVectors.join(List.of())).isEqualTo(none);
        assertThat(TokenVectors.join(List.of(none, none))).isEqualTo(none);
        TokenVectors longer = TokenVectors.of(new int[] {4}, new float[][] {vector(10)});
        assertThatThrownBy(() -> TokenVectors.join(List.of(first, longer)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("parts have dimension 8 and 10, must be of one");
        int half = TokenVectors.MAX_TOKENS / 2 + 1;
        float[][] many = new float[half][];
        Arrays.fill(many, new float[] {1, 0});
        TokenVectors tooMany = TokenVectors.of(new int[half], many);
        assertThatThrownBy(() -> TokenVectors.join(List.of(tooMany, tooMany)))
                .hasMessage("number of tokens is 65538, must be from 0 to 65536");
    }
}
