package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.segment;
import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexedSegment;
import dev.langchain4j.data.embedding.Embedding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class CalibratorTest {

    private static final int SEGMENTS = 2_000;
    private static final int DIMENSION = 16;

    private final Random random = new Random(3);

    private float[] vector() {
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }

    private LuceneIndex filled() {
        LuceneIndex index = Segments.inMemory(0);
        List<IndexedSegment> batch = new ArrayList<>();
        for (int i = 0; i < SEGMENTS; i++) {
            batch.add(segment("s" + i, "word", vector()));
        }
        index.apply(List.of(new IndexChange.Upsert(batch)));
        return index;
    }

    private void ask(LuceneIndex index, int times) {
        for (int i = 0; i < times; i++) {
            index.searchVector(Embedding.from(vector()), 10, null);
        }
    }

    private static @Nullable Calibration measured(LuceneIndex index) {
        return index.engine().read("test", snapshot -> snapshot.manifest().calibration());
    }

    private static Calibration await(LuceneIndex index, Predicate<Calibration> wanted) {
        return Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> measured(index), measured -> measured != null && wanted.test(measured));
    }

    @Test
    void measuresWithQueriesMadeUpAndThenWithThoseThatAreAsked() {
        try (LuceneIndex index = filled()) {
            ask(index, 1);
            assertThat(await(index, measured -> true).asked()).isFalse();
            ask(index, RecentQueries.ENOUGH - 2);
            assertThat(await(index, measured -> true).asked()).isFalse();
            ask(index, 1);
            Calibration asked = await(index, Calibration::asked);
            assertThat(asked.vectors()).isEqualTo(SEGMENTS);
        }
    }

    @Test
    void isKeptWithTheIndex() {
        for (Calibration calibration : List.of(new Calibration(75, 100_000, false), new Calibration(40, 1_000, true))) {
            Map<String, String> data = new HashMap<>();
            calibration.addTo(data);
            assertThat(Calibration.of(data)).isEqualTo(calibration);
        }
        assertThat(Calibration.of(Map.of())).isNull();
    }

    @Test
    void measuresAgainAfterAFailureThoughNotAtOnce() throws Exception {
        try (LuceneIndex index = filled()) {
            IndexEngine engine = index.engine();
            Snapshot now = engine.acquire("test");
            try {
                Calibrator failing = new Calibrator(new RecentQueries(() -> {}), 0, () -> {
                    throw new IllegalStateException("the disk is gone");
                });
                assertThat(failing.isDue(now)).isTrue();
                assertThat(now.acquire()).isTrue();
                failing.start(now, measured -> {});
                failing.close();
                assertThat(failing.isDue(now)).as("soon").isFalse();
            } finally {
                now.release();
            }
        }
    }
}
