package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.segment;
import static dev.langchain4j.store.embedding.filter.MetadataFilterBuilder.metadataKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexedSegment;
import dev.langchain4j.data.document.Metadata;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.search.ScoreDoc;
import org.junit.jupiter.api.Test;

class ExactSearchTest {

    private static final int SEGMENTS = 6_000;
    private static final Executor BUSY = work -> {
        throw new RejectedExecutionException("busy");
    };

    private final Random random = new Random(9);

    private float[] vector() {
        return new float[] {random.nextFloat() + .1f, random.nextFloat(), random.nextFloat(), random.nextFloat()};
    }

    private LuceneIndex filled() {
        LuceneIndex index = Segments.inMemory(Integer.MAX_VALUE);
        for (int start = 0; start < SEGMENTS; start += 1_500) {
            List<IndexedSegment> batch = new ArrayList<>();
            for (int i = start; i < start + 1_500; i++) {
                batch.add(segment("s" + i, "word", new Metadata().put("n", i % 100), vector()));
            }
            index.apply(List.of(new IndexChange.Upsert(batch)));
            index.count(null); // so that there are several parts
        }
        return index;
    }

    private static List<Integer> best(List<ScoreDoc> found) {
        return found.stream()
                .sorted(Comparator.comparingDouble((ScoreDoc doc) -> -doc.score).thenComparingInt(doc -> doc.doc))
                .limit(10)
                .map(doc -> doc.doc)
                .toList();
    }

    @Test
    void findsTheSameWhoeverHelps() throws Exception {
        try (LuceneIndex index = filled();
                ExecutorService one = Executors.newSingleThreadExecutor()) {
            AtomicInteger helped = new AtomicInteger();
            Executor counting = work -> {
                helped.incrementAndGet();
                one.execute(work);
            };
            for (int below : new int[] {100, 50, 10, 1}) {
                float[] query = vector();
                MetadataMatcher matcher =
                        FilterTranslator.translate(metadataKey("n").isLessThan(below));
                index.engine().read("test", snapshot -> {
                    FilteredDocs docs = snapshot.filters().get(null, matcher);
                    assertThat(docs.count()).isEqualTo(SEGMENTS / 100L * below);
                    List<Integer> alone = best(ExactSearch.find(snapshot, query, 10, docs, BUSY));
                    assertThat(alone).hasSize(10).doesNotHaveDuplicates();
                    assertThat(best(ExactSearch.find(snapshot, query, 10, docs, Runnable::run)))
                            .isEqualTo(alone);
                    for (int i = 0; i < 50; i++) {
                        assertThat(best(ExactSearch.find(snapshot, query, 10, docs, counting)))
                                .isEqualTo(alone);
                    }
                    return alone;
                });
            }
            assertThat(helped.get()).as("only where it is worth it").isEqualTo(2 * 50);
        }
    }

    @Test
    void letsTheHelperDoWhatTheCallerHasNotTaken() throws Exception {
        try (LuceneIndex index = filled();
                ExecutorService one = Executors.newSingleThreadExecutor()) {
            index.engine().read("test", snapshot -> {
                FilteredDocs docs = snapshot.filters().get(null, null);
                CountDownLatch ended = new CountDownLatch(1);
                Executor first = work -> {
                    one.execute(() -> {
                        work.run();
                        ended.countDown();
                    });
                    try {
                        ended.await(); // the helper finds everything, the caller comes too late
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                };
                float[] query = vector();
                assertThat(best(ExactSearch.find(snapshot, query, 10, docs, first)))
                        .isEqualTo(best(ExactSearch.find(snapshot, query, 10, docs, BUSY)));
                return true;
            });
        }
    }

    @Test
    void tellsTheFailureOfWhoHelps() {
        assertThatThrownBy(() -> Beside.start(Runnable::run, () -> {
                            throw new IOException("gone");
                        })
                        .result())
                .isInstanceOf(IOException.class)
                .hasMessage("gone");
    }
}
