package dev.groundwork.rag;

import static dev.langchain4j.store.embedding.filter.MetadataFilterBuilder.metadataKey;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.filter.Filter;
import dev.langchain4j.store.embedding.filter.comparison.IsEqualTo;
import dev.langchain4j.store.embedding.filter.comparison.IsGreaterThan;
import dev.langchain4j.store.embedding.filter.comparison.IsIn;
import dev.langchain4j.store.embedding.filter.comparison.IsLessThanOrEqualTo;
import dev.langchain4j.store.embedding.filter.comparison.IsNotEqualTo;
import dev.langchain4j.store.embedding.filter.comparison.IsNotIn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link SegmentIndex} does. Extend it and say how an empty one is opened. */
public abstract class SegmentIndexContract {

    /** The index under test, closed after each test. */
    protected SegmentIndex index;

    /** Opens a new index that holds nothing. */
    protected abstract SegmentIndex openEmpty() throws Exception;

    @BeforeEach
    void openIndex() throws Exception {
        index = openEmpty();
    }

    @AfterEach
    void closeIndex() {
        Thread.interrupted(); // a test that failed in between must not spoil the next one
        index.close();
    }

    // ---- values to test with

    protected static IndexedSegment segment(String id, String text, Metadata metadata, float... vector) {
        return new IndexedSegment(id, TextSegment.from(text, metadata), Embedding.from(vector));
    }

    protected static IndexedSegment segment(String id, String text, float... vector) {
        return segment(id, text, new Metadata(), vector);
    }

    protected final void upsert(IndexedSegment... segments) {
        index.apply(List.of(new IndexChange.Upsert(List.of(segments))));
    }

    protected final List<String> byVector(float... query) {
        return ids(index.searchVector(Embedding.from(query), 10, null));
    }

    protected final List<String> byText(String text) {
        return ids(index.searchText(text, 10, null));
    }

    protected static List<String> ids(List<Hit> hits) {
        return hits.stream().map(Hit::id).toList();
    }

    private static Embedding vector(float... values) {
        return Embedding.from(values);
    }

    // ---- tokens

    private static IndexedSegment segment(String id, TokenVectors tokens) {
        return new IndexedSegment(id, TextSegment.from("x"), new TokenEmbedding(new float[] {1, 0}, tokens));
    }

    private static TokenVectors tokens(int[] ids, float[]... vectors) {
        return TokenVectors.of(ids, vectors);
    }

    @Test
    void comparesTokensByTheBestMatchOfEachAndByHowRareTheyAre() {
        float[] east = {1, 0};
        float[] north = {0, 1};
        float[] between = {1, 1};
        upsert(
                segment("both", tokens(new int[] {1, 2}, east, north)),
                segment("east", tokens(new int[] {1}, east)),
                segment("between", tokens(new int[] {1, 3}, between, between)),
                segment("nothing", "x", 1, 0),
                segment("empty", tokens(new int[0])),
                segment("other dimension", tokens(new int[] {1}, new float[] {1, 0, 0, 0})));
        List<String> all = List.of("both", "east", "between", "nothing", "empty", "other dimension", "none");

        Map<String, Double> near = index.compareTokens(tokens(new int[] {1, 2}, east, north), all);

        assertEquals(java.util.Set.of("both", "east", "between"), near.keySet());
        assertEquals(1, near.get("both"), 0.07); // two dimensions of four bits are coarse
        assertEquals(Math.sqrt(.5), near.get("between"), 0.07);
        assertTrue(near.get("east") < 0.5, "the rarer token is missing: " + near);
        assertEquals(Map.of(), index.compareTokens(tokens(new int[0]), all));
        assertEquals(Map.of(), index.compareTokens(tokens(new int[] {1}, east), List.of()));
    }

    @Test
    void tokensComeAndGoWithTheirSegments() {
        float[] east = {1, 0};
        float[] north = {0, 1};
        TokenVectors asked = tokens(new int[] {1}, east);
        upsert(segment("a", tokens(new int[] {1}, east)), segment("b", tokens(new int[] {1}, north)));
        upsert(segment("a", tokens(new int[] {1}, north)));
        assertEquals(0, index.compareTokens(asked, List.of("a")).get("a"), 0.15);
        index.apply(List.of(new IndexChange.Delete(List.of("b"))));
        assertEquals(Map.of(), index.compareTokens(asked, List.of("b")));
        upsert(segment("a", "x", 1, 0));
        assertEquals(Map.of(), index.compareTokens(asked, List.of("a")));
    }

    @Test
    void listsTokensToo() {
        TokenVectors tokens = tokens(new int[] {4, 5}, new float[] {1, 2}, new float[] {-3, 4});
        upsert(segment("a", tokens), segment("b", "x", 0, 1));
        List<IndexedSegment> all = index.scan(null, 10, null);
        assertEquals(tokens, ((TokenEmbedding) all.get(0).embedding()).tokens());
        assertEquals(Embedding.class, all.get(1).embedding().getClass());
    }

    // ---- the empty index

    @Test
    void findsNothingInAnEmptyIndex() {
        assertEquals(List.of(), byVector(1, 0));
        assertEquals(List.of(), byText("anything"));
        assertEquals(Optional.empty(), index.get("a"));
        assertEquals(Map.of(), index.ledger("docs"));
        assertEquals(0, index.stats().segments());
        assertEquals(0, index.stats().documents());
        assertEquals("up", index.health().status());
        assertEquals(Optional.empty(), index.embedding());
    }

    // ---- finding

    @Test
    void ordersByCosineAndSaysIt() {
        upsert(segment("a", "x", 2, 0), segment("b", "x", 3, 3), segment("c", "x", -1, 0), segment("d", "x", 0, 5));

        List<Hit> hits = index.searchVector(vector(10, 0), 10, null);

        assertEquals(List.of("a", "b", "d", "c"), ids(hits));
        double[] cosines = {1, Math.sqrt(.5), 0, -1};
        for (int i = 0; i < 4; i++) {
            Score score = hits.get(i).score();
            assertEquals(cosines[i], score.value(), 1e-6);
            assertEquals(Score.Kind.COSINE, score.kind());
            assertEquals(Hop.VECTOR, score.hop());
            assertEquals(i + 1, score.rank());
        }
    }

