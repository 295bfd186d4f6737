package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.ids;
import static dev.groundwork.rag.lucene.Segments.segment;
import static dev.groundwork.rag.lucene.Segments.upsert;
import static dev.langchain4j.store.embedding.filter.MetadataFilterBuilder.metadataKey;
import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.Hit;
import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexedSegment;
import dev.groundwork.rag.SegmentReader;
import dev.groundwork.rag.SegmentSnapshot;
import dev.groundwork.rag.StringArray;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.store.embedding.filter.Filter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * No search finds another tenant's segments, whatever is asked besides. {@code -Dleak.queries=100000} for more than the
 * build has time for, {@code -Dseed=} for one run again.
 */
class TenantLeakTest {

    /** Names that come close to each other, and to what an index may use inside. */
    private static final List<String> TENANTS = List.of(
            "t1",
            "t10",
            "T1",
            " t1",
            "",
            "t1\u0000",
            "t1\u0000s",
            "\u001Dt1",
            "t1\u001F",
            "x".repeat(MetadataTerms.MAX_VALUE_BYTES),
            "x".repeat(MetadataTerms.MAX_VALUE_BYTES + 1),
            "x".repeat(MetadataTerms.MAX_VALUE_BYTES + 2));

    private static final int SEGMENTS = 600;
    private static final int DIMENSION = 8;

    private final long seed = Long.getLong("seed", new Random().nextLong());
    private final Random random = new Random(seed);
    private final FilterModel filters = new FilterModel(random);

    private static int queries() {
        return Integer.getInteger("leak.queries", 1_000);
    }

    /** A tenant's segments, by id. */
    private final Map<String, Map<String, FilterModel.Values>> holdings = new HashMap<>();

    private static IndexedSegment indexed(String id, FilterModel.Values values, Random random) {
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return segment(id, "word", values.indexed(), vector);
    }

    /** Gives a segment to a tenant, whoever had it before. */
    private IndexedSegment give(String id, String tenant) {
        Map<String, Object> byKey = filters.values();
        byKey.put("tenant", tenant);
        FilterModel.Values values = FilterModel.Values.of(byKey);
        holdings.values().forEach(holding -> holding.remove(id));
        holdings.computeIfAbsent(tenant, unknown -> new TreeMap<>()).put(id, values);
        return indexed(id, values, random);
    }

    private void fill(LuceneIndex index) {
        for (int i = 0; i < SEGMENTS; i += 50) {
            List<IndexedSegment> batch = new ArrayList<>();
            for (int n = i; n < i + 50; n++) {
                batch.add(give("s" + n, TENANTS.get(random.nextInt(TENANTS.size()))));
            }
            index.apply(List.of(
                    new IndexChange.Upsert(batch), new IndexChange.ReplaceDocument("docs", "d" + i, "f", List.of())));
            index.count(null); // so that each batch is kept by itself
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, VectorSearch.EXACT_LIMIT})
    void findsNothingOfOtherTenantsWhateverIsAskedBesides(int exactLimit, TestReporter reporter) {
        reporter.publishEntry("seed", Long.toString(seed));
        try (LuceneIndex index = Segments.inMemory(exactLimit)) {
            fill(index);
            for (int i = 0; i < queries() / 2; i++) {
                if (i % 10 == 0) {
                    String moved = "s" + random.nextInt(SEGMENTS);
                    index.apply(upsert(give(moved, TENANTS.get(random.nextInt(TENANTS.size())))));
                }
                String tenant = TENANTS.get(random.nextInt(TENANTS.size()));
                Filter inner = filters.filter(random.nextInt(4));
                String what = "seed " + seed + ", query " + i + ", tenant " + TENANTS.indexOf(tenant) + ", " + inner;
                Set<String> own = new HashSet<>();
                holdings.getOrDefault(tenant, Map.of()).forEach((id, values) -> {
                    if (FilterModel.matches(inner, values)) {
                        own.add(id);
                    }
                });
                check(index, joined(tenant, inner), own, exactLimit, what);
                SegmentReader view = index.restrictedTo(only(tenant));
                check(view, inner, own, exactLimit, what);
                try (SegmentSnapshot pinned = view.snapshot()) {
                    check(pinned, inner, own, exactLimit, what);
                }
                String any = "s" + random.nextInt(SEGMENTS);
                assertThat(view.get(any).isPresent())
                        .as(what)
                        .isEqualTo(holdings.getOrDefault(tenant, Map.of()).containsKey(any));
            }
        }
    }

    private void check(SegmentReader reader, Filter filter, Set<String> own, int exactLimit, String what) {
        Embedding query =
                indexed("query", FilterModel.Values.of(Map.of()), random).embedding();
        List<String> byVector = ids(reader.searchVector(query, 1_000, filter));
        assertThat(own).as(what).containsAll(byVector);
        assertThat(own).as(what).containsAll(ids(reader.searchHybrid(query, "word", 10, filter)));
        assertThat(ids(reader.searchText("word", 1_000, filter))).as(what).containsExactlyInAnyOrderElementsOf(own);
        assertThat(reader.count(filter)).as(what).isEqualTo(own.size());
        assertThat(reader.scan(null, 1_000, filter))
                .as(what)
                .extracting(IndexedSegment::id)
                .containsExactlyInAnyOrderElementsOf(own);
        if (exactLimit > 0) {
            assertThat(byVector).as(what).containsExactlyInAnyOrderElementsOf(own);
        }
    }

