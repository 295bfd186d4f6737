package dev.groundwork.rag.lucene;

import static dev.langchain4j.store.embedding.filter.MetadataFilterBuilder.metadataKey;
import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.Fluent;
import dev.groundwork.rag.Hit;
import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexedSegment;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.Rag;
import dev.groundwork.rag.RagSettings;
import dev.groundwork.rag.SegmentKeys;
import dev.groundwork.rag.TokenEmbedding;
import dev.groundwork.rag.TokenVectors;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingParameter;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.rag.content.ContentMetadata;
import dev.langchain4j.rag.query.Query;
import dev.langchain4j.store.embedding.EmbeddingMatch;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.filter.Filter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What LangChain4j is given is ranked as a Rag with default settings ranks. */
class SameRankingTest {

    private static final int SEED = 7;
    private static final int OF_EACH_LANGUAGE = 40;

    private static final List<String> ENGLISH = List.of(
            ("the key is rotated every month by an admin who reads logs of old servers and writes new rules for "
                            + "each team that signs in with a token from some safe place near home")
                    .split(" "));
    private static final List<String> GERMAN = List.of(
            ("der schlüssel wird jeden monat von einem verwalter erneuert welcher protokolle alter rechner liest "
                            + "und neue regeln schreibt damit jede gruppe sich sicher anmelden kann")
                    .split(" "));
    private static final List<String> CHINESE = List.of("密钥 每月 轮换 管理 员 阅读 日志 服务 器 编写 规则 团队 登录 令牌 安全 地方".split(" "));

    private static final String DIRECTOR = "Which month was the director of the rotated key born in?";

    private final LuceneIndex index = LuceneIndex.inMemory();

    /** Knows English; of other languages its vectors say little. */
    private static final class Model implements EmbeddingModel, Fluent {

        private final boolean withTokens;

        Model(boolean withTokens) {
            this.withTokens = withTokens;
        }

        Embedding embed(String text, boolean tokens) {
            Embedding vector = WordEmbedder.unit().embed(text).content();
            return tokens ? new TokenEmbedding(vector.vector(), tokens(text)) : vector;
        }

        private static TokenVectors tokens(String text) {
            List<String> words = words(text);
            int[] ids = words.stream().mapToInt(word -> word.hashCode() >>> 1).toArray();
            float[][] vectors = new float[ids.length][16];
            for (int i = 0; i < ids.length; i++) {
                Random random = new Random(ids[i]);
                for (int j = 0; j < 16; j++) {
                    vectors[i][j] = (float) random.nextGaussian();
                }
            }
            return TokenVectors.of(ids, vectors);
        }

        private static List<String> words(String text) {
            return Arrays.stream(text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+"))
                    .filter(word -> !word.isEmpty())
                    .toList();
        }

        @Override
        public EmbeddingResponse doEmbed(EmbeddingRequest request) {
            boolean wanted = Boolean.TRUE.equals(request.parameters().parameter(TokenEmbedding.WANTED));
            List<Embedding> embeddings = request.inputs().stream()
                    .map(input -> embed(input.text(), wanted))
                    .toList();
            return EmbeddingResponse.builder().embeddings(embeddings).build();
        }

        @Override
        public Set<EmbeddingParameter<?>> supportedParameters() {
            return withTokens
                    ? Set.of(EmbeddingRequestParameters.INPUT_TYPE, TokenEmbedding.WANTED)
                    : Set.of(EmbeddingRequestParameters.INPUT_TYPE);
        }

        @Override
        public double fluency(String text) {
            List<String> words = words(text);
            return words.stream().filter(ENGLISH::contains).count() / (double) Math.max(1, words.size());
        }

        @Override
        public int dimension() {
            return WordEmbedder.DIMENSION;
        }

        @Override
        public String modelName() {
            return "words";
        }
    }

    @BeforeEach
    void fill() {
        List<IndexedSegment> segments = new ArrayList<>();
        Random random = new Random(SEED);
        for (int i = 0; i < OF_EACH_LANGUAGE; i++) {
            segments.add(segment("en" + i, "English " + i, sentence(random, ENGLISH, " ")));
            segments.add(segment("de" + i, "Deutsch " + i, sentence(random, GERMAN, " ")));
            segments.add(segment("zh" + i, "", sentence(random, CHINESE, "")));
        }
        segments.add(segment("film", "Plan 9", "the rotated key is of a film by director Ed Wood"));
        segments.add(segment("director", "Ed Wood", "old"));
        index.apply(List.of(new IndexChange.Upsert(segments)));
    }

    private static IndexedSegment segment(String id, String title, String text) {
        Metadata metadata = Metadata.from(SegmentKeys.SOURCE, id).put("number", id.replaceAll("\\D", ""));
        if (!title.isEmpty()) {
            metadata.put(SegmentKeys.TITLE, title);
        }
        return new IndexedSegment(id, TextSegment.from(text, metadata), new Model(true).embed(text, true));
    }

    private static String sentence(Random random, List<String> words, String between) {
        List<String> chosen = new ArrayList<>();
        for (int i = 6 + random.nextInt(20); i > 0; i--) {
            chosen.add(words.get(random.nextInt(words.size())));
        }
        return String.join(between, chosen);
    }

    @AfterEach
    void close() {
        index.close();
    }

