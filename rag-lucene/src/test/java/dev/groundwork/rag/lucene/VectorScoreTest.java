package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.segment;
import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.Hit;
import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexedSegment;
import dev.langchain4j.data.embedding.Embedding;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VectorScoreTest {

    private static final int DIMENSION = 100;

    /**
     * Vector instructions add in an order that the JVM is free to choose, and it chooses another one once it has compiled:
     * equal vectors had scores that differed in the last bit, for some thousand searches in the life of a process.
     */
    @ParameterizedTest
    @ValueSource(ints = {0, VectorSearch.EXACT_LIMIT})
    void saysTheCosinesThatPlainArithmeticGives(int exactLimit) {
        Random random = new Random(1);
        try (LuceneIndex index = Segments.inMemory(exactLimit)) {
            List<IndexedSegment> segments = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                segments.add(segment(Integer.toString(i), "word", vector(random)));
            }
            index.apply(List.of(new IndexChange.Upsert(segments)));
            for (int i = 0; i < 20; i++) {
                float[] query = vector(random);
                for (Hit hit : index.searchVector(Embedding.from(query), 100, null)) {
                    float[] vector =
                            segments.get(Integer.parseInt(hit.id())).embedding().vector();
                    double dot = 0;
                    for (int d = 0; d < DIMENSION; d++) {
                        dot += (double) query[d] * vector[d];
                    }
                    assertThat(hit.score().value()).isEqualTo(2.0 * (float) ((1 + dot) / 2) - 1);
                }
            }
        }
    }

    private static float[] vector(Random random) {
        float[] vector = new float[DIMENSION];
        for (int d = 0; d < DIMENSION; d++) {
            vector[d] = (float) random.nextGaussian();
        }
        return Vectors.unit("vector", vector);
    }
}
