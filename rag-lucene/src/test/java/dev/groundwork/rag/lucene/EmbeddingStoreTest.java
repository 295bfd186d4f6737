package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.segment;
import static dev.langchain4j.store.embedding.filter.MetadataFilterBuilder.metadataKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.groundwork.rag.EmbeddingSpec;
import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexMismatchException;
import dev.langchain4j.data.document.Document;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.ContentMetadata;
import dev.langchain4j.rag.content.retriever.EmbeddingStoreContentRetriever;
import dev.langchain4j.rag.query.Query;
import dev.langchain4j.store.embedding.EmbeddingMatch;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.EmbeddingSearchResult;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.langchain4j.store.embedding.EmbeddingStoreIngestor;
import dev.langchain4j.store.embedding.filter.Filter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What LangChain4j's conformance suites leave open. */
class EmbeddingStoreTest {

    private final LuceneIndex index = LuceneIndex.inMemory();
    private final EmbeddingStore<TextSegment> store = index.asEmbeddingStore();

    @AfterEach
    void close() {
        index.close();
    }

    private static Embedding vector(float... values) {
        return Embedding.from(values);
    }

    private static EmbeddingSearchRequest near(Embedding query, int maxResults, @Nullable Filter filter) {
        return EmbeddingSearchRequest.builder()
                .queryEmbedding(query)
                .maxResults(maxResults)
                .filter(filter)
                .build();
    }

    private List<EmbeddingMatch<TextSegment>> all() {
        return store.search(near(vector(1, 0), 1_000, null)).matches();
    }

    private List<String> allIds() {
        return ids(all());
    }

    private List<String> matching(Filter filter) {
        return ids(store.search(near(vector(1, 0), 1_000, filter)).matches());
    }

    private static List<String> ids(List<EmbeddingMatch<TextSegment>> matches) {
        return matches.stream().map(EmbeddingMatch::embeddingId).toList();
    }

    // Adding

    @Test
    void givesVectorsBackAsTheyWereGivenWhateverTheirLength() {
        store.add("unit", vector(0.6f, 0.8f));
        store.add("long", vector(3.3f, 0.1f));
        store.add("tiny", vector(-1e-20f, 7e-21f));

        assertThat(all())
                .extracting(match -> match.embeddingId(), match -> match.embedding())
                .containsExactly(
                        tuple("long", vector(3.3f, 0.1f)),
                        tuple("unit", vector(0.6f, 0.8f)),
                        tuple("tiny", vector(-1e-20f, 7e-21f)));
    }

    @Test
    void leavesGivenVectorsAloneAndIsLeftAloneByThoseItGave() {
        Embedding given = vector(3, 4);
        store.add("a", given);
        given.vector()[0] = 9;
        all().getFirst().embedding().vector()[1] = 9;

        assertThat(given).isEqualTo(vector(9, 4));
        assertThat(all().getFirst().embedding()).isEqualTo(vector(3, 4));
    }

    @Test
    void keepsMetadataOfEveryTypeAsItIs() {
        Map<String, Object> metadata = Map.of(
                "string",
                "",
                "uuid",
                UUID.fromString("00000000-0000-0001-8000-000000000002"),
                "integer",
                Integer.MIN_VALUE,
                "long",
                9_007_199_254_740_993L,
                "float",
                0.1f,
                "double",
                Double.MIN_VALUE);
        store.add(vector(1, 0), TextSegment.from("text", Metadata.from(metadata)));

        assertThat(all().getFirst().embedded().metadata().toMap()).isEqualTo(metadata);
    }

    @Test
    void replacesAnEntryWhoseIdIsThereAlready() {
        store.addAll(
                List.of("a", "b"),
                List.of(vector(1, 0), vector(1, 0)),
                List.of(TextSegment.from("old", Metadata.from("k", "old")), TextSegment.from("other")));
        store.addAll(List.of("a"), List.of(vector(0, 2)), List.of(TextSegment.from("new")));

        assertThat(allIds()).containsExactly("b", "a");
        assertThat(all().getLast().embedding()).isEqualTo(vector(0, 2));
        assertThat(all().getLast().embedded()).isEqualTo(TextSegment.from("new"));
        assertThat(matching(metadataKey("k").isEqualTo("old"))).isEmpty();

        store.add("a", vector(1, 1));
        assertThat(all().getLast().embedded()).isNull();
        assertThat(index.searchText("new", 10, null)).isEmpty();
    }

