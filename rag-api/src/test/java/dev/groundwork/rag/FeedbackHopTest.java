package dev.groundwork.rag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.store.embedding.filter.Filter;
import dev.langchain4j.store.embedding.filter.comparison.IsEqualTo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The first hits make a second query. */
class FeedbackHopTest {

    private static final float[] ASKED = {1, 0};
    private static final Filter FILTER = new IsEqualTo("tenant", "a");

    private final Map<String, String> texts = new LinkedHashMap<>();
    private final TreeMap<String, float[]> vectors = new TreeMap<>();
    private final List<float[]> searchedVectors = new ArrayList<>();
    private final List<String> searchedTexts = new ArrayList<>();
    private final List<@Nullable Filter> filters = new ArrayList<>();
    private List<String> second = List.of();
    private @Nullable RuntimeException failure;
    private @Nullable CountDownLatch hang;

    private static final class Model implements EmbeddingModel {
        @Override
        public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
            return Response.from(
                    segments.stream().map(s -> Embedding.from(ASKED)).toList());
        }
    }

    /** Finds all segments in their order at first, then those of {@link #second} before the others. */
    private final class Index implements SegmentSnapshot {

        private List<Hit> hits(List<String> ids, String hop, Score.Kind kind) {
            List<Hit> hits = new ArrayList<>();
            for (String id : ids) {
                TextSegment segment = TextSegment.from(texts.getOrDefault(id, "nothing"));
                hits.add(Hit.of(id, segment, new Score(hop, kind, 0.9 - hits.size() * 0.1, hits.size() + 1)));
            }
            return hits;
        }

        @Override
        public List<Hit> searchVector(Embedding query, int limit, @Nullable Filter filter) {
            filters.add(filter);
            searchedVectors.add(query.vector());
            if (searchedVectors.size() == 1) {
                return hits(List.copyOf(texts.keySet()), Hop.VECTOR, Score.Kind.COSINE);
            }
            if (failure != null) {
                throw failure;
            }
            if (hang != null) {
                try {
                    hang.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException("interrupted", e);
                }
            }
            return hits(second, Hop.VECTOR, Score.Kind.COSINE);
        }

        @Override
        public List<Hit> searchText(String text, int limit, @Nullable Filter filter) {
            filters.add(filter);
            searchedTexts.add(text);
            return hits(searchedTexts.size() == 1 ? List.copyOf(texts.keySet()) : second, Hop.TEXT, Score.Kind.BM25);
        }

        @Override
        public Optional<TextSegment> get(String id) {
            return Optional.empty();
        }

        @Override
        public long count(@Nullable Filter filter) {
            return texts.size();
        }

        @Override
        public List<IndexedSegment> scan(@Nullable String after, int limit, @Nullable Filter filter) {
            return vectors.tailMap(String.valueOf(after), false).entrySet().stream()
                    .limit(limit)
                    .map(e -> new IndexedSegment(e.getKey(), TextSegment.from("text"), Embedding.from(e.getValue())))
                    .toList();
        }

        @Override
        public SegmentSnapshot snapshot() {
            return this;
        }

        @Override
        public void close() {}
    }

    private void segment(String id, String text, float... vector) {
        texts.put(id, text);
        vectors.put(id, vector);
    }

    private static RagBuilder builder(Retriever... legs) {
        return Fakes.rag(legs).settings(RagSettings.builder().titleHops(0).build());
    }

    private SearchResult search(RelevanceFeedback feedback, Question question) {
        Index index = new Index();
        try (Rag rag = builder(Retrievers.vector(index, new Model()), Retrievers.text(index))
                .feedback(feedback)
                .build()) {
            return rag.search(question);
        }
    }

    private void three() {
        segment("a", "The deploy key is rotated weekly by Vault", 0, 1);
        segment("b", "Keys and Vault policies", 0, 2);
        segment("c", "the other text is about rivers", -1, 0);
    }

    @Test
    void theVectorIsMovedTowardsTheMeanOfTheFirstHits() {
        three();

        search(new RelevanceFeedback(2, 0.25, 0, 5), Question.of("key?"));

        assertThat(searchedVectors).hasSize(2);
        assertThat(searchedVectors.get(1)).containsExactly(new float[] {0.75f, 0.25f}, within(1e-6f));
        assertThat(searchedTexts).hasSize(1);
    }

    @Test
    void theirTellingWordsAreSearchedForBesideTheQuestion() {
        three();

        search(
                new RelevanceFeedback(2, 0, 0.5, 3),
                Question.of("Which policies?").withFilter(FILTER));

        assertThat(searchedVectors).hasSize(1);
        // Words of the shorter hit count more, "vault" of both hits less than these, "policies" is asked for already.
        assertThat(searchedTexts).containsExactly("Which policies?", "and keys vault");
        assertThat(filters).hasSize(3).containsOnly(FILTER);
    }

    @Test
    void whatTheSecondQueryFindsIsThereAndKnownScoresStay() {
        three();
        second = List.of("z", "b");

        SearchResult result = search(new RelevanceFeedback(1, 0.5, 0.5, 5), Question.of("key?"));

        assertThat(result.hits()).extracting(Hit::id).contains("z", "a", "b", "c");
        Hit late = result.hits().stream()
                .filter(hit -> hit.id().equals("z"))
                .findFirst()
                .orElseThrow();
        assertThat(late.scores()).hasSize(1);
        assertThat(late.score().hop()).isEqualTo(Hop.FEEDBACK);
        Hit known = result.hits().stream()
                .filter(hit -> hit.id().equals("b"))
                .findFirst()
                .orElseThrow();
        assertThat(known.score(Hop.VECTOR).orElseThrow().value()).isEqualTo(0.8);
        assertThat(known.score().hop()).isEqualTo(Hop.FEEDBACK);
        assertThat(result.hits()).extracting(hit -> hit.score().rank()).containsExactly(1, 2, 3, 4);
        Hop hop = result.trace().hop(Hop.FEEDBACK).orElseThrow();
        assertThat(hop.in()).isEqualTo(1);
        assertThat(hop.candidates()).hasSize(4);
        assertThat(result.answerability().orElseThrow().cosine()).isEqualTo(0.9);
    }

    @Test
    void whatGoesWrongCostsNothingElseAndIsFlagged() {
        three();
        failure = new IllegalStateException("Canary");

        SearchResult result = search(RelevanceFeedback.DEFAULT, Question.of("key?"));

        assertThat(result.hits()).extracting(Hit::id).containsExactly("a", "b", "c");
        assertThat(result.trace().degradations())
                .containsExactly(new Degradation(Hop.FEEDBACK, "failed", "IllegalStateException"));
    }

    @Test
    void aSecondSearchThatHangsIsLeftWithinTheDeadline() {
        three();
        hang = new CountDownLatch(1);

        SearchResult result =
                search(RelevanceFeedback.DEFAULT, Question.of("key?").withTimeout(Duration.ofMillis(400)));

        assertThat(result.hits()).extracting(Hit::id).containsExactly("a", "b", "c");
        assertThat(result.trace().degradations()).containsExactly(new Degradation(Hop.FEEDBACK, Asking.TIMED_OUT, ""));
    }

    @Test
    void nothingIsSearchedTwiceWithoutAnythingToGoBy() {
        three();
        vectors.clear();
        SearchResult result = search(new RelevanceFeedback(2, 0.5, 0, 5), Question.of("key?"));
        assertThat(searchedVectors).hasSize(1);
        assertThat(result.hits()).extracting(Hit::id).containsExactly("a", "b", "c");
        assertThat(result.degraded()).isFalse();

        texts.clear();
        searchedVectors.clear();
        assertThat(search(RelevanceFeedback.DEFAULT, Question.of("key?"))
                        .trace()
                        .hop(Hop.FEEDBACK))
                .isEmpty();
    }

    @Test
    void wordsAloneAreNotFedBack() {
        three();
        Index index = new Index();
        try (Rag rag = builder(Retrievers.text(index))
                .feedback(RelevanceFeedback.DEFAULT)
                .build()) {
            assertThat(rag.search("key?").trace().hop(Hop.FEEDBACK)).isEmpty();
        }
        assertThat(searchedTexts).containsExactly("key?");
    }

    @Test
    void itIsOffWhereNobodyAsksForIt() {
        three();
        Index index = new Index();
        try (Rag rag = builder(Retrievers.vector(index, new Model()), Retrievers.text(index))
                .build()) {
            assertThat(rag.search("key?").trace().hop(Hop.FEEDBACK)).isEmpty();
        }
    }

    @Test
    void anIdIsFoundRightBehindWhatStandsBeforeIt() {
        segment("a\u0000", "first", 0, 1);
        segment("\ud83d\ude00", "second", 0, 3);
        segment("aa", "third", 1, 0);

        search(new RelevanceFeedback(2, 1, 0, 5), Question.of("key?"));

        assertThat(searchedVectors.get(1)).containsExactly(new float[] {0, 1}, within(1e-6f));
    }

    @Test
    void refusesWhatIsOutOfRange() {
        assertThatThrownBy(() -> new RelevanceFeedback(0, 0.3, 0.3, 10))
                .hasMessage("sources is 0, must be from 1 to 20");
        assertThatThrownBy(() -> new RelevanceFeedback(3, 1.1, 0.3, 10))
                .hasMessage("vectorShare is 1.1, must be from 0.0 to 1.0");
        assertThatThrownBy(() -> new RelevanceFeedback(3, 0.3, Double.NaN, 10)).hasMessageStartingWith("textShare");
        assertThatThrownBy(() -> new RelevanceFeedback(3, 0.3, 0.3, 101)).hasMessageStartingWith("terms is 101");
    }
}
