package dev.groundwork.rag.lucene;

import dev.groundwork.rag.EmbeddingSpec;
import dev.groundwork.rag.Hit;
import dev.groundwork.rag.HybridRanking;
import dev.groundwork.rag.QuestionEmbedder;
import dev.groundwork.rag.RagSettings;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
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

    private static final HybridRanking RANKING = HybridRanking.of(RagSettings.defaults());

    private final LuceneIndex index;
    private final @Nullable QuestionEmbedder embedder;
    private final ContentRetrieverSettings settings;

    private LuceneContentRetriever(
            LuceneIndex index, @Nullable QuestionEmbedder embedder, ContentRetrieverSettings settings) {
        this.index = index;
        this.embedder = embedder;
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
        LuceneContentRetriever retriever = new LuceneContentRetriever(index, QuestionEmbedder.of(model), settings);
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
        QuestionEmbedder used = embedder;
        return used == null ? byWords(text, filter) : hybrid(used, text, filter);
    }

    private List<Content> byWords(String text, @Nullable Filter filter) {
        List<Hit> hits = index.searchText(text, settings.maxResults(), filter);
        return hits.stream()
                .map(hit -> content(hit.segment(), hit.id(), hit.score().value()))
                .toList();
    }

    private List<Content> hybrid(QuestionEmbedder embedder, String text, @Nullable Filter filter) {
        MatchSearch.Asked question =
                new MatchSearch.Asked(embedder.embed(text), text, found -> embedder.understood(text, found));
        List<EmbeddingMatch<TextSegment>> matches = find(question, filter);
        if (matches.stream().anyMatch(match -> match.embedded() == null)) {
            // vectors without a text are no contents; only now, as few indexes have them and a filter costs time
            matches = find(question, filter == null ? VectorOnly.NONE : filter.and(VectorOnly.NONE));
        }
        return matches.stream()
                .map(match -> content(match.embedded(), match.embeddingId(), match.score()))
                .toList();
    }

    private List<EmbeddingMatch<TextSegment>> find(MatchSearch.Asked question, @Nullable Filter filter) {
        return new MatchSearch(index.engine(), RANKING)
                .hybrid(question, settings.maxResults(), settings.minScore(), filter);
    }

    private static Content content(TextSegment segment, String id, double score) {
        return Content.from(segment, Map.of(ContentMetadata.SCORE, score, ContentMetadata.EMBEDDING_ID, id));
    }

    @Override
    public String toString() {
        return "ContentRetriever of " + index;
    }
}
