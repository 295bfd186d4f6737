package dev.groundwork.rag.lucene;

import static dev.langchain4j.store.embedding.filter.MetadataFilterBuilder.metadataKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.EmbeddingFailedException;
import dev.groundwork.rag.EmbeddingSpec;
import dev.groundwork.rag.Hit;
import dev.groundwork.rag.IndexMismatchException;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInputType;
import dev.langchain4j.model.embedding.request.EmbeddingParameter;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.rag.AugmentationRequest;
import dev.langchain4j.rag.AugmentationResult;
import dev.langchain4j.rag.DefaultRetrievalAugmentor;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.ContentMetadata;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.query.Query;
import dev.langchain4j.rag.query.router.DefaultQueryRouter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContentRetrieverTest {

    private static final WordEmbedder MODEL = WordEmbedder.unit();

    private final LuceneIndex index = LuceneIndex.inMemory();

    @AfterEach
    void close() {
        index.close();
    }

    private void add(String id, String text, Metadata metadata) {
        TextSegment segment = TextSegment.from(text, metadata);
        index.asEmbeddingStore()
                .addAll(List.of(id), List.of(MODEL.embed(segment).content()), List.of(segment));
    }

    private void add(String id, String text) {
        add(id, text, new Metadata());
    }

    private static List<Object> ids(List<Content> contents) {
        return contents.stream()
                .map(content -> content.metadata().get(ContentMetadata.EMBEDDING_ID))
                .toList();
    }

    @Test
    void givesContentsWithScoreAndIdBestFirst() {
        add("key", "Keys are rotated.", Metadata.from("source", "keys.md"));
        add("zebra", "Zebras have stripes.");

        List<Content> contents = index.asContentRetriever(MODEL).retrieve(Query.from("Keys are rotated"));

        assertThat(ids(contents)).containsExactly("key", "zebra");
        assertThat(contents.getFirst().textSegment())
                .isEqualTo(TextSegment.from("Keys are rotated.", Metadata.from("source", "keys.md")));
        assertThat(contents.stream().map(content -> content.metadata().get(ContentMetadata.SCORE)))
                .containsExactly(1.0, 0.5);
    }

    @Test
    void findsByWordWhatTheVectorMisses() {
        StringBuilder filler = new StringBuilder("runs");
        for (int i = 0;
                i < 150;
                i++) { // ever less like the question, but more than what has none of its words as they are
            add("near" + i, filler.append(" w").append(i).toString());
        }
        add("far", "zebras"); // the index knows word forms, the model does not

        assertThat(ids(index.asContentRetriever(MODEL).retrieve(Query.from("zebra runs"))))
                .hasSize(10)
                .contains("far");
        assertThat(index.searchVector(MODEL.embed("zebra runs").content(), 100, null))
                .extracting(Hit::id)
                .doesNotContain("far");
    }

    @Test
    void findsByWordsAloneWithoutAModel() {
        add("key", "Keys are rotated every ninety days.");
        add("zebra", "Zebras have stripes.");
        index.asEmbeddingStore().add("alone", MODEL.embed("zebra").content());

        List<Content> contents = index.asContentRetriever().retrieve(Query.from("rotating keys"));

        assertThat(ids(contents)).containsExactly("key");
        double bm25 =
                index.searchText("rotating keys", 1, null).getFirst().score().value();
        assertThat(contents.getFirst().metadata().get(ContentMetadata.SCORE)).isEqualTo(bm25);
    }

    @Test
    void givesTenContentsWhereNoOtherNumberIsSaid() {
        for (int i = 0; i < 12; i++) {
            add("s" + i, "word");
        }

        assertThat(index.asContentRetriever(MODEL).retrieve(Query.from("word"))).hasSize(10);
        assertThat(index.asContentRetriever().retrieve(Query.from("word"))).hasSize(10);
        ContentRetrieverSettings three = ContentRetrieverSettings.defaults().withMaxResults(3);
        assertThat(index.asContentRetriever(MODEL, three).retrieve(Query.from("word")))
                .hasSize(3);
        assertThat(index.asContentRetriever(three).retrieve(Query.from("word"))).hasSize(3);
    }

    @Test
    void leavesOutContentsBelowTheLeastScore() {
        add("same", "red fox");
        add("half", "red hen");
        add("other", "blue whale");
        ContentRetriever retriever = index.asContentRetriever(
                MODEL, ContentRetrieverSettings.defaults().withMinScore(0.7));

        assertThat(ids(retriever.retrieve(Query.from("red fox")))).containsExactly("same", "half");
        assertThat(retriever.retrieve(Query.from("green dog"))).isEmpty();
    }

    @Test
    void refusesALeastScoreWithoutAModel() {
        ContentRetrieverSettings settings = ContentRetrieverSettings.defaults().withMinScore(0.5);

        assertThatThrownBy(() -> index.asContentRetriever(settings))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("minScore is 0.5, must be 0 without an embedding model");
    }

    @Test
    void restrictsBothWaysOfSearchingToWhatAFilterMatches() {
        add("a", "word", Metadata.from("tenant", "a"));
        add("b", "word", Metadata.from("tenant", "b"));
        ContentRetrieverSettings settings = ContentRetrieverSettings.defaults()
                .withFilter(metadataKey("tenant").isEqualTo("b"));

        assertThat(ids(index.asContentRetriever(MODEL, settings).retrieve(Query.from("word"))))
                .containsExactly("b");
        assertThat(ids(index.asContentRetriever(settings).retrieve(Query.from("word"))))
                .containsExactly("b");
    }

    @Test
    void asksForTheFilterAtEachQuery() {
        add("a", "word", Metadata.from("tenant", "a"));
        add("b", "word", Metadata.from("tenant", "b"));
        ContentRetriever retriever = index.asContentRetriever(
                MODEL,
                ContentRetrieverSettings.defaults()
                        .withDynamicFilter(query -> query.metadata() == null
                                ? null
                                : metadataKey("tenant")
                                        .isEqualTo(
                                                query.metadata().chatMemoryId().toString())));

        for (String tenant : List.of("a", "b")) {
            Query query = Query.from(
                    "word", dev.langchain4j.rag.query.Metadata.from(UserMessage.from("word"), tenant, List.of()));
            assertThat(ids(retriever.retrieve(query))).containsExactly(tenant);
        }
        assertThat(ids(retriever.retrieve(Query.from("word")))).containsExactly("a", "b");
    }

    @Test
    void givesTextsThoughNearerVectorsHaveNone() {
        Embedding same = MODEL.embed("word").content();
        for (int i = 0; i < 150; i++) {
            index.asEmbeddingStore().add("alone" + i, same);
        }
        add("a", "other thing", Metadata.from("k", "v"));
        add("b", "other thing");
        ContentRetrieverSettings filtered =
                ContentRetrieverSettings.defaults().withFilter(metadataKey("k").isNotEqualTo("v"));

        assertThat(ids(index.asContentRetriever(MODEL).retrieve(Query.from("word"))))
                .containsExactly("a", "b");
        assertThat(ids(index.asContentRetriever(MODEL, filtered).retrieve(Query.from("word"))))
                .containsExactly("b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u2003", "\u2028\u205F"})
    void givesNothingForABlankQuery(String blank) {
        add("a", "word");

        assertThat(index.asContentRetriever().retrieve(Query.from(blank))).isEmpty();
        assertThat(index.asContentRetriever(MODEL).retrieve(Query.from(blank))).isEmpty();
    }

    @Test
    void bindsTheIndexToTheModel() {
        index.asContentRetriever(MODEL);
        add("a", "word");

        assertThat(index.embedding()).contains(new EmbeddingSpec("words", "", 256));
        EmbeddingModel other = new Named("other", MODEL);
        assertThatThrownBy(() -> index.asContentRetriever(other))
                .isInstanceOf(IndexMismatchException.class)
                .hasMessageContaining("words")
                .hasMessageContaining("other");
    }

    @Test
    void embedsTheQueryAsOneWhereTheModelTellsQueriesFromDocuments() {
        add("a", "word");
        List<EmbeddingInputType> types = new ArrayList<>();
        EmbeddingModel telling = new Named("words", MODEL) {
            @Override
            public Set<EmbeddingParameter<?>> supportedParameters() {
                return Set.of(EmbeddingRequestParameters.INPUT_TYPE);
            }

            @Override
            public EmbeddingResponse doEmbed(EmbeddingRequest request) {
                types.add(request.inputType());
                return super.doEmbed(request);
            }
        };

        assertThat(index.asContentRetriever(telling).retrieve(Query.from("word")))
                .hasSize(1);
        assertThat(types).containsExactly(EmbeddingInputType.QUERY);
    }

    @Test
    void saysThatTheModelGaveNoVectorAndLetsThroughWhatItThrows() {
        add("a", "word");
        EmbeddingModel silent = new Named("words", MODEL) {
            @Override
            public Set<EmbeddingParameter<?>> supportedParameters() {
                return Set.of(EmbeddingRequestParameters.INPUT_TYPE);
            }

            @Override
            public EmbeddingResponse doEmbed(EmbeddingRequest request) {
                return EmbeddingResponse.builder().embeddings(List.of()).build();
            }
        };
        EmbeddingModel failing = new Named("words", MODEL) {
            @Override
            public EmbeddingResponse doEmbed(EmbeddingRequest request) {
                throw new UnsupportedOperationException("no network");
            }
        };

        assertThatThrownBy(() -> index.asContentRetriever(failing).retrieve(Query.from("word")))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("no network");
        assertThatThrownBy(() -> index.asContentRetriever(silent).retrieve(Query.from("word")))
                .isInstanceOf(EmbeddingFailedException.class)
                .hasMessageContaining("words");
    }

    @Test
    void servesLangChain4jsAugmentor() {
        add("key", "Keys are rotated every ninety days.");
        add("zebra", "Zebras have stripes.");
        UserMessage question = UserMessage.from("When are keys rotated?");
        AugmentationRequest request =
                new AugmentationRequest(question, dev.langchain4j.rag.query.Metadata.from(question, "user", List.of()));

        try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
            AugmentationResult result = DefaultRetrievalAugmentor.builder()
                    .queryRouter(new DefaultQueryRouter(index.asContentRetriever(MODEL), index.asContentRetriever()))
                    .executor(executor)
                    .build()
                    .augment(request);

            assertThat(ids(result.contents())).containsExactly("key", "zebra");
            assertThat(((UserMessage) result.chatMessage()).singleText())
                    .startsWith("When are keys rotated?")
                    .contains("Keys are rotated every ninety days.");
        }
    }

    @Test
    void saysThatTheIndexIsClosed() {
        ContentRetriever hybrid = index.asContentRetriever(MODEL);
        ContentRetriever byWords = index.asContentRetriever();
        index.close();

        for (ContentRetriever retriever : List.of(hybrid, byWords)) {
            assertThatThrownBy(() -> retriever.retrieve(Query.from("word")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("is closed");
        }
    }

    @Test
    void refusesSettingsThatCannotBe() {
        ContentRetrieverSettings settings = ContentRetrieverSettings.defaults();

        assertThatThrownBy(() -> settings.withMaxResults(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxResults is 0, must be from 1 to 1000");
        assertThatThrownBy(() -> settings.withMaxResults(1_001)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> settings.withMinScore(Double.NaN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("minScore is NaN, must be from 0 to 1");
        assertThatThrownBy(() -> settings.withMinScore(1.1)).isInstanceOf(IllegalArgumentException.class);
    }

    /** A model under another name. */
    private static class Named implements EmbeddingModel {

        private final String name;
        private final EmbeddingModel model;

        Named(String name, EmbeddingModel model) {
            this.name = name;
            this.model = model;
        }

        @Override
        public EmbeddingResponse doEmbed(EmbeddingRequest request) {
            return model.doEmbed(request);
        }

        @Override
        public int dimension() {
            return model.dimension();
        }

        @Override
        public String modelName() {
            return name;
        }
    }
}
