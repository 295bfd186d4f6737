package dev.groundwork.rag.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.Health;
import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexStats;
import dev.groundwork.rag.IndexedSegment;
import dev.groundwork.rag.TokenEmbedding;
import dev.groundwork.rag.TokenVectors;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Statistics count the vectors of tokens. */
class TokenBytesTest {

    private final LuceneIndex index = LuceneIndex.inMemory();

    @AfterEach
    void close() {
        index.close();
    }

    private static TokenVectors tokens(int count) {
        int[] ids = new int[count];
        Arrays.setAll(ids, i -> i % 3);
        float[][] vectors = new float[count][];
        Arrays.setAll(vectors, i -> new float[] {1, 0, i, 0});
        return TokenVectors.of(ids, vectors);
    }

    private void add(int from, int to) {
        List<IndexedSegment> segments = new ArrayList<>();
        for (int i = from; i < to; i++) {
            float[] vector = {1, i};
            Embedding embedding = i % 3 == 0 ? Embedding.from(vector) : new TokenEmbedding(vector, tokens(i % 11));
            segments.add(new IndexedSegment("s" + i, TextSegment.from("word"), embedding));
        }
        index.apply(List.of(new IndexChange.Upsert(segments)));
    }

    private static long expected(int to) {
        long bytes = 0;
        for (int i = 0; i < to; i++) {
            bytes += i % 3 == 0 ? 0 : tokens(i % 11).toBytes().length;
        }
        return bytes;
    }

    private static Object inHealth(Health health) {
        return Map.copyOf(health.details()).getOrDefault("tokenVectorBytes", "missing");
    }

    @Test
    void nothingIsCountedWhereThereAreNone() {
        index.apply(List.of(new IndexChange.Upsert(
                List.of(new IndexedSegment("a", TextSegment.from("word"), Embedding.from(new float[] {1, 0}))))));
        assertThat(index.stats().tokenVectorBytes()).isZero();
    }

    @Test
    void smallPartsAreCountedToTheByte() {
        add(0, 60);
        index.commit();
        assertThat(index.stats().tokenVectorBytes()).isEqualTo(expected(60));
        add(60, 90);
        IndexStats stats = index.stats();
        assertThat(stats.parts()).isEqualTo(2);
        assertThat(stats.tokenVectorBytes()).isEqualTo(expected(90)).isLessThan(stats.bytes());
        assertThat(inHealth(index.health())).isEqualTo(expected(90));
    }

    @Test
    void largePartsAreEstimated() {
        int many = 40 * TokenBytes.SAMPLE;
        add(0, many);
        index.optimize();
        assertThat(index.stats().tokenVectorBytes()).isCloseTo(expected(many), Percentage.withPercentage(5));
    }
}