    @Test
    void countsTheLaterOfTwoEntriesWithOneId() {
        store.addAll(List.of("a", "a"), List.of(vector(1, 0), vector(0, 1)), null);

        assertThat(all()).hasSize(1);
        assertThat(all().getFirst().embedding()).isEqualTo(vector(0, 1));
    }

    @Test
    void takesListsWithAndWithoutSegments() {
        List<String> ids = store.addAll(
                List.of(vector(3, 0), vector(2, 1), vector(1, 2)),
                Arrays.asList(TextSegment.from("first"), null, TextSegment.from("third")));

        assertThat(ids).hasSize(3).doesNotHaveDuplicates().allSatisfy(UUID::fromString);
        assertThat(allIds()).isEqualTo(ids);
        assertThat(all().stream().map(EmbeddingMatch::embedded))
                .containsExactly(TextSegment.from("first"), null, TextSegment.from("third"));
    }

    @Test
    void doesNothingForEmptyLists() {
        assertThat(store.addAll(List.of())).isEmpty();
        assertThat(store.addAll(List.of(), List.of())).isEmpty();
        store.addAll(List.of(), List.of(), List.of());
        store.addAll(List.of(), List.of(), null);

        assertThat(index.stats().segments()).isZero();
    }

    @Test
    void refusesListsOfDifferentSizesAndNamesBoth() {
        assertThatThrownBy(() -> store.addAll(List.of("a"), List.of(vector(1, 0), vector(0, 1)), null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("ids has size 1, embeddings has size 2");
        assertThatThrownBy(() -> store.addAll(List.of(vector(1, 0)), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("embedded has size 0, embeddings has size 1");
        assertThat(index.stats().segments()).isZero();
    }

    @Test
    void refusesNullAndBlankAndSaysWhere() {
        List<Embedding> holed = Arrays.asList(vector(1, 0), null);

        assertThatThrownBy(() -> store.add((Embedding) null)).hasMessage("embedding cannot be null");
        assertThatThrownBy(() -> store.add("a", (Embedding) null)).hasMessage("embedding cannot be null");
        assertThatThrownBy(() -> store.add(" ", vector(1, 0))).hasMessage("id cannot be null or blank");
        assertThatThrownBy(() -> store.add(null, vector(1, 0))).hasMessage("id cannot be null or blank");
        assertThatThrownBy(() -> store.add("\u0001", vector(1, 0))).hasMessage("id cannot be null or blank");
        assertThatThrownBy(() -> store.addAll(null)).hasMessage("embeddings cannot be null");
        assertThatThrownBy(() -> store.addAll(null, List.of(), null)).hasMessage("ids cannot be null");
        assertThatThrownBy(() -> store.addAll(holed)).hasMessage("embedding at 1 cannot be null");
        assertThatThrownBy(() -> store.addAll(Arrays.asList("a", null), List.of(vector(1, 0), vector(1, 0)), null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("id at 1 cannot be null or blank");
        assertThatThrownBy(() -> store.removeAll(Arrays.asList("a", null)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("each of ids cannot be null or blank");
        assertThatThrownBy(() -> store.search(null)).hasMessage("request cannot be null");
        assertThat(index.stats().segments()).isZero();
    }

    static Stream<Embedding> unusable() {
        return Stream.of(
                vector(),
                vector(0, 0),
                vector(1, Float.NaN),
                vector(Float.POSITIVE_INFINITY, 1),
                vector(1, 2, 3),
                vector(new float[5_000]));
    }

    @ParameterizedTest
    @MethodSource("unusable")
    void refusesAVectorThatCannotBeUsedAndWritesNothingOfItsList(Embedding bad) {
        store.add("there", vector(1, 0));

        assertThatThrownBy(() -> store.addAll(List.of("a", "b", "c"), List.of(vector(1, 0), bad, vector(0, 1)), null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("segment b");
        assertThatThrownBy(() -> store.search(near(bad, 3, null))).isInstanceOf(IllegalArgumentException.class);
        assertThat(allIds()).containsExactly("there");
    }

    @Test
    void refusesTheReservedMetadataKey() {
        TextSegment marked = TextSegment.from("text", new Metadata().put("groundwork.vector_only", 1));

        assertThatThrownBy(() -> store.add(vector(1, 0), marked))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("embedded has the metadata key groundwork.vector_only, which is reserved");
    }

    @Test
    void takesIdsWithAnyCharacters() {
        List<String> odd = List.of(
                "a/b\\c:d", " padded ", "two\nlines", "nul\u0000nul", "\uD800", "🙂", "\uE000", "x".repeat(8_000), "*");
        for (String id : odd) {
            store.add(id, vector(1, 0));
        }

        assertThat(allIds()).containsExactlyInAnyOrderElementsOf(odd);
        for (String id : odd) {
            store.remove(id);
            assertThat(allIds()).doesNotContain(id);
        }
        assertThatThrownBy(() -> store.add("x".repeat(8_001), vector(1, 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("length of id is 8001, must be from 1 to 8000");
    }

    @Test
    void takesATextOfAMillionCharacters() {
        String text = "needle " + "hay ".repeat(250_000);
        store.add(vector(1, 0), TextSegment.from(text));
        store.add(vector(0, 1), TextSegment.from("hay"));

        assertThat(hybrid(vector(0, 1), "needle", 2, 0).matches().stream()
                        .map(match -> match.embedded().text().length()))
                .containsExactlyInAnyOrder(1_000_007, 3);
    }

    @Test
    void takesEntriesFromManyThreads() throws Exception {
        try (ExecutorService executor = Executors.newFixedThreadPool(8)) {
            List<Callable<List<String>>> adding = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                TextSegment segment = TextSegment.from("text " + i);
                adding.add(() -> store.addAll(List.of(vector(1, 0), vector(0, 1)), List.of(segment, segment)));
            }
            List<String> ids = new ArrayList<>();
            for (Future<List<String>> added : executor.invokeAll(adding)) {
                ids.addAll(added.get());
            }

            assertThat(ids).hasSize(80);
            assertThat(allIds()).containsExactlyInAnyOrderElementsOf(ids);
        }
    }

    // Removing

    @Test
    void countsAnEntryWithoutASegmentAsOneWithoutMetadata() {
        store.add("alone", vector(1, 0));
        store.addAll(List.of("a"), List.of(vector(1, 0)), List.of(TextSegment.from("text", Metadata.from("k", "a"))));

        assertThat(matching(metadataKey("k").isNotEqualTo("b"))).containsExactly("a", "alone");
        assertThat(matching(metadataKey("k").isEqualTo("a"))).containsExactly("a");
        assertThat(matching(metadataKey("groundwork").isNotEqualTo(1))).containsExactly("a", "alone");

        store.removeAll(metadataKey("k").isIn("b", "c"));
        assertThat(allIds()).containsExactly("a", "alone");
        store.removeAll(metadataKey("k").isNotIn("a", "b"));
        assertThat(allIds()).containsExactly("a");
    }

    @Test
    void removesEntriesWithoutASegmentWhereAFilterNamesTheirMark() {
        store.add("alone", vector(1, 0));
        store.addAll(List.of("a"), List.of(vector(1, 0)), List.of(TextSegment.from("text")));

        store.removeAll(metadataKey("groundwork.vector_only").isEqualTo(1));

        assertThat(allIds()).containsExactly("a");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8_001, 40_000, 1_000_000})
    void passesOverUnknownIds(int length) {
        store.add("a", vector(1, 0));

        store.remove("x".repeat(length));
        store.removeAll(List.of("y".repeat(length), "z"));

        assertThat(allIds()).containsExactly("a");
    }

    @Test
    void emptiesTheLedgerWithTheStoreAndKeepsItWhereSingleEntriesGo() {
        index.apply(List.of(new IndexChange.ReplaceDocument(
                "docs", "d", "f", List.of(segment("a", "text", 1, 0), segment("b", "text", 1, 0)))));

        store.remove("a");
        assertThat(index.ledger("docs")).isEqualTo(Map.of("d", "f"));
        assertThat(allIds()).containsExactly("b");

        store.removeAll();
        assertThat(index.ledger("docs")).isEmpty();
        assertThat(all()).isEmpty();
    }

    @Test
    void takesVectorsOfAnotherDimensionOnceItIsEmpty() {
        store.add("a", vector(1, 0));
        store.removeAll();
        store.add("b", vector(0, 0, 2));

        assertThat(store.search(near(vector(0, 0, 1), 3, null))
                        .matches()
                        .getFirst()
                        .embedding())
                .isEqualTo(vector(0, 0, 2));
    }

    // Searching

    private EmbeddingSearchResult<TextSegment> hybrid(Embedding query, String text, int maxResults, double minScore) {
        return store.search(EmbeddingSearchRequest.builder()
                .queryEmbedding(query)
                .query(text)
                .maxResults(maxResults)
                .minScore(minScore)
                .build());
    }

    /** One nearest by vector, one with the word and the opposite vector, and 200 between that push it out of reach. */
    private void fillAroundAWord() {
        List<String> ids = new ArrayList<>(List.of("near", "word"));
        List<Embedding> vectors = new ArrayList<>(List.of(vector(1, 0), vector(-3, 0)));
        List<TextSegment> segments =
                new ArrayList<>(List.of(TextSegment.from("horse"), TextSegment.from("zebra", Metadata.from("k", "v"))));
        for (int i = 0; i < 200; i++) {
            ids.add("between" + i);
            vectors.add(vector(0, 1 + i));
            segments.add(TextSegment.from("horse"));
        }
        store.addAll(ids, vectors, segments);
    }

    @Test
    void findsByWordWhatTheVectorMisses() {
        fillAroundAWord();

        assertThat(ids(store.search(near(vector(1, 0), 3, null)).matches())).doesNotContain("word");

        List<EmbeddingMatch<TextSegment>> found =
                hybrid(vector(1, 0), "a zebra?", 3, 0).matches();
        assertThat(ids(found)).startsWith("near", "word").hasSize(3);
        // each score is its own vector's relevance, so that they need not fall
        assertThat(found.stream().map(EmbeddingMatch::score)).containsExactly(1.0, 0.0, 0.5);
        assertThat(found.get(1).embedding()).isEqualTo(vector(-3, 0));
        assertThat(found.get(1).embedded().metadata().toMap()).isEqualTo(Map.of("k", "v"));
    }

    @Test
    void comparesTheLeastScoreWithTheVectorsRelevanceAlsoForWhatWordsFound() {
        fillAroundAWord();

        assertThat(ids(hybrid(vector(1, 0), "zebra", 3, 0.5).matches()))
                .startsWith("near")
                .hasSize(3)
                .doesNotContain("word");
        assertThat(ids(hybrid(vector(1, 0), "zebra", 3, 0.500001).matches())).containsExactly("near");
        assertThat(ids(hybrid(vector(-1, 0), "zebra", 3, 1).matches())).containsExactly("word");
    }

    @Test
    void goesBeyondTheBestWhereTheyAreBelowTheLeastScore() {
        store.addAll(
                List.of("words", "both", "vector"),
                List.of(vector(0, 1), vector(4, 3), vector(1, 0)),
                List.of(
                        TextSegment.from("a zebra among many other words"),
                        TextSegment.from("zebra"),
                        TextSegment.from("horse")));

        assertThat(ids(hybrid(vector(1, 0), "zebra", 3, 0).matches())).containsExactly("both", "vector", "words");
        assertThat(ids(hybrid(vector(1, 0), "zebra", 1, 0.95).matches())).containsExactly("vector");
    }

    /** A hundred vectors that are near and a hundred words that are not: most of the vectors rank behind all words. */
    @Test
    void findsAllThatHaveTheLeastScoreHoweverTheyRank() {
        List<String> ids = new ArrayList<>();
        List<Embedding> vectors = new ArrayList<>();
        List<TextSegment> segments = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            ids.add("vector" + i);
            vectors.add(i == 0 ? vector(1, 0) : vector(5, 4 + i / 1_000f));
            segments.add(TextSegment.from("horse"));
            ids.add("word" + i);
            vectors.add(vector(-1, 0));
            segments.add(TextSegment.from("zebra " + "horse ".repeat(1 + i / 50)));
        }
        store.addAll(ids, vectors, segments);

        List<String> best = ids(hybrid(vector(1, 0), "zebra", 100, 0).matches());
        List<String> near = ids(hybrid(vector(1, 0), "zebra", 100, 0.8).matches());

        assertThat(best.subList(0, 3)).containsExactly("vector0", "word0", "word1");
        assertThat(near).hasSize(100).allMatch(id -> id.startsWith("vector"));
        assertThat(near).startsWith("vector0", "vector1", "vector2");
        assertThat(ids(hybrid(vector(1, 0), "zebra", 10, 0.8).matches())).isEqualTo(near.subList(0, 10));
    }

    @Test
    void ranksByDotProductsWhereTheIndexDoesAndScoresByCosinesAllTheSame() {
        try (LuceneIndex dot =
                LuceneIndex.builder().similarity(VectorSimilarity.DOT_PRODUCT).open()) {
            dot.asEmbeddingStore().addAll(List.of("same", "longer"), List.of(vector(1, 0), vector(30, 40)), null);

            List<EmbeddingMatch<TextSegment>> matches =
                    dot.asEmbeddingStore().search(near(vector(1, 0), 2, null)).matches();
            assertThat(ids(matches)).containsExactly("longer", "same");
            assertThat(matches.get(0).score()).isCloseTo(0.8, within(1e-9));
            assertThat(matches.get(0).embedding()).isEqualTo(vector(30, 40));
            assertThat(matches.get(1).score()).isEqualTo(1.0);
        }
    }

    @Test
    void appliesFiltersToBothWaysOfSearching() {
        fillAroundAWord();
        EmbeddingSearchRequest request = EmbeddingSearchRequest.builder()
                .queryEmbedding(vector(1, 0))
                .query("zebra horse")
                .filter(metadataKey("k").isEqualTo("v"))
                .build();

        assertThat(ids(store.search(request).matches())).containsExactly("word");
    }

    @Test
    void searchesByVectorAloneWhereTheQueryHoldsNoText() {
        fillAroundAWord();

        assertThat(ids(hybrid(vector(-1, 0), " \n", 1, 0).matches())).containsExactly("word");
    }

    @Test
    void findsEntriesWithoutASegmentByVectorAndByNoWord() {
        store.add("alone", vector(1, 0));
        store.addAll(List.of("text"), List.of(vector(0, 1)), List.of(TextSegment.from("groundwork")));

        List<EmbeddingMatch<TextSegment>> found = hybrid(
                        vector(1, 0), "groundwork vector only vector_only \u2014 1", 10, 0)
                .matches();
        assertThat(ids(found)).containsExactly("alone", "text");
        assertThat(found.getFirst().embedded()).isNull();
        assertThat(index.searchText("groundwork vector only vector_only \u2014 1", 10, null))
                .extracting(hit -> hit.id())
                .containsExactly("text");
    }

    @Test
    void scoresByTheRelevanceOfTheCosineBestFirst() {
        store.add("orthogonal", vector(0, 5));
        store.add("same", vector(3, 0));
        store.add("opposite", vector(-1, 0));
        store.add("slanted", vector(3, 4));

        assertThat(allIds()).containsExactly("same", "slanted", "orthogonal", "opposite");
        assertThat(all().get(0).score()).isEqualTo(1.0);
        assertThat(all().get(1).score()).isCloseTo(0.8, within(1e-7));
        assertThat(all().get(2).score()).isEqualTo(0.5);
        assertThat(all().get(3).score()).isEqualTo(0.0);
    }

    @Test
    void scoresNeverRiseFromAMatchToTheNext() {
        long seed = Long.getLong("seed", new Random().nextLong());
        Random random = new Random(seed);
        List<Embedding> vectors = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            float[] values = new float[8];
            for (int j = 0; j < values.length; j++) {
                values[j] = (float) (100 + random.nextGaussian() / 10); // so alike that floats hardly tell them apart
            }
            vectors.add(vector(values));
        }
        store.addAll(vectors);

        List<Double> scores = store.search(near(vectors.getFirst(), 1_000, null)).matches().stream()
                .map(EmbeddingMatch::score)
                .toList();

        assertThat(scores).as("seed %d", seed).hasSize(1_000).isSortedAccordingTo(Comparator.reverseOrder());
    }

    @Test
    void takesAtMostAThousandResults() {
        store.add("a", vector(1, 0));

        assertThat(all()).hasSize(1);
        assertThatThrownBy(() -> store.search(near(vector(1, 0), 1_001, null)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxResults is 1001, must be from 1 to 1000");
    }

    @Test
    void servesLangChain4jsIngestorAndRetriever() {
        WordEmbedder model = WordEmbedder.unit();
        EmbeddingStoreIngestor.builder()
                .embeddingModel(model)
                .embeddingStore(store)
                .build()
                .ingest(
                        Document.from("Keys are rotated every ninety days."),
                        Document.from("Zebras have stripes.", Metadata.from("animal", "zebra")));

        List<Content> contents = EmbeddingStoreContentRetriever.builder()
                .embeddingStore(store)
                .embeddingModel(model)
                .maxResults(1)
                .build()
                .retrieve(Query.from("What has a zebra?"));

        assertThat(contents).hasSize(1);
        assertThat(contents.getFirst().textSegment().text()).isEqualTo("Zebras have stripes.");
        assertThat(contents.getFirst().textSegment().metadata().getString("animal"))
                .isEqualTo("zebra");
        assertThat(contents.getFirst().metadata())
                .containsOnlyKeys(ContentMetadata.SCORE, ContentMetadata.EMBEDDING_ID);
    }

    // Closed and read-only

    @Test
    void saysThatTheIndexIsClosed() {
        index.close();

        Collection<String> ids = List.of("a");
        List<ThrowingCallable> calls = List.of(
                () -> store.add(vector(1, 0)),
                () -> store.add("a", vector(1, 0)),
                () -> store.addAll(List.of(vector(1, 0))),
                () -> store.remove("a"),
                () -> store.removeAll(ids),
                () -> store.removeAll(metadataKey("k").isEqualTo("v")),
                store::removeAll,
                this::all,
                () -> hybrid(vector(1, 0), "text", 3, 0));
        for (ThrowingCallable call : calls) {
            assertThatThrownBy(call).isInstanceOf(IllegalStateException.class).hasMessageContaining("is closed");
        }
    }

    @Test
    void searchesAndRefusesToWriteWhereTheIndexIsOpenReadOnly(@TempDir Path folder) {
        try (LuceneIndex writer = LuceneIndex.open(folder);
                LuceneIndex reader = LuceneIndex.openReadOnly(folder)) {
            writer.asEmbeddingStore().add("a", vector(3, 4));
            writer.commit();

            EmbeddingStore<TextSegment> read = reader.asEmbeddingStore();
            assertThat(read.search(near(vector(3, 4), 3, null))
                            .matches()
                            .getFirst()
                            .embedding())
                    .isEqualTo(vector(3, 4));
            assertThatThrownBy(() -> read.add(vector(1, 0)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("read-only");
        }
    }

    @Test
    void noticesThatTheIndexWasFilledWithAnotherModelThanItIsBoundTo(@TempDir Path folder) {
        try (LuceneIndex writer = LuceneIndex.open(folder);
                LuceneIndex reader = LuceneIndex.openReadOnly(folder)) {
            reader.bind(new EmbeddingSpec("theirs", "", 2));
            writer.bind(new EmbeddingSpec("ours", "", 2));
            writer.asEmbeddingStore().add("a", vector(3, 4));
            writer.commit();

            assertThatThrownBy(() -> reader.asEmbeddingStore().search(near(vector(3, 4), 3, null)))
                    .isInstanceOf(IndexMismatchException.class)
                    .hasMessageContaining("ours")
                    .hasMessageContaining("theirs");
        }
    }
}
