package dev.groundwork.rag.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.rag.AugmentationRequest;
import dev.langchain4j.rag.DefaultRetrievalAugmentor;
import dev.langchain4j.rag.RetrievalAugmentor;
import dev.langchain4j.rag.query.Metadata;
import dev.langchain4j.store.embedding.EmbeddingMatch;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.EmbeddingStore;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The examples in the Javadoc of {@link LuceneIndex#asEmbeddingStore} and {@link LuceneIndex#asContentRetriever}. */
class StoreSnippetsTest {

    @Test
    void showsTheStoreAndTheRetriever() {
        EmbeddingModel embeddings = WordEmbedder.unit();
        List<TextSegment> segments = List.of(TextSegment.from("Keys are rotated."), TextSegment.from("Zebras run."));
        String question = "How are keys rotated?";
        try (LuceneIndex index = LuceneIndex.inMemory()) {
            EmbeddingStore<TextSegment> store = index.asEmbeddingStore();
            store.addAll(embeddings.embedAll(segments).content(), segments);
            List<EmbeddingMatch<TextSegment>> matches = store.search(EmbeddingSearchRequest.builder()
                            .query(question)
                            .queryEmbedding(embeddings.embed(question).content())
                            .build())
                    .matches();

            assertThat(matches.getFirst().embedded().text()).isEqualTo("Keys are rotated.");

            RetrievalAugmentor augmentor = DefaultRetrievalAugmentor.builder()
                    .contentRetriever(index.asContentRetriever(embeddings))
                    .build();

            UserMessage message = UserMessage.from(question);
            AugmentationRequest request = new AugmentationRequest(message, Metadata.from(message, "user", List.of()));
            assertThat(augmentor.augment(request).contents().getFirst().textSegment())
                    .isEqualTo(segments.getFirst());
        }
    }
}
