package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.segment;
import static dev.groundwork.rag.lucene.Segments.upsert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.apache.lucene.util.BytesRef;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GivenVectorTest {

    @Test
    void storesNothingForAVectorOfLengthOne() throws IOException {
        float[] given = {0.6f, -0.8f, 0};
        float[] unit = Vectors.unit("vector", given);

        assertThat(GivenVector.difference(given, unit)).isEqualTo(new BytesRef());
        assertThat(GivenVector.restore(unit, new BytesRef())).containsExactly(0.6f, -0.8f, 0);
    }

    @Test
    void storesItsLengthAndAByteForEachValueElse() throws IOException {
        float[] given = {3, -4, 0};

        BytesRef difference = GivenVector.difference(given, Vectors.unit("vector", given));

        assertThat(difference.length).isEqualTo(8 + 3);
        assertThat(GivenVector.restore(new float[] {0.6f, -0.8f, 0}, difference))
                .containsExactly(3, -4, 0);
    }

    @Test
    void restoresEveryBitOfAnyVector() throws IOException {
        long seed = Long.getLong("seed", new Random().nextLong());
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            float[] given = new float[1 + random.nextInt(64)];
            double scale = Math.pow(10, random.nextInt(70) - 40);
            for (int j = 0; j < given.length; j++) {
                given[j] = switch (random.nextInt(8)) {
                    case 0 -> random.nextBoolean() ? 0f : -0f;
                    case 1 -> Float.MIN_VALUE;
                    default -> (float) (random.nextGaussian() * scale);
                };
            }
            given[0] = (float) Math.max(scale, Float.MIN_NORMAL); // not all zero
            float[] unit = Vectors.unit("vector", given);

            float[] restored = GivenVector.restore(unit, GivenVector.difference(given, unit));

            for (int j = 0; j < given.length; j++) {
                assertThat(Float.floatToRawIntBits(restored[j]))
                        .as("seed %d, vector %d, value %d: %s", seed, i, j, given[j])
                        .isEqualTo(Float.floatToRawIntBits(given[j]));
            }
        }
    }

    @Test
    void isThereAfterMergingAndReopening(@TempDir Path folder) {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            for (int i = 1; i <= 15; i++) {
                index.apply(upsert(segment("long" + i, "word", 3 * i, 4 * i, 0), segment("unit" + i, "word", 0, 0, 1)));
                index.commit(); // one leaf each, and so merges
            }
            index.apply(upsert(segment("later", "word".repeat(20_000), 0, 30, 40)));
            assertThat(vector(index, "later")).containsExactly(0, 30, 40);
        }
        try (LuceneIndex index = LuceneIndex.openReadOnly(folder)) {
            assertThat(vector(index, "long1")).containsExactly(3, 4, 0);
            assertThat(vector(index, "long15")).containsExactly(45, 60, 0);
            assertThat(vector(index, "unit7")).containsExactly(0, 0, 1);
            assertThat(vector(index, "later")).containsExactly(0, 30, 40);
        }
    }

    private static float[] vector(LuceneIndex index, String id) {
        return index
                .asEmbeddingStore()
                .search(EmbeddingSearchRequest.builder()
                        .queryEmbedding(Embedding.from(new float[] {1, 1, 1}))
                        .maxResults(100)
                        .build())
                .matches()
                .stream()
                .filter(match -> match.embeddingId().equals(id))
                .findFirst()
                .orElseThrow()
                .embedding()
                .vector();
    }

    @Test
    void takesTheCosineOfEqualVectorsForOne() {
        Random random = new Random(42);
        for (int i = 0; i < 1_000; i++) {
            float[] vector = {random.nextFloat(), random.nextFloat(), random.nextFloat()};
            assertThat(Vectors.cosine(vector, vector.clone())).isEqualTo(1.0);
        }
    }

    @Test
    void takesTheCosineOfHugeVectorsWithoutOverflow() {
        assertThat(Vectors.cosine(new float[] {Float.MAX_VALUE, 0}, new float[] {-Float.MAX_VALUE, 0}))
                .isEqualTo(-1.0);
        assertThat(Vectors.cosine(new float[] {Float.MAX_VALUE, 0}, new float[] {3e-38f, 4e-38f}))
                .isCloseTo(0.6, within(1e-6));
    }
}
