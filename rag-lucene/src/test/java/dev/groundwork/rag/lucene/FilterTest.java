package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.ids;
import static dev.groundwork.rag.lucene.Segments.segment;
import static dev.groundwork.rag.lucene.Segments.upsert;
import static dev.langchain4j.store.embedding.filter.MetadataFilterBuilder.metadataKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexedSegment;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.store.embedding.filter.Filter;
import dev.langchain4j.store.embedding.filter.comparison.ContainsString;
import dev.langchain4j.store.embedding.filter.comparison.IsEqualTo;
import dev.langchain4j.store.embedding.filter.comparison.IsGreaterThan;
import dev.langchain4j.store.embedding.filter.comparison.IsGreaterThanOrEqualTo;
import dev.langchain4j.store.embedding.filter.comparison.IsIn;
import dev.langchain4j.store.embedding.filter.comparison.IsLessThan;
import dev.langchain4j.store.embedding.filter.comparison.IsLessThanOrEqualTo;
import dev.langchain4j.store.embedding.filter.comparison.IsNotEqualTo;
import dev.langchain4j.store.embedding.filter.comparison.IsNotIn;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class FilterTest {

    private static final int SEGMENTS = 240;
    private static final int FILTERS = 400;

    private static final List<String> STRINGS = List.of(
            "",
            " ",
            "a",
            "A",
            "ab",
            "b",
            "ä",
            "a\u0000",
            "a\u0000b",
            "\uD800",
            "\uE000",
            "\uFFFD",
            "🙂",
            "水",
            "水库",
            "x".repeat(1_024),
            "x".repeat(1_025),
            "y".repeat(5_000),
            "ab".repeat(2_000));

    private static final List<Number> NUMBERS = List.of(
            0,
            -0.0,
            0.0f,
            1,
            1L,
            1.0f,
            1.0,
            -1,
            -1.5,
            0.1f,
            0.1,
            1e-7f,
            10,
            100L,
            123,
            12.3,
            -12.3f,
            -12,
            9_007_199_254_740_993L,
            9_007_199_254_740_992.0,
            Integer.MAX_VALUE,
            Integer.MIN_VALUE,
            Long.MAX_VALUE,
            Long.MIN_VALUE,
            0x1p63,
            Float.MAX_VALUE,
            -Float.MAX_VALUE,
            Float.MIN_VALUE,
            Double.MAX_VALUE,
            Double.MIN_VALUE,
            -Double.MIN_VALUE);

    private static final List<UUID> UUIDS = List.of(
            new UUID(0, 0),
            new UUID(0, -1),
            new UUID(-1, 0),
            new UUID(1, 1),
            new UUID(Long.MIN_VALUE, 5),
            new UUID(0, 7));

    private final Random random;
    private final long seed;

    FilterTest() {
        seed = Long.getLong("seed", new Random().nextLong());
        random = new Random(seed);
    }

    @Test
    void matchesWhatEachFilterMatchesByItself() {
        for (int exactLimit : new int[] {0, VectorSearch.EXACT_LIMIT}) {
            try (LuceneIndex index = Segments.inMemory(exactLimit)) {
                Map<String, Metadata> all = fill(index);
                for (int i = 0; i < FILTERS; i++) {
                    Filter filter = filter(4);
                    List<String> expected = all.entrySet().stream()
                            .filter(entry -> filter.test(entry.getValue()))
                            .map(Map.Entry::getKey)
                            .sorted()
                            .toList();
                    assertThat(ids(index.searchText("word", 1_000, filter)))
                            .as("seed %d, filter %d: %.500s", seed, i, filter)
                            .isEqualTo(expected);
                    assertThat(ids(index.searchVector(Embedding.from(new float[] {1, 0}), 1_000, filter)))
                            .as("seed %d, filter %d: %.500s", seed, i, filter)
                            .isEqualTo(expected);
                }
            }
        }
    }

    /** Fills in batches, with deletions, so that leaves and deleted segments are many, and with ledger entries between. */
    private Map<String, Metadata> fill(LuceneIndex index) {
        Map<String, Metadata> all = new LinkedHashMap<>();
        List<IndexedSegment> batch = new ArrayList<>();
        for (int i = 0; i < SEGMENTS; i++) {
            String id = "s" + i;
            Metadata metadata = metadata();
            all.put(id, metadata);
            batch.add(segment(id, "word", metadata, 1, 0));
            if (batch.size() == 40) {
                index.apply(List.of(
                        new IndexChange.Upsert(batch),
                        new IndexChange.ReplaceDocument("docs", id, "f", List.of(batch.getLast())),
                        new IndexChange.Delete(List.of(batch.getFirst().id()))));
                all.remove(batch.getFirst().id());
                batch.clear();
            }
        }
        return all;
    }

    private Metadata metadata() {
        Metadata metadata = new Metadata();
        if (random.nextInt(4) > 0) {
            metadata.put("s", pick(STRINGS));
        }
        if (random.nextInt(4) > 0) {
            metadata.put("s2", pick(STRINGS));
        }
        if (random.nextInt(4) > 0) {
            metadata.putAll(Map.of("n", pick(NUMBERS)));
        }
        if (random.nextInt(4) > 0) {
            metadata.put("u", pick(UUIDS));
        }
        if (random.nextInt(4) > 0) {
            metadata.put("us", pick(UUIDS).toString());
        }
        return metadata;
    }

    private Filter filter(int depth) {
        return switch (random.nextInt(depth == 0 ? 1 : 3)) {
            case 1 ->
                random.nextBoolean()
                        ? filter(depth - 1).and(filter(depth - 1))
                        : filter(depth - 1).or(filter(depth - 1));
            case 2 -> Filter.not(filter(depth - 1));
            default -> comparison();
        };
    }

    private Filter comparison() {
        return switch (random.nextInt(6)) {
            case 0 ->
                new ContainsString(
                        random.nextBoolean() ? "s" : "s2", pick(List.of("a", "b", "x", "\uD83D", "水", "yy", "ba")));
            case 1 -> comparison("n", NUMBERS);
            case 2 -> comparison("u", UUIDS);
            // a UUID compares with a string by equality alone
            case 3 -> random.nextBoolean() ? new IsEqualTo("us", pick(UUIDS)) : new IsNotEqualTo("us", pick(UUIDS));
            case 4 ->
                random.nextBoolean() ? new IsIn("us", UUIDS.subList(0, 3)) : new IsNotIn("us", UUIDS.subList(0, 3));
            default -> comparison(random.nextInt(5) == 0 ? "missing" : random.nextBoolean() ? "s" : "s2", STRINGS);
        };
    }

    private <T> Filter comparison(String key, List<T> values) {
        T value = pick(values);
        return switch (random.nextInt(8)) {
            case 0 -> new IsEqualTo(key, value);
            case 1 -> new IsNotEqualTo(key, value);
            case 2 -> new IsGreaterThan(key, (Comparable<?>) value);
            case 3 -> new IsGreaterThanOrEqualTo(key, (Comparable<?>) value);
            case 4 -> new IsLessThan(key, (Comparable<?>) value);
            case 5 -> new IsLessThanOrEqualTo(key, (Comparable<?>) value);
            case 6 -> new IsIn(key, List.of(value, pick(values), pick(values)));
            default -> new IsNotIn(key, List.of(value, pick(values)));
        };
    }

    private <T> T pick(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    @Test
    void takesValuesOfAnotherTypeThanTheFiltersAsDifferent() {
        try (LuceneIndex index = LuceneIndex.inMemory()) {
            index.apply(upsert(
                    segment("number", "word", new Metadata().put("k", 1), 1, 0),
                    segment("string", "word", Metadata.from("k", "1"), 1, 0),
                    segment("nan", "word", new Metadata().put("k", Double.NaN), 1, 0)));

            assertThat(find(index, metadataKey("k").isEqualTo(1))).containsExactly("number");
            assertThat(find(index, metadataKey("k").isEqualTo("1"))).containsExactly("string");
            assertThat(find(index, metadataKey("k").isNotEqualTo(1))).containsExactly("nan", "string");
            assertThat(find(index, metadataKey("k").isGreaterThan(0))).containsExactly("number");
            assertThat(find(index, metadataKey("k").isLessThan(9))).containsExactly("number");
            assertThat(find(index, metadataKey("k").containsString("1"))).containsExactly("string");
        }
    }

    @Test
    void refusesValuesThatNoMetadataHas() {
        try (LuceneIndex index = LuceneIndex.inMemory()) {
            assertThatThrownBy(() -> find(index, new IsEqualTo("day", LocalDate.EPOCH)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("day")
                    .hasMessageContaining("java.time.LocalDate");
            assertThatThrownBy(() -> find(index, metadataKey("n").isLessThan(Double.NaN)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("must be finite");
        }
    }

    @Test
    void refusesSubclassesOfFiltersThatItKnows() {
        final class OfToday extends IsEqualTo {
            OfToday() {
                super("k", "v");
            }

            @Override
            public boolean test(Object object) {
                return false; // what this means can't be translated, and "k is v" would match more
            }
        }
        try (LuceneIndex index = LuceneIndex.inMemory()) {
            assertThatThrownBy(() -> find(index, Filter.not(new OfToday())))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("OfToday");
        }
    }

    @Test
    void refusesFiltersNestedTooDeeply() {
        Filter filter = metadataKey("k").isEqualTo("v");
        for (int i = 0; i < 100_000; i++) {
            filter = Filter.not(filter);
        }
        Filter deep = filter;
        try (LuceneIndex index = LuceneIndex.inMemory()) {
            assertThatThrownBy(() -> find(index, deep))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("deeper than 200");
        }
    }

    private static List<String> find(LuceneIndex index, Filter filter) {
        return ids(index.searchVector(Embedding.from(new float[] {1, 0}), 10, filter));
    }
}