    @Test
    void ordersByWordsAndSaysIt() {
        upsert(
                segment("one", "The river flows. The river is long.", 1, 0),
                segment("two", "A river and a mountain, and a lake besides.", 0, 1),
                segment("none", "Nothing of the kind.", 1, 1));

        List<Hit> hits = index.searchText("river", 10, null);

        assertEquals(List.of("one", "two"), ids(hits));
        for (int i = 0; i < 2; i++) {
            Score score = hits.get(i).score();
            assertTrue(score.value() > 0);
            assertEquals(Score.Kind.BM25, score.kind());
            assertEquals(Hop.TEXT, score.hop());
            assertEquals(i + 1, score.rank());
        }
        assertTrue(hits.get(0).score().value() > hits.get(1).score().value());
    }

    @Test
    void breaksTiesById() {
        for (String id : List.of("c", "a", "e", "b", "d")) {
            upsert(segment(id, "same words", 1, 2)); // one by one, so that the order of arrival differs
        }

        assertEquals(List.of("a", "b", "c", "d", "e"), byVector(1, 2));
        assertEquals(List.of("a", "b", "c", "d", "e"), byText("words"));
        assertEquals(List.of("a", "b"), ids(index.searchVector(vector(1, 2), 2, null)));
        assertEquals(List.of("a", "b"), ids(index.searchText("words", 2, null)));
    }

    @Test
    void givesEqualVectorsEqualScoresWhereverTheyAreKept() {
        List<String> expected = new ArrayList<>();
        for (int batch = 1; batch <= 9; batch++) {
            List<IndexedSegment> same = new ArrayList<>();
            for (int i = 0; i < batch; i++) {
                String id = "s" + (char) ('z' - batch) + i;
                same.add(segment(id, "word", wave(100, 1)));
                expected.add(id);
            }
            index.apply(List.of(new IndexChange.Upsert(same)));
            byVector(wave(100, 1)); // so that each batch is kept by itself
        }
        expected.sort(null);

        for (int i = 0; i < 50; i++) {
            Embedding query = vector(wave(100, 1.1 + i));
            List<Hit> hits = index.searchVector(query, 100, null);
            assertEquals(expected, ids(hits));
            assertEquals(hits.getFirst().score().value(), hits.getLast().score().value());
            assertEquals(expected.subList(0, 7), ids(index.searchVector(query, 7, null)));
        }
    }

