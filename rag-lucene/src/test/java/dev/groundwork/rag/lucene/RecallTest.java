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
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Recall@10 of the graph against the true ten. The vectors are harder than any model's: of clusters that overlap, with no
 * direction that matters more than others.
 */
class RecallTest {

    private static final long SEED = 42;
    private static final int SIZE = 6_000;
    private static final int DIMENSION = 48;
    private static final int CLUSTERS = 50;
    private static final float SPREAD = 2;
    private static final int QUERIES = 100;

    private final Random random = new Random(SEED);
    private final float[][] centres = new float[CLUSTERS][];
    private final float[][] vectors = new float[SIZE][];
    private final float[][] queries = new float[QUERIES][];

    RecallTest() {
        Arrays.setAll(centres, c -> near(new float[DIMENSION], 1));
        Arrays.setAll(vectors, i -> ofACluster());
        Arrays.setAll(queries, q -> ofACluster());
    }

    @ParameterizedTest
    @EnumSource
    void findsWhatTheProfilePromisesWhateverTheFilterAndAfterManyChanges(VectorProfile profile) {
        double promised = profile == VectorProfile.HIGH_RECALL ? .99 : .95;
        EngineSettings settings =
                new LuceneIndexBuilder().profile(profile).settings().withExactLimit(0); // never exact
        try (LuceneIndex index = new LuceneIndex(IndexEngine.open(Location.memory(), settings, false))) {
            index.apply(upserts(0, SIZE));
            assertRecall(index, promised, "before it is measured");
            index.engine().calibrate();
            assertRecall(index, promised, "once it is measured");

            for (int i = 0; i < SIZE; i += 3) {
                vectors[i] = ofACluster();
            }
            index.apply(upserts(0, SIZE / 2));
            index.apply(upserts(SIZE / 2, SIZE));
            List<String> deleted = new ArrayList<>();
            for (int i = 1; i < SIZE; i += 5) {
                vectors[i] = null;
                deleted.add("s" + i);
            }
            index.apply(List.of(new IndexChange.Delete(deleted)));
            assertRecall(index, promised, "after every third was changed and every fifth deleted");
        }
    }

    private void assertRecall(LuceneIndex index, double promised, String when) {
        assertThat(recall(index, null, 100)).as(when + ", all").isGreaterThanOrEqualTo(promised);
        assertThat(recall(index, metadataKey("n").isLessThan(50), 50))
                .as(when + ", half")
                .isGreaterThanOrEqualTo(promised);
        assertThat(recall(index, metadataKey("n").isLessThan(10), 10))
                .as(when + ", a tenth")
                .isGreaterThanOrEqualTo(promised);
        assertThat(recall(index, metadataKey("n").isEqualTo(0), 1))
                .as(when + ", a hundredth")
                .isGreaterThanOrEqualTo(promised);
    }

    private List<IndexChange> upserts(int from, int to) {
        List<IndexedSegment> batch = new ArrayList<>();
        for (int i = from; i < to; i++) {
            batch.add(segment("s" + i, "word", new Metadata().put("n", i % 100), vectors[i]));
        }
        return List.of(new IndexChange.Upsert(batch));
    }

    private float[] ofACluster() {
        return near(centres[random.nextInt(CLUSTERS)], SPREAD);
    }

    private float[] near(float[] centre, float spread) {
        float[] vector = centre.clone();
        for (int i = 0; i < vector.length; i++) {
            vector[i] += (float) random.nextGaussian() * spread;
        }
        return vector;
    }

    private record Candidate(String id, double cosine) {}

    private double recall(LuceneIndex index, @Nullable Filter filter, int below) {
        int found = 0;
        for (float[] query : queries) {
            Set<String> exact = new HashSet<>(IntStream.range(0, SIZE)
                    .filter(i -> vectors[i] != null && i % 100 < below)
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
