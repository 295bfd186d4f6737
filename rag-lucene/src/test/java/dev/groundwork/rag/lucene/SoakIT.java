package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.everything;
import static dev.groundwork.rag.lucene.Segments.ids;
import static dev.groundwork.rag.lucene.Segments.segment;
import static dev.langchain4j.store.embedding.filter.MetadataFilterBuilder.metadataKey;
import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexedSegment;
import dev.groundwork.rag.SegmentSnapshot;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Writers, readers, snapshots and maintenance at once, for {@code -Dsoak.seconds} (5). Each document has three segments of
 * one version, always.
 */
class SoakIT {

    private static final int WRITERS = 2;
    private static final int DOCUMENTS = 300;
    private static final int DIMENSION = 8;

    @TempDir
    Path folder;

    private final AtomicBoolean stopped = new AtomicBoolean();
    private final List<Map<String, Integer>> written = new ArrayList<>();

    private interface Work {
        void step(LuceneIndex index, Random random) throws Exception;
    }

    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    void staysConsistentWhateverGoesOnAtOnce() throws Exception {
        long seed = Long.getLong("seed", new Random().nextLong());
        EngineSettings settings =
                LuceneIndex.builder().settings().withExactLimit(200); // the graph, and its measuring, too
        try (LuceneIndex index =
                        new LuceneIndex(IndexEngine.open(Location.of(folder.resolve("index")), settings, false));
                ExecutorService threads = Executors.newCachedThreadPool()) {
            List<Future<?>> running = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                Map<String, Integer> own = new HashMap<>();
                written.add(own);
                int number = writer;
                running.add(start(threads, index, seed + writer, (to, random) -> write(to, random, number, own)));
            }
            for (int reader = 0; reader < 2; reader++) {
                running.add(start(threads, index, seed + 100 + reader, SoakIT::read));
            }
            running.add(start(threads, index, seed + 200, SoakIT::readSnapshot));
            running.add(start(threads, index, seed + 300, this::maintain));
            TimeUnit.SECONDS.sleep(Integer.getInteger("soak.seconds", 5));
            stopped.set(true);
            for (Future<?> one : running) {
                try {
                    one.get();
                } catch (ExecutionException e) {
                    throw new AssertionError("seed " + seed, e.getCause());
                }
            }

            Map<String, Integer> expected = new HashMap<>();
            written.forEach(expected::putAll);
            try (SegmentSnapshot last = index.snapshot()) {
                assertThat(versions(last)).as("seed " + seed).isEqualTo(expected);
            }
            assertThat(index.verify().files()).isPositive();
        }
        try (LuceneIndex index = LuceneIndex.open(folder.resolve("index"));
                SegmentSnapshot last = index.snapshot()) {
            Map<String, Integer> expected = new HashMap<>();
            written.forEach(expected::putAll);
            assertThat(versions(last)).as("seed " + seed + ", reopened").isEqualTo(expected);
        }
    }

    private Future<?> start(ExecutorService threads, LuceneIndex index, long seed, Work work) {
        Random random = new Random(seed);
        return threads.submit(() -> {
            try {
                while (!stopped.get()) {
                    work.step(index, random);
                }
            } catch (Throwable t) {
                stopped.set(true);
                throw t;
            }
            return true;
        });
    }

    private static Embedding vector(Random random) {
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return Embedding.from(vector);
    }

    private static void write(LuceneIndex index, Random random, int writer, Map<String, Integer> own) {
        String document = "d" + writer + "-" + random.nextInt(DOCUMENTS);
        if (random.nextInt(5) == 0) {
            IndexChange gone = random.nextBoolean()
                    ? new IndexChange.RemoveDocument("docs", document)
                    : new IndexChange.DeleteMatching(metadataKey("document").isEqualTo(document));
            index.apply(List.of(gone));
            own.remove(document);
        } else {
            int version = random.nextInt(1_000_000);
            List<IndexedSegment> parts = new ArrayList<>();
            for (int part = 0; part < 3; part++) {
                Metadata metadata = new Metadata().put("document", document).put("version", version);
                parts.add(segment(
                        document + "/" + part,
                        "one word of many",
                        metadata,
                        vector(random).vector()));
            }
            index.apply(List.of(new IndexChange.ReplaceDocument("docs", document, "v" + version, parts)));
            own.put(document, version);
            assertThat(index.get(document + "/0").orElseThrow().metadata().getInteger("version"))
                    .as("seen at once by who wrote it")
                    .isEqualTo(version);
        }
    }

    private static void read(LuceneIndex index, Random random) {
        Embedding query = vector(random);
        switch (random.nextInt(4)) {
            case 0 -> assertThat(ids(index.searchVector(query, 20, null))).doesNotHaveDuplicates();
            case 1 -> assertThat(ids(index.searchText("word", 20, null))).doesNotHaveDuplicates();
            case 2 ->
                assertThat(ids(index.searchHybrid(query, "word", 20, null))).doesNotHaveDuplicates();
            default -> {
                int half = random.nextInt(1_000_000);
                index.searchVector(query, 20, metadataKey("version").isLessThan(half))
                        .forEach(hit -> assertThat(hit.segment().metadata().getInteger("version"))
                                .isLessThan(half));
            }
        }
    }

    private static void readSnapshot(LuceneIndex index, Random random) {
        try (SegmentSnapshot snapshot = index.snapshot()) {
            Map<String, Integer> before = versions(snapshot);
            Set<String> found = new HashSet<>(ids(snapshot.searchText("word", 1_000, null)));
            assertThat(found).hasSize(Math.min(1_000, 3 * before.size()));
            assertThat(snapshot.count(null)).isEqualTo(3L * before.size());
            for (String id : ids(snapshot.searchHybrid(vector(random), "word", 50, null))) {
                assertThat(before).containsKey(id.substring(0, id.indexOf('/')));
            }
            assertThat(versions(snapshot)).as("the same, however late").isEqualTo(before);
        }
    }

    /** Returns the version of each document, which all of its three segments are of. */
    private static Map<String, Integer> versions(SegmentSnapshot snapshot) {
        Map<String, Integer> versions = new HashMap<>();
        Map<String, Integer> parts = new HashMap<>();
        for (IndexedSegment segment : everything(snapshot)) {
            Metadata metadata = segment.segment().metadata();
            String document = Objects.requireNonNull(metadata.getString("document"));
            Integer version = Objects.requireNonNull(metadata.getInteger("version"));
            assertThat(versions.merge(document, version, (one, other) -> other)).isEqualTo(version);
            parts.merge(document, 1, Integer::sum);
        }
        assertThat(parts.values()).allMatch(count -> count == 3);
        return versions;
    }

    private void maintain(LuceneIndex index, Random random) throws Exception {
        switch (random.nextInt(6)) {
            case 0 -> {
                String name = "n" + random.nextInt(3);
                if (index.commits().stream().anyMatch(commit -> commit.name().equals(name))) {
                    index.forget(name);
                } else {
                    index.commit(name);
                }
            }
            case 1 -> index.optimize();
            case 2 -> index.verify();
            case 3 -> assertThat(index.stats().segments()).isNotNegative();
            case 4 -> {
                Path copy = folder.resolve("copy" + random.nextInt(1_000_000));
                index.copyTo(copy);
                try (LuceneIndex copied = LuceneIndex.openReadOnly(copy);
                        SegmentSnapshot snapshot = copied.snapshot()) {
                    versions(snapshot);
                }
            }
            default -> index.commit();
        }
    }
}
