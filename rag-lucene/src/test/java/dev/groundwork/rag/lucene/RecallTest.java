package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.ids;
import static dev.groundwork.rag.lucene.Segments.segment;
import static dev.langchain4j.store.embedding.filter.MetadataFilterBuilder.metadataKey;
import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexedSegment;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.store.embedding.filter.Filter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Recall@10 of the graph against the true ten, over clustered vectors as models make them. */
class RecallTest {

    private static final long SEED = 42;
    private static final int SIZE = 20_000;
    private static final int DIMENSION = 64;
    private static final int CLUSTERS = 50;
    private static final float SPREAD = 2;
    private static final int QUERIES = 100;

    private static final float[][] vectors = new float[SIZE][];
    private static final float[][] queries = new float[QUERIES][];
    private static LuceneIndex index;

    @BeforeAll
    static void fill() {
        Random random = new Random(SEED);
        float[][] centres = new float[CLUSTERS][];
        for (int c = 0; c < CLUSTERS; c++) {
            centres[c] = near(random, new float[DIMENSION], 1);
        }
        index = new LuceneIndex(
                IndexEngine.open(Location.memory(), EngineSettings.defaults().withExactLimit(0), false)); // never exact
        List<IndexedSegment> batch = new ArrayList<>();
        for (int i = 0; i < SIZE; i++) {
            vectors[i] = near(random, centres[random.nextInt(CLUSTERS)], SPREAD);
            batch.add(segment("s" + i, "word", new Metadata().put("n", i % 100), vectors[i]));
            if (batch.size() == SIZE / 2) { // two leaves
                index.apply(List.of(new IndexChange.Upsert(batch)));
                batch.clear();
            }
        }
        for (int q = 0; q < QUERIES; q++) {
            queries[q] = near(random, centres[random.nextInt(CLUSTERS)], SPREAD);
        }
    }

    @AfterAll
    static void close() {
        index.close();
    }

    private static float[] near(Random random, float[] centre, float spread) {
        float[] vector = centre.clone();
        for (int i = 0; i < vector.length; i++) {
            vector[i] += (float) random.nextGaussian() * spread;
        }
        return vector;
    }

    @Test
    void findsTheTrueTenWithoutAFilter() {
        assertThat(recall(null, 100)).isGreaterThanOrEqualTo(.95);
    }

    @Test
    void findsTheTrueTenOfHalf() {
        assertThat(recall(metadataKey("n").isLessThan(50), 50)).isGreaterThanOrEqualTo(.95);
    }

    @Test
    void findsTheTrueTenOfATenth() {
        assertThat(recall(metadataKey("n").isLessThan(10), 10)).isGreaterThanOrEqualTo(.95);
    }

    @Test
    void findsTheTrueTenOfAHundredth() {
        assertThat(recall(metadataKey("n").isEqualTo(0), 1)).isGreaterThanOrEqualTo(.95);
    }

    private record Candidate(String id, double cosine) {}

    private static double recall(@Nullable Filter filter, int below) {
        int found = 0;
        for (float[] query : queries) {
            Set<String> exact = new HashSet<>(IntStream.range(0, SIZE)
                    .filter(i -> i % 100 < below)
                    .mapToObj(i -> new Candidate("s" + i, cosine(query, vectors[i])))
                    .sorted(Comparator.comparingDouble(Candidate::cosine).reversed())
                    .limit(10)
                    .map(Candidate::id)
                    .toList());
            List<String> hits = ids(index.searchVector(Embedding.from(query), 10, filter));
            assertThat(hits).hasSize(10).doesNotHaveDuplicates();
            exact.retainAll(hits);
            found += exact.size();
        }
        return found / (10.0 * QUERIES);
    }

    private static double cosine(float[] a, float[] b) {
        double dot = 0;
        double lengths = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
            lengths += (double) b[i] * b[i];
        }
        return dot / Math.sqrt(lengths);
    }
}
