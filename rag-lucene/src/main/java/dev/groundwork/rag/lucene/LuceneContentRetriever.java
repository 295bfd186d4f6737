package dev.groundwork.rag.lucene;

import dev.groundwork.rag.EmbeddingFailedException;
import dev.groundwork.rag.EmbeddingSpec;
import dev.groundwork.rag.Hit;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInputType;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.ContentMetadata;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.query.Query;
import dev.langchain4j.store.embedding.EmbeddingMatch;
import dev.langchain4j.store.embedding.filter.Filter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@link LuceneIndex#asContentRetriever()}, by words, and {@link LuceneIndex#asContentRetriever(EmbeddingModel)}. */
final class LuceneContentRetriever implements ContentRetriever {

    private final LuceneIndex index;
    private final @Nullable EmbeddingModel model;
    private final ContentRetrieverSettings settings;

    private LuceneContentRetriever(
            LuceneIndex index, @Nullable EmbeddingModel model, ContentRetrieverSettings settings) {
        this.index = index;
        this.model = model;
        this.settings = Objects.requireNonNull(settings, "settings");
    }

    static ContentRetriever byWords(LuceneIndex index, ContentRetrieverSettings settings) {
        if (settings.minScore() > 0) {
            throw new IllegalArgumentException("minScore is " + settings.minScore()
                    + ", must be 0 without an embedding model: it is the relevance of vectors");
        }
        return new LuceneContentRetriever(index, null, settings);
    }

    static ContentRetriever hybrid(LuceneIndex index, EmbeddingModel model, ContentRetrieverSettings settings) {
        LuceneContentRetriever retriever =
                new LuceneContentRetriever(index, Objects.requireNonNull(model, "model"), settings);
        index.bind(EmbeddingSpec.of(model));
        return retriever;
    }

    @Override
    public List<Content> retrieve(Query query) {
        String text = Objects.requireNonNull(query, "query").text();
        if (text.isBlank()) {
            return List.of();
        }
        Filter filter = settings.filter().apply(query);
        EmbeddingModel embedder = model;
        return embedder == null ? byWords(text, filter) : hybrid(embedder, text, filter);
    }

    private List<Content> byWords(String text, @Nullable Filter filter) {
        List<Hit> hits = index.searchText(text, settings.maxResults(), filter);
        return hits.stream()
                .map(hit -> content(hit.segment(), hit.id(), hit.score().value()))
                .toList();
    }

    private List<Content> hybrid(EmbeddingModel embedder, String text, @Nullable Filter filter) {
        Embedding embedding = embed(embedder, text);
        List<EmbeddingMatch<TextSegment>> matches = find(embedding, text, filter);
        if (matches.stream().anyMatch(match -> match.embedded() == null)) {
            // vectors without a text are no contents; only now, as few indexes have them and a filter costs time
            matches = find(embedding, text, filter == null ? VectorOnly.NONE : filter.and(VectorOnly.NONE));
        }
        return matches.stream()
                .map(match -> content(match.embedded(), match.embeddingId(), match.score()))
                .toList();
    }

    private List<EmbeddingMatch<TextSegment>> find(Embedding embedding, String text, @Nullable Filter filter) {
        return new LuceneEmbeddingStore(index)
                .find(embedding, text, settings.maxResults(), settings.minScore(), filter);
    }

    private static Content content(TextSegment segment, String id, double score) {
        return Content.from(segment, Map.of(ContentMetadata.SCORE, score, ContentMetadata.EMBEDDING_ID, id));
    }

    /** Embeds a question, as one where the model tells questions from documents. */
    private static Embedding embed(EmbeddingModel model, String text) {
        @Nullable Embedding embedding;
        if (model.supportedParameters().contains(EmbeddingRequestParameters.INPUT_TYPE)) {
            List<Embedding> embeddings = model.embed(EmbeddingRequest.builder()
                            .input(text)
                            .inputType(EmbeddingInputType.QUERY)
                            .build())
                    .embeddings();
            embedding = embeddings.isEmpty() ? null : embeddings.getFirst();
        } else {
            embedding = model.embed(text).content();
        }
        if (embedding == null) {
            throw new EmbeddingFailedException(model.modelName(), "gave no vector for a question", null);
        }
        return embedding;
    }

    @Override
    public String toString() {
        return "ContentRetriever of " + index;
    }
}