    private static float[] wave(int dimension, double frequency) {
        float[] wave = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            wave[i] = (float) Math.sin(frequency * i + 1);
        }
        return wave;
    }

    @Test
    void findsWordsOfTitleAndHeadings() {
        upsert(segment(
                "a",
                "Press the button twice.",
                Metadata.from(Map.of(SegmentKeys.TITLE, "Zebra handbook", SegmentKeys.HEADINGS, "Care › Feeding")),
                1,
                0));

        assertEquals(List.of("a"), byText("zebra"));
        assertEquals(List.of("a"), byText("feeding"));
    }

    @Test
    void returnsAtMostTheLimit() {
        List<IndexedSegment> many = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            many.add(segment("s" + i, "word", 1, i));
        }
        index.apply(List.of(new IndexChange.Upsert(many)));

        assertEquals(7, index.searchVector(vector(1, 1), 7, null).size());
        assertEquals(7, index.searchText("word", 7, null).size());
        assertEquals(
                30, index.searchVector(vector(1, 1), Question.MAX_LIMIT, null).size());
        assertEquals(30, index.searchText("word", Question.MAX_LIMIT, null).size());
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, Question.MAX_LIMIT + 1})
    void refusesALimitOutOfRange(int limit) {
        var byVector =
                assertThrows(IllegalArgumentException.class, () -> index.searchVector(vector(1, 0), limit, null));
        var byText = assertThrows(IllegalArgumentException.class, () -> index.searchText("x", limit, null));

        assertTrue(byVector.getMessage().contains("limit is " + limit), byVector.getMessage());
        assertTrue(byText.getMessage().contains("limit is " + limit), byText.getMessage());
    }

    // ---- languages and odd text

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "水库|长江三峡水库的蓄水位是一百七十五米",
                "猫|一只白猫坐在垫子上",
                "東京|東京タワーは日本の首都にあります",
                "서울|서울은 대한민국의 수도이다",
                "Übergröße|Die Hose gibt es auch in Übergröße zu kaufen",
                "uebrig gross STRASSE|Die Straße ist lang",
                "ubergrosse|Die Hose gibt es auch in Übergröße zu kaufen",
                "القاهرة|مدينة القاهرة هي عاصمة مصر",
                "столица|Москва — столица России",
                "cafe|Le café est fermé",
                "rotating keys|How a key is rotated",
                "office|The oﬃce is closed",
            })
    void findsTextOfManyLanguages(String query, String text) {
        upsert(segment("other", "zzz qqq", 0, 1), segment("a", text, 1, 0));

        assertEquals(List.of("a"), byText(query));
    }

    @Test
    void findsComposedAndDecomposedCharactersAlike() {
        upsert(segment("composed", "Z\u00fcrich", 1, 0), segment("decomposed", "Zu\u0308rich", 1, 0));

        assertEquals(List.of("composed", "decomposed"), byText("z\u00fcrich"));
        assertEquals(List.of("composed", "decomposed"), byText("zu\u0308rich"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "what is alpha?",
                "what is alpha? AND (foo: [",
                "alpha*",
                "text:alpha",
                "\"alpha",
                "alpha^",
                "NOT alpha",
                "-alpha !alpha",
                "alpha~2 /alpha",
                "{alpha TO omega]",
                "\\alpha\\",
                "alpha\u0000beta",
            })
    void takesEveryCharacterOfAQueryAsText(String query) {
        upsert(segment("a", "alpha is the first letter", 1, 0), segment("b", "unrelated", 0, 1));

        assertEquals(List.of("a"), byText(query));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\n", "?", "()[]{}", "…", "\uD83D", "🙂🙂"})
    void findsNothingByATextWithoutWords(String query) {
        upsert(segment("a", "alpha", 1, 0));

        assertEquals(List.of(), byText(query));
    }

    @Test
    void takesAQueryOfTenMegabytes() {
        upsert(segment("a", "alpha", 1, 0));
        StringBuilder query = new StringBuilder("alpha ");
        for (int i = 0; query.length() < 10_000_000; i++) {
            query.append("word").append(i).append(' ');
        }

        assertEquals(List.of("a"), byText(query.toString()));
        assertEquals(List.of(), byText("x".repeat(10_000_000)));
    }

    @Test
    void keepsAHugeText() {
        String huge = "lorem ipsum ".repeat(300_000) + "needle " + "x".repeat(100_000);
        upsert(segment("huge", huge, 1, 0));

        assertEquals(List.of("huge"), byText("needle"));
        assertEquals(huge, index.get("huge").orElseThrow().text());
    }

    @Test
    void keepsIdsWithOddCharactersApart() {
        List<String> ids = List.of(
                "a b",
                "a\tb",
                "a\nb",
                "a\u0000b",
                "ä",
                "a\u0308",
                "\uD800",
                "\uD801",
                "🙂",
                "../a",
                "A b",
                "id:*?",
                "x".repeat(IndexedSegment.MAX_ID_CHARS),
                "\uFFFD",
                "水".repeat(IndexedSegment.MAX_ID_CHARS));
        upsert(ids.stream()
                .map(id -> segment(id, "text of " + ids.indexOf(id), 1, 0))
                .toArray(IndexedSegment[]::new));

        assertEquals(ids.size(), index.stats().segments());
        for (String id : ids) {
            assertEquals(
                    "text of " + ids.indexOf(id), index.get(id).orElseThrow().text());
        }
        assertEquals(ids.stream().sorted().toList(), ids(index.searchVector(vector(1, 0), 100, null)));
        index.apply(List.of(new IndexChange.Delete(List.of("\uD800", "a b"))));
        assertEquals(ids.size() - 2, index.stats().segments());
        assertTrue(index.get("\uD801").isPresent());
    }

    @Test
    void bringsTextAndMetadataBackExactly() {
        Metadata metadata = new Metadata()
                .put("string", "a \u0000 \uD83D ß")
                .put("empty", "")
                .put("long string", "y".repeat(100_000))
                .put("uuid", UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"))
                .put("int", Integer.MIN_VALUE)
                .put("long", Long.MAX_VALUE)
                .put("float", Float.MIN_VALUE)
                .put("double", -0.0d)
                .put("nan", Double.NaN);
        String text = "  text \r\n with \uDC00 odd \u0000 characters\u00a0";
        upsert(segment("a", text, metadata, 1, 0));

        TextSegment byId = index.get("a").orElseThrow();
        TextSegment byVector = index.searchVector(vector(1, 0), 1, null).get(0).segment();

        assertEquals(text, byId.text());
        assertEquals(metadata.toMap(), byId.metadata().toMap()); // equals of Integer, Long and so on: types too
        assertEquals(byId, byVector);
    }

    @Test
    void handsOutCopies() {
        upsert(segment("a", "alpha", Metadata.from("key", "value"), 1, 0));

        index.get("a").orElseThrow().metadata().put("key", "changed");

        assertEquals("value", index.get("a").orElseThrow().metadata().getString("key"));
        assertNotSame(index.get("a").orElseThrow(), index.get("a").orElseThrow());
    }

    // ---- changing

    @Test
    void replacesASegmentOfTheSameId() {
        upsert(segment("a", "before", Metadata.from("k", "1"), 1, 0));
        upsert(segment("a", "after", Metadata.from("k", "2"), 0, 1));

        assertEquals(1, index.stats().segments());
        assertEquals("after", index.get("a").orElseThrow().text());
        assertEquals(List.of(), byText("before"));
        assertEquals(List.of("a"), byText("after"));
        assertEquals(0, index.searchVector(vector(1, 0), 1, null).get(0).score().value(), 1e-6);
        assertEquals(
                List.of(),
                ids(index.searchVector(vector(1, 0), 1, metadataKey("k").isEqualTo("1"))));
    }

    @Test
    void countsTheLaterOfTheSameIdInOneBatch() {
        upsert(segment("a", "first", 1, 0), segment("a", "second", 0, 1));
        assertEquals("second", index.get("a").orElseThrow().text());

        index.apply(List.of(
                new IndexChange.Delete(List.of("a")),
                new IndexChange.Upsert(List.of(segment("a", "third", 1, 0), segment("b", "other", 1, 0))),
                new IndexChange.Delete(List.of("b"))));

        assertEquals("third", index.get("a").orElseThrow().text());
        assertEquals(1, index.stats().segments());
    }

    @Test
    void deletesByIdAndPassesOverUnknownOnes() {
        upsert(segment("a", "alpha", 1, 0), segment("b", "beta", 0, 1));

        index.apply(List.of(new IndexChange.Delete(List.of("a", "never there"))));

        assertEquals(Optional.empty(), index.get("a"));
        assertEquals(List.of("b"), byVector(1, 0));
        assertEquals(List.of(), byText("alpha"));
        assertEquals(1, index.stats().segments());
    }

    @Test
    void deletesWhatMatchesAFilter() {
        upsert(
                segment("a", "x", Metadata.from("lang", "en"), 1, 0),
                segment("b", "x", Metadata.from("lang", "de"), 1, 0),
                segment("c", "x", 1, 0));

        index.apply(List.of(new IndexChange.DeleteMatching(metadataKey("lang").isEqualTo("en"))));
        assertEquals(List.of("b", "c"), byVector(1, 0));

        index.apply(List.of(
                new IndexChange.Upsert(List.of(segment("d", "x", Metadata.from("lang", "de"), 1, 0))),
                new IndexChange.DeleteMatching(metadataKey("lang").isEqualTo("de")),
                new IndexChange.Upsert(List.of(segment("e", "x", Metadata.from("lang", "de"), 1, 0)))));
        assertEquals(List.of("c", "e"), byVector(1, 0));

        index.apply(List.of(new IndexChange.DeleteMatching(metadataKey("lang").isNotEqualTo("de"))));
        assertEquals(List.of("e"), byVector(1, 0));
    }

    @Test
    void deletesEverything() {
        index.apply(List.of(
                new IndexChange.ReplaceDocument("docs", "d", "f", List.of(segment("a", "x", 1, 0))),
                new IndexChange.Upsert(List.of(segment("b", "x", 1, 0)))));

        index.apply(List.of(new IndexChange.DeleteAll()));

        assertEquals(0, index.stats().segments());
        assertEquals(0, index.stats().documents());
        assertEquals(Map.of(), index.ledger("docs"));
        assertEquals(List.of(), byVector(1, 0));
        upsert(segment("c", "of another dimension", 1, 0, 0));
        assertEquals(List.of("c"), byVector(1, 0, 0));
    }

    @Test
    void replacesAndRemovesDocumentsWithTheirSegments() {
        index.apply(List.of(
                new IndexChange.ReplaceDocument(
                        "docs", "d1", "f1", List.of(segment("1", "one", 1, 0), segment("2", "two", 1, 0))),
                new IndexChange.ReplaceDocument("docs", "d2", "f2", List.of(segment("3", "three", 1, 0))),
                new IndexChange.ReplaceDocument("more", "d1", "g1", List.of(segment("4", "four", 1, 0))),
                new IndexChange.ReplaceDocument("docs", "empty", "f0", List.of()),
                new IndexChange.Upsert(List.of(segment("5", "five", 1, 0)))));
        assertEquals(Map.of("d1", "f1", "d2", "f2", "empty", "f0"), index.ledger("docs"));
        assertEquals(Map.of("d1", "g1"), index.ledger("more"));
        assertEquals(5, index.stats().segments());
        assertEquals(4, index.stats().documents());

        index.apply(List.of(new IndexChange.ReplaceDocument(
                "docs", "d1", "f1 changed", List.of(segment("2", "two changed", 1, 0), segment("6", "six", 1, 0)))));
        assertEquals(Map.of("d1", "f1 changed", "d2", "f2", "empty", "f0"), index.ledger("docs"));
        assertEquals(List.of("2", "3", "4", "5", "6"), byVector(1, 0));
        assertEquals("two changed", index.get("2").orElseThrow().text());

        index.apply(List.of(
                new IndexChange.RemoveDocument("docs", "d1"),
                new IndexChange.RemoveDocument("docs", "empty"),
                new IndexChange.RemoveDocument("docs", "never there")));
        assertEquals(Map.of("d2", "f2"), index.ledger("docs"));
        assertEquals(Map.of("d1", "g1"), index.ledger("more"));
        assertEquals(List.of("3", "4", "5"), byVector(1, 0));
    }

    @Test
    void keepsSourcesAndDocumentsWithOddNamesApart() {
        index.apply(List.of(
                new IndexChange.ReplaceDocument("a", "b\u0000c", "1", List.of(segment("1", "x", 1, 0))),
                new IndexChange.ReplaceDocument("a\u0000b", "c", "2", List.of(segment("2", "x", 1, 0))),
                new IndexChange.ReplaceDocument("a", "\uD800", "3", List.of()),
                new IndexChange.ReplaceDocument("a", "\uD801", "4\u0000", List.of())));

        assertEquals(Map.of("b\u0000c", "1", "\uD800", "3", "\uD801", "4\u0000"), index.ledger("a"));
        assertEquals(Map.of("c", "2"), index.ledger("a\u0000b"));
        index.apply(List.of(new IndexChange.RemoveDocument("a", "b\u0000c")));
        assertEquals(List.of("2"), byVector(1, 0));
    }

    @Test
    void appliesNothingAtAllWhereThereIsNothingToApply() {
        index.apply(List.of());
        index.apply(List.of(new IndexChange.Upsert(List.of()), new IndexChange.Delete(List.of())));

        assertEquals(0, index.stats().segments());
    }

    // ---- refusing

    @ParameterizedTest
    @CsvSource({
        "NaN, 1, must be finite",
        "Infinity, 1, must be finite",
        "-Infinity, 1, must be finite",
        "0, 0, length zero",
    })
    void refusesAVectorThatCantBeUsed(float x, float y, String problem) {
        upsert(segment("kept", "kept", 1, 0));

        var refused = assertThrows(
                IllegalArgumentException.class,
                () -> upsert(segment("good", "good", 1, 0), segment("bad one", "bad", x, y)));
        var query = assertThrows(IllegalArgumentException.class, () -> byVector(x, y));

        assertTrue(refused.getMessage().contains("bad one"), refused.getMessage());
        assertTrue(refused.getMessage().contains(problem), refused.getMessage());
        assertTrue(query.getMessage().contains(problem), query.getMessage());
        assertEquals(List.of("kept"), byVector(1, 0));
    }

    @Test
    void refusesAVectorOfAnotherDimension() {
        upsert(segment("kept", "kept", 1, 0));

        var refused = assertThrows(
                IllegalArgumentException.class,
                () -> index.apply(List.of(
                        new IndexChange.Delete(List.of("kept")),
                        new IndexChange.ReplaceDocument("docs", "d", "f", List.of(segment("good", "good", 1, 0))),
                        new IndexChange.Upsert(List.of(segment("bad one", "bad", 1, 0, 0))))));
        var query = assertThrows(IllegalArgumentException.class, () -> byVector(1, 0, 0));

        assertTrue(refused.getMessage().contains("bad one"), refused.getMessage());
        assertTrue(refused.getMessage().contains("dimension 3"), refused.getMessage());
        assertTrue(query.getMessage().contains("dimension 3"), query.getMessage());
        assertEquals(List.of("kept"), byVector(1, 0));
        assertEquals(Map.of(), index.ledger("docs"));
    }

    @Test
    void refusesVectorsOfTwoDimensionsInOneBatch() {
        assertThrows(IllegalArgumentException.class, () -> upsert(segment("a", "x", 1, 0), segment("b", "x", 1, 0, 0)));

        assertEquals(0, index.stats().segments());
        upsert(segment("a", "x", 1, 0, 0));
        assertEquals(List.of("a"), byVector(1, 0, 0));
    }

    @Test
    void takesTheLargestDimensionAndNoLarger() {
        float[] largest = new float[EmbeddingSpec.MAX_DIMENSION];
        largest[4_000] = 1;
        float[] larger = new float[EmbeddingSpec.MAX_DIMENSION + 1];
        larger[0] = 1;

        assertThrows(IllegalArgumentException.class, () -> upsert(segment("larger", "x", larger)));
        upsert(segment("largest", "x", largest));

        assertEquals(List.of("largest"), byVector(largest));
    }

    @Test
    void takesVectorsOfExtremeLength() {
        upsert(segment("long", "x", Float.MAX_VALUE, 0), segment("short", "x", 0, Float.MIN_VALUE));

        assertEquals(List.of("long", "short"), byVector(1e30f, 1e-30f));
        assertEquals(
                1,
                index.searchVector(vector(0, Float.MAX_VALUE), 1, null)
                        .get(0)
                        .score()
                        .value(),
                1e-6);
    }

    @Test
    void refusesAnUnknownFilterAndNamesIt() {
        upsert(segment("a", "alpha", 1, 0));
        final class Homemade implements Filter {
            @Override
            public boolean test(Object object) {
                return true;
            }
        }
        Filter nested = metadataKey("k").isEqualTo("v").and(new Homemade());
        List<Callable<?>> calls = List.of(
                () -> index.searchVector(vector(1, 0), 1, nested), () -> index.searchText("alpha", 1, nested), () -> {
                    index.apply(List.of(
                            new IndexChange.Delete(List.of("a")), new IndexChange.DeleteMatching(Filter.not(nested))));
                    return 0;
                });
        for (Callable<?> call : calls) {
            var refused = assertThrows(IllegalArgumentException.class, call::call);
            assertTrue(refused.getMessage().contains("Homemade"), refused.getMessage());
        }
        assertTrue(index.get("a").isPresent());
    }

    // ---- filters

    @Test
    void restrictsBothSearchesToAFilter() {
        upsert(
                segment("a", "word", Metadata.from(Map.of("n", 1, "lang", "en")), 1, 0),
                segment("b", "word", Metadata.from(Map.of("n", 2L, "lang", "de")), 1, 0),
                segment("c", "word", Metadata.from(Map.of("n", 2.5f, "lang", "en")), 1, 0),
                segment("d", "word", 1, 0));
        Map<Filter, List<String>> expected = Map.ofEntries(
                Map.entry(metadataKey("lang").isEqualTo("en"), List.of("a", "c")),
                Map.entry(metadataKey("lang").isNotEqualTo("en"), List.of("b", "d")),
                Map.entry(metadataKey("lang").isIn("de", "fr"), List.of("b")),
                Map.entry(metadataKey("lang").isNotIn("de", "fr"), List.of("a", "c", "d")),
                Map.entry(metadataKey("lang").containsString("e"), List.of("a", "b", "c")),
                Map.entry(metadataKey("n").isEqualTo(2.0), List.of("b")),
                Map.entry(metadataKey("n").isGreaterThan(1), List.of("b", "c")),
                Map.entry(metadataKey("n").isGreaterThanOrEqualTo(2), List.of("b", "c")),
                Map.entry(metadataKey("n").isLessThan(2.5), List.of("a", "b")),
                Map.entry(metadataKey("n").isLessThanOrEqualTo(1L), List.of("a")),
                Map.entry(Filter.not(metadataKey("n").isLessThan(2)), List.of("b", "c", "d")),
                Map.entry(
                        metadataKey("n")
                                .isGreaterThan(1)
                                .and(metadataKey("lang").isEqualTo("en")),
                        List.of("c")),
                Map.entry(metadataKey("n").isEqualTo(1).or(metadataKey("lang").isEqualTo("de")), List.of("a", "b")),
                Map.entry(metadataKey("missing").isEqualTo("x"), List.of()));
        expected.forEach((filter, ids) -> {
            assertEquals(ids, ids(index.searchVector(vector(1, 0), 10, filter)), filter.toString());
            assertEquals(ids, ids(index.searchText("word", 10, filter)), filter.toString());
        });
    }

    @Test
    void takesAFilterOfThousandsOfParts() {
        upsert(segment("a", "word", Metadata.from("n", "4999"), 1, 0), segment("b", "word", 1, 0));
        Filter any = metadataKey("n").isEqualTo("0");
        Filter all = metadataKey("n").isNotEqualTo("0");
        for (int i = 1; i < 5_000; i++) {
            any = any.or(metadataKey("n").isEqualTo(Integer.toString(i)));
            all = all.and(metadataKey("n").isNotEqualTo(Integer.toString(i)));
        }

        assertEquals(List.of("a"), ids(index.searchText("word", 10, any)));
        assertEquals(List.of("b"), ids(index.searchVector(vector(1, 0), 10, all)));
    }

    private List<String> matching(Filter filter) {
        List<String> byVector = ids(index.searchVector(vector(1, 0), 10, filter));
        assertEquals(byVector, ids(index.searchText("word", 10, filter)), filter.toString());
        return byVector;
    }

    @Test
    void comparesABooleanWithTheStringsTrueAndFalse() {
        upsert(
                segment("f", "word", Metadata.from("public", "false"), 1, 0),
                segment("n", "word", new Metadata().put("public", 1), 1, 0),
                segment("other", "word", Metadata.from("public", "unknown"), 1, 0),
                segment("t", "word", Metadata.from("public", "true"), 1, 0),
                segment("without", "word", 1, 0));

        assertEquals(List.of("t"), matching(new IsEqualTo("public", true)));
        assertEquals(List.of("f"), matching(new IsEqualTo("public", false)));
        assertEquals(List.of("f", "n", "other", "without"), matching(new IsNotEqualTo("public", true)));
        assertEquals(List.of("f", "t"), matching(new IsIn("public", List.of(true, false))));
        assertEquals(List.of("n", "other", "without"), matching(new IsNotIn("public", List.of(true, false))));
        assertEquals(List.of("t"), matching(new IsGreaterThan("public", false)));
        assertEquals(List.of("f", "t"), matching(new IsLessThanOrEqualTo("public", true)));
    }

    @Test
    void showsSegmentsToWhoHasOneOfTheirRoles() {
        upsert(
                segment("a", "word", Metadata.from("roles", StringArray.of("hr", "legal")), 1, 0),
                segment("b", "word", Metadata.from("roles", StringArray.of("eng")), 1, 0),
                segment("c", "word", Metadata.from("roles", StringArray.of()), 1, 0),
                segment("d", "word", Metadata.from("roles", "hr"), 1, 0),
                segment("e", "word", 1, 0));

        assertEquals(List.of("a", "d"), matching(metadataKey("roles").isEqualTo("hr")));
        assertEquals(List.of("a"), matching(metadataKey("roles").isEqualTo("legal")));
        assertEquals(List.of("a", "b"), matching(metadataKey("roles").isIn("legal", "eng", "sales")));
        assertEquals(List.of(), matching(metadataKey("roles").isEqualTo("h")));
        assertEquals(List.of(), matching(metadataKey("roles").isEqualTo("hr\u001Flegal")));
        // what is negated is the whole: "b" has another role, too, but not this one
        assertEquals(List.of("b", "c", "e"), matching(metadataKey("roles").isNotEqualTo("hr")));
        assertEquals(List.of("c", "e"), matching(metadataKey("roles").isNotIn("hr", "eng")));
        assertEquals(
                List.of("a"),
                matching(metadataKey("roles")
                        .isEqualTo("hr")
                        .and(metadataKey("roles").isEqualTo("legal"))));
    }

    @Test
    void takesARoleAwayFromTheNextSearchOn() {
        Filter readable = metadataKey("roles").isEqualTo("hr");
        upsert(
                segment("a", "word", Metadata.from("roles", StringArray.of("hr", "eng")), 1, 0),
                segment("b", "word", Metadata.from("roles", StringArray.of("hr")), 1, 0));
        assertEquals(List.of("a", "b"), matching(readable));

        upsert(segment("a", "word", Metadata.from("roles", StringArray.of("eng")), 1, 0));
        assertEquals(List.of("b"), matching(readable));

        upsert(segment("a", "word", Metadata.from("roles", StringArray.of("eng", "hr")), 1, 0));
        assertEquals(List.of("a", "b"), matching(readable));

        index.apply(List.of(new IndexChange.DeleteMatching(metadataKey("roles").isEqualTo("eng"))));
        assertEquals(List.of("b"), matching(readable));
    }

    @Test
    void comparesTheElementsOfAnArrayOneByOne() {
        upsert(
                segment("a", "word", Metadata.from("tags", StringArray.of("apple", "zoo")), 1, 0),
                segment("b", "word", Metadata.from("tags", StringArray.of("mango")), 1, 0),
                segment("c", "word", Metadata.from("tags", StringArray.of()), 1, 0),
                segment("d", "word", Metadata.from("tags", StringArray.of("")), 1, 0));

        assertEquals(List.of("a"), matching(metadataKey("tags").isGreaterThan("n")));
        assertEquals(List.of("a", "d"), matching(metadataKey("tags").isLessThan("m")));
        Filter fromMToN = metadataKey("tags")
                .isGreaterThanOrEqualTo("m")
                .and(metadataKey("tags").isLessThanOrEqualTo("n"));
        assertEquals(List.of("a", "b"), matching(fromMToN)); // "a" has one element for each of the two
        assertEquals(List.of("a", "b"), matching(metadataKey("tags").containsString("a")));
        assertEquals(List.of("a", "b", "d"), matching(metadataKey("tags").containsString("")));
        assertEquals(List.of(), matching(metadataKey("tags").containsString("ez"))); // not across elements
        assertEquals(List.of(), matching(metadataKey("tags").containsString("\u001F")));
        assertEquals(List.of("d"), matching(metadataKey("tags").isEqualTo("")));
    }

    @Test
    void findsAnArrayAsAWhole() {
        upsert(
                segment("a", "word", Metadata.from("tags", StringArray.of("x", "y")), 1, 0),
                segment("b", "word", Metadata.from("tags", StringArray.of("y", "x")), 1, 0),
                segment("c", "word", Metadata.from("tags", StringArray.of()), 1, 0),
                segment("d", "word", Metadata.from("tags", StringArray.of(StringArray.of("x", "y"))), 1, 0));

        assertEquals(List.of("a", "d"), matching(metadataKey("tags").isEqualTo(StringArray.of("x", "y"))));
        assertEquals(List.of("b", "c"), matching(metadataKey("tags").isNotEqualTo(StringArray.of("x", "y"))));
        assertEquals(List.of("c"), matching(metadataKey("tags").isEqualTo(StringArray.of())));
        assertEquals(List.of("b", "c"), matching(metadataKey("tags").isIn(StringArray.of("y", "x"), StringArray.of())));
    }

    @Test
    void takesArraysOfThousandsOfElementsAndElementsOfThousandsOfCharacters() {
        List<String> many =
                IntStream.range(0, 10_000).mapToObj(i -> "role " + i).toList();
        String huge = "h".repeat(30_000);
        upsert(
                segment("huge", "word", Metadata.from("roles", StringArray.of("small", huge, huge + "!")), 1, 0),
                segment("many", "word", Metadata.from("roles", StringArray.of(many)), 1, 0),
                segment("none", "word", 1, 0));

        assertEquals(List.of("many"), matching(metadataKey("roles").isEqualTo("role 9999")));
        assertEquals(List.of("many"), matching(metadataKey("roles").isEqualTo(StringArray.of(many))));
        assertEquals(List.of(), matching(metadataKey("roles").isEqualTo(StringArray.of(many.subList(1, 10_000)))));
        assertEquals(List.of("huge"), matching(metadataKey("roles").isEqualTo("small")));
        assertEquals(List.of("huge"), matching(metadataKey("roles").isEqualTo(huge)));
        assertEquals(List.of("huge"), matching(metadataKey("roles").containsString("hh!")));
        assertEquals(List.of("huge"), matching(metadataKey("roles").isLessThan("i")));
        assertEquals(List.of("huge", "none"), matching(metadataKey("roles").isNotIn(many)));
        assertEquals(List.of("many", "none"), matching(metadataKey("roles").isNotEqualTo(huge + "!")));
        assertEquals(
                List.of("huge"), matching(metadataKey("roles").isEqualTo(StringArray.of("small", huge, huge + "!"))));
        assertEquals(
                many,
                StringArray.values(index.get("many").orElseThrow().metadata().getString("roles")));
    }

    // ---- hybrid

    @Test
    void fusesBothSearchesAsConvexFusionDoes() {
        List<IndexedSegment> many = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            String text = (i % 3 == 0 ? "river " : "") + (i % 5 == 0 ? "lake " : "") + "word".repeat(1 + i % 4);
            many.add(segment("s" + i, text, new Metadata().put("n", i % 2), 1, i % 40, i % 7));
        }
        index.apply(List.of(new IndexChange.Upsert(many)));
        ConvexFusion fusion = new ConvexFusion(Map.of(Hop.VECTOR, .6, Hop.TEXT, .4));
        for (Filter filter : new Filter[] {null, metadataKey("n").isEqualTo(1)}) {
            for (int limit : new int[] {1, 10, 150}) {
                for (String text : List.of("river lake", "nothing of the kind", "")) {
                    int candidates = Math.max(100, limit);
                    Map<String, List<Hit>> legs = new LinkedHashMap<>();
                    legs.put(Hop.VECTOR, index.searchVector(vector(1, 3, 2), candidates, filter));
                    legs.put(Hop.TEXT, index.searchText(text, candidates, filter));

                    assertEquals(fusion.fuse(legs, limit), index.searchHybrid(vector(1, 3, 2), text, limit, filter));
                }
            }
        }
    }

    // ---- looking at what is there

    @Test
    void countsAllAndWhatMatches() {
        upsert(
                segment("a", "x", Metadata.from("lang", "en"), 1, 0),
                segment("b", "x", Metadata.from("lang", "de"), 1, 0),
                segment("c", "x", Metadata.from("lang", "en"), 1, 0));
        index.apply(List.of(new IndexChange.ReplaceDocument("docs", "d", "f", List.of())));

        assertEquals(3, index.count(null));
        assertEquals(2, index.count(metadataKey("lang").isEqualTo("en")));
        assertEquals(0, index.count(metadataKey("lang").isEqualTo("fr")));
        assertEquals(1, index.count(metadataKey("lang").isNotEqualTo("en")));
    }

    @Test
    void listsSegmentsInTheOrderOfTheirIdsPageByPage() {
        for (String id : List.of("d", "b", "\u00e9", "a", "ab", "\uD83D\uDE42", "c")) {
            upsert(segment(id, "text of " + id, Metadata.from("first", id.substring(0, 1)), 0, 4));
        }
        index.apply(List.of(new IndexChange.Delete(List.of("c"))));

        List<IndexedSegment> first = index.scan(null, 3, null);
        assertEquals(
                List.of("a", "ab", "b"), first.stream().map(IndexedSegment::id).toList());
        assertEquals("text of ab", first.get(1).segment().text());
        assertEquals(1, first.get(0).embedding().vector()[1], 1e-6);
        assertEquals(
                List.of("d", "\u00e9", "\uD83D\uDE42"),
                index.scan("b", 3, null).stream().map(IndexedSegment::id).toList());
        assertEquals(List.of(), index.scan("\uD83D\uDE42", 3, null));
        assertEquals(
                List.of("ab"),
                index.scan("a", 10, metadataKey("first").isEqualTo("a")).stream()
                        .map(IndexedSegment::id)
                        .toList());
        assertThrows(IllegalArgumentException.class, () -> index.scan(null, 0, null));
    }

    // ---- one state for several reads

    @Test
    void keepsAPinnedStateAsItWas() {
        upsert(segment("a", "alpha", 1, 0), segment("b", "beta", 0, 1));
        try (SegmentSnapshot pinned = index.snapshot()) {
            index.apply(List.of(
                    new IndexChange.Delete(List.of("a")),
                    new IndexChange.Upsert(List.of(segment("b", "changed", 1, 1), segment("c", "alpha", 1, 0)))));

            assertEquals(List.of("a", "b"), ids(pinned.searchVector(vector(1, 0), 10, null)));
            assertEquals(List.of("a"), ids(pinned.searchText("alpha", 10, null)));
            assertEquals(List.of("a", "b"), ids(pinned.searchHybrid(vector(1, 0), "alpha", 10, null)));
            assertEquals("beta", pinned.get("b").orElseThrow().text());
            assertEquals(2, pinned.count(null));
            assertEquals(2, pinned.scan(null, 10, null).size());
            assertEquals(List.of("c", "b"), byVector(1, 0));
        }
    }

    @Test
    void refusesReadsOfAStateThatWasLetGo() {
        SegmentSnapshot pinned = index.snapshot();
        pinned.close();
        pinned.close();

        var refused = assertThrows(IllegalStateException.class, () -> pinned.count(null));
        assertTrue(refused.getMessage().contains("count"), refused.getMessage());
    }

    // ---- a view that a filter restricts

    @Test
    void letsNothingOutOfAViewThatItsFilterDoesNotMatch() {
        upsert(
                segment("a1", "alpha", Metadata.from("tenant", "a"), 1, 0),
                segment("a2", "beta", Metadata.from("tenant", "a"), 0, 1),
                segment("b1", "alpha", Metadata.from("tenant", "b"), 1, 0));
        Filter everything =
                metadataKey("tenant").isEqualTo("b").or(metadataKey("tenant").isNotEqualTo("b"));
        SegmentReader view = index.restrictedTo(metadataKey("tenant").isEqualTo("a"));

        for (Filter filter : new Filter[] {null, everything}) {
            assertEquals(List.of("a1", "a2"), ids(view.searchVector(vector(1, 0), 10, filter)));
            assertEquals(List.of("a1"), ids(view.searchText("alpha", 10, filter)));
            assertEquals(List.of("a1", "a2"), ids(view.searchHybrid(vector(1, 0), "alpha", 10, filter)));
            assertEquals(2, view.count(filter));
            assertEquals(2, view.scan(null, 10, filter).size());
        }
        assertEquals(0, view.count(metadataKey("tenant").isEqualTo("b")));
        assertEquals(Optional.empty(), view.get("b1"));
        assertTrue(view.get("a1").isPresent());
        try (SegmentSnapshot pinned = view.snapshot()) {
            assertEquals(2, pinned.count(everything));
            assertEquals(Optional.empty(), pinned.get("b1"));
        }
        upsert(segment("a1", "alpha", Metadata.from("tenant", "b"), 1, 0));
        assertEquals(List.of("a2"), ids(view.searchVector(vector(1, 0), 10, null)));
    }

    // ---- the embedding model

    @Test
    void remembersTheModelFromTheFirstSegmentOn() {
        EmbeddingSpec first = new EmbeddingSpec("first", "f", 3);
        EmbeddingSpec second = new EmbeddingSpec("second", "g", 2);
        index.bind(first);
        index.bind(second); // nothing is there yet
        assertEquals(Optional.of(second), index.embedding());
        upsert(segment("a", "x", 1, 0));

        index.bind(second);
        var refused = assertThrows(IndexMismatchException.class, () -> index.bind(first));

        assertEquals(second, refused.expected());
        assertEquals(first, refused.actual());
        assertTrue(refused.getMessage().contains("second"), refused.getMessage());
        assertEquals(Optional.of(second), index.embedding());
        assertThrows(IndexMismatchException.class, () -> index.bind(new EmbeddingSpec("second", "other weights", 2)));
        index.bind(new EmbeddingSpec("second", "", 2)); // can't tell its weights

        index.apply(List.of(new IndexChange.DeleteAll()));
        index.bind(first);
        upsert(segment("a", "x", 1, 0, 0));
        assertEquals(Optional.of(first), index.embedding());
    }

    @Test
    void holdsVectorsToTheDimensionOfTheModel() {
        index.bind(new EmbeddingSpec("model", "", 3));

        assertThrows(IllegalArgumentException.class, () -> upsert(segment("a", "x", 1, 0)));
        assertThrows(IllegalArgumentException.class, () -> byVector(1, 0));
        assertEquals(List.of(), byVector(1, 0, 0));
    }

    @Test
    void takesAnotherModelOnceAllSegmentsAreDeleted() {
        index.bind(new EmbeddingSpec("first", "", 2));
        upsert(segment("a", "x", 1, 0));
        index.apply(List.of(new IndexChange.Delete(List.of("a"))));

        index.bind(new EmbeddingSpec("second", "", 3));
        upsert(segment("a", "x", 1, 0, 0));

        assertEquals("second", index.embedding().orElseThrow().modelName());
        assertEquals(List.of("a"), byVector(1, 0, 0));
    }

    // ---- threads

    @Test
    void letsManyThreadsChangeAndSearchAtOnce() throws Exception {
        int threads = 4;
        int rounds = 5;
        try (ExecutorService pool = Executors.newFixedThreadPool(2 * threads)) {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int number = t;
                all.add(pool.submit(() -> {
                    start.await();
                    for (int i = 0; i < rounds; i++) {
                        // both or none: what a search sees is even
                        upsert(
                                segment(number + "-" + i + "-x", "pair", 1, 0),
                                segment(number + "-" + i + "-y", "pair", 1, 0));
                        assertTrue(index.get(number + "-" + i + "-y").isPresent());
                    }
                    return 0;
                }));
                all.add(pool.submit(() -> {
                    start.await();
                    for (int i = 0; i < 20 * rounds; i++) {
                        assertEquals(
                                0, index.searchVector(vector(1, 0), 1_000, null).size() % 2);
                        assertEquals(0, index.searchText("pair", 1_000, null).size() % 2);
                    }
                    return 0;
                }));
            }
            start.countDown();
            for (Future<?> one : all) {
                one.get(60, TimeUnit.SECONDS);
            }
        }
        assertEquals(2L * threads * rounds, index.stats().segments());
    }

    @Test
    void takesNoHarmFromACallerThatIsInterruptedBefore() {
        Thread.currentThread().interrupt();
        upsert(segment("a", "alpha", 1, 0));
        assertTrue(Thread.currentThread().isInterrupted(), "the flag is kept");
        assertEquals(List.of("a"), byVector(1, 0));
        assertEquals(List.of("a"), byText("alpha"));
        assertTrue(index.get("a").isPresent());
        assertEquals(1, index.stats().segments());
        assertEquals("up", index.health().status());
        assertTrue(Thread.interrupted(), "the flag is kept");

        upsert(segment("b", "beta", 1, 0));
        assertEquals(List.of("a", "b"), byVector(1, 0));
    }

    @Test
    void takesNoHarmFromCallersThatAreInterruptedMeanwhile() throws Exception {
        AtomicInteger applied = new AtomicInteger();
        AtomicInteger searched = new AtomicInteger();
        Thread writer = new Thread(() -> {
            for (int i = 0; i < 10; i++) {
                upsert(segment("s" + i, "word", 1, 0));
                applied.incrementAndGet();
            }
        });
        Thread reader = new Thread(() -> {
            do {
                byVector(1, 0);
                byText("word");
                searched.incrementAndGet();
            } while (applied.get() < 10 && writer.isAlive());
        });
        writer.start();
        reader.start();
        while (writer.isAlive()) {
            writer.interrupt();
            reader.interrupt();
            writer.join(1);
        }
        reader.join();

        assertEquals(10, applied.get());
        assertTrue(searched.get() > 0);
        upsert(segment("last", "word", 1, 0));
        assertEquals(11, index.stats().segments());
        assertEquals(11, index.searchVector(vector(1, 0), 100, null).size());
        assertEquals("up", index.health().status());
    }

    // ---- closing

    @Test
    void closesTwiceAndRefusesEverythingElseAfterwards() {
        upsert(segment("a", "alpha", 1, 0));

        index.close();
        index.close();

        Map<String, Callable<?>> calls = Map.of(
                "bind",
                        () -> {
                            index.bind(new EmbeddingSpec("m", "", 2));
                            return 0;
                        },
                "embedding", () -> index.embedding(),
                "apply",
                        () -> {
                            index.apply(List.of());
                            return 0;
                        },
                "searchVector", () -> index.searchVector(vector(1, 0), 1, null),
                "searchText", () -> index.searchText("alpha", 1, null),
                "get", () -> index.get("a"),
                "ledger", () -> index.ledger("docs"),
                "stats", () -> index.stats(),
                "health", () -> index.health());
        calls.forEach((name, call) -> {
            var refused = assertThrows(IllegalStateException.class, call::call, name);
            assertTrue(refused.getMessage().contains(name), refused.getMessage());
        });
    }

    @Test
    void letsSearchesEndThatAreUnderWayWhenItIsClosed() throws Exception {
        List<IndexedSegment> many = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            many.add(segment("s" + i, "word number " + i, 1, i));
        }
        index.apply(List.of(new IndexChange.Upsert(many)));
        AtomicInteger searches = new AtomicInteger();
        try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
            Future<String> ended = pool.submit(() -> {
                while (true) {
                    try {
                        assertEquals(100, index.searchText("word", 100, null).size());
                        assertEquals(
                                100, index.searchVector(vector(1, 1), 100, null).size());
                        searches.incrementAndGet();
                    } catch (IllegalStateException closed) {
                        return String.valueOf(closed.getMessage());
                    }
                }
            });
            while (searches.get() < 20 && !ended.isDone()) {
                Thread.onSpinWait();
            }
            index.close();
            String message = ended.get(30, TimeUnit.SECONDS);
            assertTrue(message.contains("is closed"), message);
        }
    }
}