    private Filter only(String tenant) {
        Filter is = metadataKey("tenant").isEqualTo(tenant);
        return switch (random.nextInt(4)) {
            case 0 -> is;
            case 1 -> metadataKey("tenant").isIn(tenant);
            case 2 -> Filter.not(metadataKey("tenant").isNotEqualTo(tenant));
            default ->
                metadataKey("tenant")
                        .isGreaterThanOrEqualTo(tenant)
                        .and(metadataKey("tenant").isLessThanOrEqualTo(tenant));
        };
    }

    private Filter joined(String tenant, Filter inner) {
        Filter only = only(tenant);
        return switch (random.nextInt(4)) {
            case 0 -> only.and(inner);
            case 1 -> inner.and(only);
            case 2 -> Filter.not(Filter.not(inner).or(Filter.not(only)));
            default -> inner.and(only.and(Filter.not(Filter.not(inner))));
        };
    }

    @Test
    void findsNothingOfOtherTenantsWhileSegmentsChangeHands(TestReporter reporter) throws Exception {
        reporter.publishEntry("seed", Long.toString(seed));
        int readers = 3;
        try (LuceneIndex index = LuceneIndex.inMemory();
                ExecutorService pool = Executors.newFixedThreadPool(readers)) {
            fill(index);
            AtomicInteger reading = new AtomicInteger(readers);
            List<Future<?>> all = new ArrayList<>();
            for (int r = 0; r < readers; r++) {
                Random own = new Random(seed + r);
                all.add(pool.submit(() -> {
                    try {
                        readAsOneTenantAfterTheOther(index, own, queries() / readers);
                    } finally {
                        reading.decrementAndGet();
                    }
                    return 0;
                }));
            }
            while (reading.get() > 0) {
                List<IndexedSegment> moved = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    moved.add(give("s" + random.nextInt(SEGMENTS), TENANTS.get(random.nextInt(TENANTS.size()))));
                }
                index.apply(List.of(new IndexChange.Upsert(moved)));
            }
            for (Future<?> one : all) {
                one.get(60, TimeUnit.SECONDS);
            }
        }
    }

    private void readAsOneTenantAfterTheOther(LuceneIndex index, Random own, int count) {
        FilterModel ownFilters = new FilterModel(own);
        for (int i = 0; i < count; i++) {
            String tenant = TENANTS.get(own.nextInt(TENANTS.size()));
            Filter inner = ownFilters.filter(own.nextInt(3));
            SegmentReader view = index.restrictedTo(metadataKey("tenant").isEqualTo(tenant));
            Embedding query =
                    indexed("query", FilterModel.Values.of(Map.of()), own).embedding();
            List<Hit> hits = new ArrayList<>(view.searchHybrid(query, "word", 100, inner));
            hits.addAll(view.searchText("word", 100, inner));
            hits.addAll(index.searchVector(
                    query, 100, inner.and(metadataKey("tenant").isEqualTo(tenant))));
            assertThat(hits)
                    .as("seed %d, query %d", seed, i)
                    .allMatch(hit -> tenant.equals(hit.segment().metadata().getString("tenant")));
        }
    }

    @Test
    void takesARoleAwayBeforeTheNextSearch(TestReporter reporter) {
        reporter.publishEntry("seed", Long.toString(seed));
        List<String> roles = List.of("hr", "eng", "legal", "sales");
        Map<String, Set<String>> granted = new TreeMap<>();
        try (LuceneIndex index = LuceneIndex.inMemory()) {
            for (int i = 0; i < 300; i++) {
                String id = "s" + random.nextInt(20);
                Set<String> now = granted.computeIfAbsent(id, unknown -> new HashSet<>());
                String role = roles.get(random.nextInt(4));
                if (!now.remove(role)) {
                    now.add(role);
                }
                index.apply(upsert(segment(id, "word", Metadata.from("roles", StringArray.of(now)), 1, 0)));

                List<String> user = List.of(roles.get(random.nextInt(4)), roles.get(random.nextInt(4)), role);
                List<String> readable = granted.entrySet().stream()
                        .filter(entry -> entry.getValue().stream().anyMatch(user::contains))
                        .map(Map.Entry::getKey)
                        .toList();
                SegmentReader view = index.restrictedTo(metadataKey("roles").isIn(user));
                Embedding query = Embedding.from(new float[] {1, 0});
                String what = "seed " + seed + ", round " + i;
                assertThat(ids(view.searchVector(query, 100, null))).as(what).isEqualTo(readable);
                assertThat(ids(view.searchText("word", 100, null))).as(what).isEqualTo(readable);
                assertThat(ids(view.searchHybrid(query, "word", 100, null)))
                        .as(what)
                        .isEqualTo(readable);
                assertThat(view.get(id).isPresent()).as(what).isEqualTo(readable.contains(id));
            }
        }
    }
}