    private List<String> byRag(Model model, String question, RagSettings settings, @Nullable Filter filter) {
        try (Rag rag = Rag.builder()
                .index(index)
                .embeddingModel(model)
                .settings(settings)
                .promptAugmenter((q, hits, maxTokens) -> {
                    throw new IllegalStateException("not needed here");
                })
                .citationChecker((answer, sources) -> List.of())
                .extractiveAnswerer((q, hits, deadline) -> Optional.empty())
                .build()) {
            Question asked = Question.of(question);
            return rag.search(filter == null ? asked : asked.withFilter(filter)).hits().stream()
                    .map(Hit::id)
                    .toList();
        }
    }

    private List<String> byRetriever(Model model, String question, ContentRetrieverSettings settings) {
        return index.asContentRetriever(model, settings).retrieve(Query.from(question)).stream()
                .map(content -> (String) content.metadata().get(ContentMetadata.EMBEDDING_ID))
                .toList();
    }

    private List<String> fusedOnly(Model model, String question) {
        return fusedOnly(model, question, 10);
    }

    private List<String> fusedOnly(Model model, String question, int limit) {
        return index.searchHybrid(model.embed(question, false), question, limit, null).stream()
                .map(Hit::id)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Who reads the logs of old servers?",
                "each team signs in from home",
                "Wer schreibt neue Regeln für jede Gruppe?",
                "Schlüssel erneuert jeden Monat",
                "管理员每月轮换密钥",
                "日志 servers Schlüssel",
                "xyzzy",
                DIRECTOR
            })
    void aContentRetrieverRanksAsRagDoes(String question) {
        for (Model model : List.of(new Model(false), new Model(true))) {
            for (int limit : new int[] {1, 10, 60, 150}) {
                List<String> expected = byRag(
                        model, question, RagSettings.builder().limit(limit).build(), null);
                assertThat(expected).hasSizeBetween(1, limit);
                assertThat(byRetriever(
                                model,
                                question,
                                ContentRetrieverSettings.defaults().withMaxResults(limit)))
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void aFilterHoldsForAllStepsInBoth() {
        Model model = new Model(true);
        for (Filter filter : List.of(
                metadataKey("number").isIn("1", "2", "3", "4", "5", "6", "7"),
                metadataKey(SegmentKeys.SOURCE).isNotEqualTo("director"))) {
            for (String question : List.of("Schlüssel erneuert", DIRECTOR)) {
                assertThat(byRetriever(
                                model,
                                question,
                                ContentRetrieverSettings.defaults().withFilter(filter)))
                        .isNotEmpty()
                        .isEqualTo(byRag(model, question, RagSettings.defaults(), filter));
            }
        }
    }

    @Test
    void vectorsCountLessWhereTheModelDoesNotKnowTheLanguage() {
        Model model = new Model(false);
        String german = "Schlüssel erneuert jeden Monat";
        assertThat(byRetriever(model, german, ContentRetrieverSettings.defaults()))
                .isNotEqualTo(fusedOnly(model, german));
        String english = "each team signs in with a token";
        assertThat(byRetriever(model, english, ContentRetrieverSettings.defaults()))
                .isEqualTo(fusedOnly(model, english));
    }

    @Test
    void tokensOrderTheBest() {
        String english = "each team signs in with a token";
        assertThat(byRetriever(new Model(true), english, ContentRetrieverSettings.defaults()))
                .isNotEqualTo(byRetriever(new Model(false), english, ContentRetrieverSettings.defaults()));
    }

    @Test
    void aDocumentThatTheBestNameIsFound() {
        Model model = new Model(false);
        ContentRetrieverSettings all = ContentRetrieverSettings.defaults().withMaxResults(150);
        List<String> fused = fusedOnly(model, DIRECTOR, 150);
        List<String> followed = byRetriever(model, DIRECTOR, all);
        assertThat(followed).startsWith("film");
        assertThat(followed.indexOf("director")).isPositive().isLessThan(fused.indexOf("director") - 20);
    }

    @Test
    void anEmbeddingStoreComparesTheTokensThatItIsGiven() {
        Model model = new Model(true);
        String question = "each team signs in with a token";

        assertThat(byStore(question, model.embed(question, true), 0))
                .isEqualTo(byRag(
                        model, question, RagSettings.builder().titleHops(0).build(), null))
                .isNotEqualTo(fusedOnly(model, question));
        assertThat(byStore(question, model.embed(question, false), 0)).isEqualTo(fusedOnly(model, question));
    }

    @Test
    void tokensChangeNothingWhereNoWordsAreAskedFor() {
        Embedding query = new Model(true).embed("each team signs in", true);
        assertThat(byStore(null, query, 0))
                .isEqualTo(index.searchVector(query, 10, null).stream()
                        .map(Hit::id)
                        .toList());
    }

    @Test
    void aLeastScoreHoldsForWhatTokensRaise() {
        String question = "each team signs in with a token";
        Embedding query = new Model(true).embed(question, true);
        List<EmbeddingMatch<TextSegment>> matches = search(question, query, 0.7);
        assertThat(matches).isNotEmpty().allMatch(match -> match.score() >= 0.7);
    }

    private List<String> byStore(@Nullable String text, Embedding query, double minScore) {
        return search(text, query, minScore).stream()
                .map(EmbeddingMatch::embeddingId)
                .toList();
    }

    private List<EmbeddingMatch<TextSegment>> search(@Nullable String text, Embedding query, double minScore) {
        return index.asEmbeddingStore()
                .search(EmbeddingSearchRequest.builder()
                        .query(text)
                        .queryEmbedding(query)
                        .maxResults(10)
                        .minScore(minScore)
                        .build())
                .matches();
    }
}
