package dev.groundwork.rag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInputType;
import dev.langchain4j.model.embedding.request.EmbeddingParameter;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.store.embedding.filter.Filter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The best hits are ordered by what their tokens say of the question. */
class LateHopTest {

    private static final TokenVectors ASKED = TokenVectors.of(new int[] {7}, new float[][] {{1, 0}});

    private final List<EmbeddingRequest> requests = new ArrayList<>();
    private final Map<String, Double> near = new HashMap<>();
    private @Nullable RuntimeException failure;
    private double fluency = 1;
    private boolean withTokens = true;
    private List<String> compared = List.of();

    private final class Model implements EmbeddingModel, Fluent {
        @Override
        public EmbeddingResponse doEmbed(EmbeddingRequest request) {
            requests.add(request);
            boolean wanted = Boolean.TRUE.equals(request.parameters().parameter(TokenEmbedding.WANTED));
            float[] vector = {1, 0};
            return EmbeddingResponse.builder()
                    .embeddings(List.of(wanted ? new TokenEmbedding(vector, ASKED) : Embedding.from(vector)))
                    .build();
        }

        @Override
        public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
            throw new AssertionError("asked without parameters");
        }

        @Override
        public Set<EmbeddingParameter<?>> supportedParameters() {
            return withTokens
                    ? Set.of(EmbeddingRequestParameters.INPUT_TYPE, TokenEmbedding.WANTED)
                    : Set.of(EmbeddingRequestParameters.INPUT_TYPE);
        }

        @Override
        public double fluency(String text) {
            return fluency;
        }
    }

    /** Finds as many segments as there are, the first ones best. */
    private class Index implements SegmentSnapshot {

        private final int size;

        Index(int size) {
            this.size = size;
        }

        private List<Hit> hits(String hop, Score.Kind kind) {
            return IntStream.range(0, size)
                    .mapToObj(i -> Hit.of(
                            Integer.toString(i),
                            TextSegment.from("words"),
                            new Score(hop, kind, 1 - i / 1000.0, i + 1)))
                    .toList();
        }

        @Override
        public List<Hit> searchVector(Embedding query, int limit, @Nullable Filter filter) {
            return hits(Hop.VECTOR, Score.Kind.COSINE);
        }

        @Override
        public List<Hit> searchText(String text, int limit, @Nullable Filter filter) {
            return hits(Hop.TEXT, Score.Kind.BM25);
        }

        @Override
        public Map<String, Double> compareTokens(TokenVectors question, List<String> ids) {
            assertThat(question).isEqualTo(ASKED);
            compared = ids;
            if (failure != null) {
                throw failure;
            }
            return near;
        }

        @Override
        public Optional<TextSegment> get(String id) {
            return Optional.empty();
        }

        @Override
        public long count(@Nullable Filter filter) {
            return size;
        }

        @Override
        public List<IndexedSegment> scan(@Nullable String after, int limit, @Nullable Filter filter) {
            return List.of();
        }

        @Override
        public SegmentSnapshot snapshot() {
            return this;
        }

        @Override
        public void close() {}
    }

    /** Can be searched and compared only as it was pinned, until it is let go of. */
    private final class Changing extends Index {

        private final List<String> calls;

        Changing(int size, List<String> calls) {
            super(size);
            this.calls = calls;
        }

        @Override
        public List<Hit> searchVector(Embedding query, int limit, @Nullable Filter filter) {
            throw new AssertionError("searched as it is now");
        }

        @Override
        public List<Hit> searchText(String text, int limit, @Nullable Filter filter) {
            throw new AssertionError("searched as it is now");
        }

        @Override
        public Map<String, Double> compareTokens(TokenVectors question, List<String> ids) {
            throw new AssertionError("compared as it is now");
        }

        @Override
        public SegmentSnapshot snapshot() {
            calls.add("pinned");
            return new Index(3) {
                @Override
                public Map<String, Double> compareTokens(TokenVectors question, List<String> ids) {
                    calls.add("compared");
                    return super.compareTokens(question, ids);
                }

                @Override
                public void close() {
                    calls.add("let go");
                }
            };
        }
    }

    @Test
    void tokensAreComparedInTheStateThatWasSearched() {
        near.putAll(Map.of("0", 0.2, "1", 0.9, "2", 0.5));
        List<String> calls = new CopyOnWriteArrayList<>();
        SearchResult result = search(new Changing(3, calls), weighing(1));
        assertThat(result.hits().stream().map(Hit::id)).containsExactly("1", "2", "0");
        assertThat(result.trace().degradations()).isEmpty();
        assertThat(calls).containsExactly("pinned", "compared", "let go");
    }

    private SearchResult search(int size, RagSettings settings) {
        return search(new Index(size), settings);
    }

    private SearchResult search(Index index, RagSettings settings) {
        try (Rag rag = Rag.builder()
                .retriever(Retrievers.vector(index, new Model()))
                .retriever(Retrievers.text(index))
                .settings(settings)
                .promptAugmenter((question, hits, maxTokens) -> {
                    throw new IllegalStateException("not needed here");
                })
                .citationChecker((answer, sources) -> List.of())
                .extractiveAnswerer((question, hits, deadline) -> Optional.empty())
                .build()) {
            return rag.search("what?");
        }
    }

    private List<String> ids(int size, RagSettings settings) {
        return search(size, settings).hits().stream().map(Hit::id).toList();
    }

    private static RagSettings weighing(double weight) {
        return RagSettings.builder().lateWeight(weight).limit(100).build();
    }

    @Test
    void tokensDecideAsFarAsTheyCount() {
        near.putAll(Map.of("0", 0.2, "1", 0.9, "2", 0.5));
        assertThat(ids(3, weighing(1))).containsExactly("1", "2", "0");
        assertThat(ids(3, weighing(0.01))).containsExactly("0", "1", "2");
        SearchResult result = search(3, RagSettings.defaults());
        assertThat(result.hits().getFirst().score().hop()).isEqualTo(Hop.LATE);
        assertThat(result.hits().getFirst().score().rank()).isEqualTo(1);
        assertThat(result.trace().hop(Hop.LATE).orElseThrow().candidates()).hasSize(3);
        assertThat(requests.getLast().inputType()).isEqualTo(EmbeddingInputType.QUERY);
    }

    @Test
    void whatTokensSayIsPartOfWhetherTheQuestionIsAnswered() {
        near.putAll(Map.of("0", 0.2, "1", 0.9, "2", 0.5));
        Answerability seen = search(3, weighing(1)).answerability().orElseThrow();
        assertThat(seen.tokens().orElseThrow().nearness()).isEqualTo(0.9);
        assertThat(search(3, weighing(1)).trace().toJson()).contains("\"token_nearness\":0.9,");
        assertThat(search(3, weighing(0)).answerability().orElseThrow().tokens())
                .isEmpty();
        failure = new IllegalStateException("Canary");
        assertThat(search(3, weighing(1)).answerability().orElseThrow().tokens())
                .isEmpty();
    }

    @Test
    void aHitWithoutTokensKeepsWhatItHad() {
        near.putAll(Map.of("0", 0.1, "2", 0.9));
        assertThat(ids(3, weighing(1))).containsExactly("2", "1", "0");
        near.clear();
        assertThat(ids(3, weighing(1))).containsExactly("0", "1", "2");
    }

    @Test
    void onlyTheBestAreComparedAndTheRestStaysBehind() {
        for (int i = 0; i < 60; i++) {
            near.put(Integer.toString(i), (double) i);
        }
        List<String> ids = ids(60, weighing(1));
        assertThat(compared).hasSize(LateOrder.COMPARED).startsWith("0").endsWith("49");
        assertThat(ids).startsWith("49", "48").endsWith("58", "59").hasSize(60);
        assertThat(ids.indexOf("50")).isEqualTo(50);
    }

    @Test
    void whatGoesWrongCostsNothingElse() {
        failure = new IllegalStateException("Canary");
        SearchResult result = search(3, weighing(1));
        assertThat(result.hits().stream().map(Hit::id)).containsExactly("0", "1", "2");
        assertThat(result.trace().degradations())
                .containsExactly(new Degradation(Hop.LATE, "failed", "IllegalStateException"));
    }

    @Test
    void nothingIsComparedWhereThatIsOffOrCanNotBe() {
        near.putAll(Map.of("0", 0.2, "1", 0.9));
        assertThat(search(2, weighing(0)).trace().hop(Hop.LATE)).isEmpty();
        assertThat(search(1, weighing(1)).trace().hop(Hop.LATE)).isEmpty();
        withTokens = false;
        assertThat(search(2, weighing(1)).trace().hop(Hop.LATE)).isEmpty();
        assertThat(requests.getLast().parameters().presentParameters()).doesNotContain(TokenEmbedding.WANTED);
    }

    @Test
    void tokensCountInEveryLanguageForTheyArePiecesOfWords() {
        near.putAll(Map.of("0", 0.2, "1", 0.9, "2", 0.5));
        fluency = 0;
        assertThat(ids(3, weighing(1))).containsExactly("1", "2", "0");
    }

    @Test
    void whatTokensCountFallsByAFifthWhereTheModelKnowsNoWord() {
        assertThat(LateOrder.weight(0.5, 1)).isEqualTo(0.5);
        assertThat(LateOrder.weight(0.5, 0)).isEqualTo(0.4);
    }

    @Test
    void aFewHitsAreTheFirstOfMany() {
        for (int i = 0; i < 60; i++) {
            near.put(Integer.toString(i), (double) i);
        }
        RagSettings few = RagSettings.builder().lateWeight(1).limit(3).build();
        assertThat(ids(60, few)).containsExactly("49", "48", "47");
    }
}
