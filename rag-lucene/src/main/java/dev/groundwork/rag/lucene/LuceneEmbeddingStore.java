package dev.groundwork.rag.lucene;

import dev.groundwork.rag.HybridRanking;
import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexedSegment;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.RagSettings;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.EmbeddingMatch;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.EmbeddingSearchResult;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.langchain4j.store.embedding.filter.Filter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** {@link LuceneIndex#asEmbeddingStore()}. Refuses null as LangChain4j's own stores do, as an illegal argument. */
final class LuceneEmbeddingStore implements EmbeddingStore<TextSegment> {

    /** As {@link LuceneIndex#searchHybrid} ranks, which follows no titles; tokens count where a request has them. */
    private static final HybridRanking RANKING =
            HybridRanking.of(RagSettings.builder().titleHops(0).build());

    private final LuceneIndex index;
    private final MatchSearch search;

    LuceneEmbeddingStore(LuceneIndex index) {
        this.index = index;
        this.search = new MatchSearch(index.engine(), RANKING);
    }

    @Override
    public String add(Embedding embedding) {
        return add(embedding, null);
    }

    @Override
    public void add(String id, Embedding embedding) {
        upsert(List.of(entry("", id, embedding, null)));
    }

    @Override
    public String add(Embedding embedding, @Nullable TextSegment embedded) {
        String id = newId();
        upsert(List.of(entry("", id, embedding, embedded)));
        return id;
    }

    @Override
    public List<String> addAll(List<Embedding> embeddings) {
        return addAll(embeddings, null);
    }

    @Override
    public List<String> addAll(List<Embedding> embeddings, @Nullable List<TextSegment> embedded) {
        notNull("embeddings", embeddings);
        List<String> ids = generateIds(embeddings.size());
        addAll(ids, embeddings, embedded);
        return ids;
    }

    @Override
    public List<String> generateIds(int n) {
        List<String> ids = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            ids.add(newId());
        }
        return ids;
    }

    private static String newId() {
        return UUID.randomUUID().toString();
    }

    @Override
    public void addAll(List<String> ids, List<Embedding> embeddings, @Nullable List<TextSegment> embedded) {
        notNull("ids", ids);
        notNull("embeddings", embeddings);
        sameSize("ids", ids, "embeddings", embeddings);
        if (embedded != null) {
            sameSize("embedded", embedded, "embeddings", embeddings);
        }
        List<IndexedSegment> entries = new ArrayList<>(ids.size());
        for (int i = 0; i < ids.size(); i++) {
            entries.add(entry(" at " + i, ids.get(i), embeddings.get(i), embedded == null ? null : embedded.get(i)));
        }
        upsert(entries);
    }

    private void upsert(List<IndexedSegment> entries) {
        index.apply(entries.isEmpty() ? List.of() : List.of(new IndexChange.Upsert(entries)));
    }

    private static IndexedSegment entry(
            String where, @Nullable String id, @Nullable Embedding embedding, @Nullable TextSegment embedded) {
        if (embedded != null && VectorOnly.is(embedded)) {
            throw new IllegalArgumentException(
                    "embedded" + where + " has the metadata key " + VectorOnly.KEY + ", which is reserved");
        }
        return new IndexedSegment(
                notBlank("id" + where, id),
                embedded == null ? VectorOnly.segment() : embedded,
                notNull("embedding" + where, embedding));
    }

    @Override
    public void remove(String id) {
        index.apply(List.of(new IndexChange.Delete(List.of(notBlank("id", id)))));
    }

    @Override
    public void removeAll(Collection<String> ids) {
        if (ids == null || ids.isEmpty()) {
            throw new IllegalArgumentException("ids cannot be null or empty");
        }
        ids.forEach(id -> notBlank("each of ids", id));
        index.apply(List.of(new IndexChange.Delete(List.copyOf(ids))));
    }

    @Override
    public void removeAll(Filter filter) {
        index.apply(List.of(new IndexChange.DeleteMatching(notNull("filter", filter))));
    }

    @Override
    public void removeAll() {
        index.apply(List.of(new IndexChange.DeleteAll()));
    }

    @Override
    public EmbeddingSearchResult<TextSegment> search(EmbeddingSearchRequest request) {
        notNull("request", request);
        if (request.maxResults() > Question.MAX_LIMIT) {
            throw new IllegalArgumentException(
                    "maxResults is " + request.maxResults() + ", must be from 1 to " + Question.MAX_LIMIT);
        }
        String text = request.query();
        List<EmbeddingMatch<TextSegment>> matches = text == null || text.isBlank()
                ? search.byVector(request.queryEmbedding(), request.maxResults(), request.minScore(), request.filter())
                : search.hybrid(
                        new MatchSearch.Asked(request.queryEmbedding(), text, found -> 1),
                        request.maxResults(),
                        request.minScore(),
                        request.filter());
        return new EmbeddingSearchResult<>(matches);
    }

    private static <T> T notNull(String name, @Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException(name + " cannot be null");
        }
        return value;
    }

    /** Checks as {@link EmbeddingMatch} does, which takes control characters for blanks. */
    private static String notBlank(String name, @Nullable String value) {
        if (value == null || value.isBlank() || value.trim().isEmpty()) {
            throw new IllegalArgumentException(name + " cannot be null or blank");
        }
        return value;
    }

    private static void sameSize(String name, List<?> list, String otherName, List<?> other) {
        if (list.size() != other.size()) {
            throw new IllegalArgumentException(
                    name + " has size " + list.size() + ", " + otherName + " has size " + other.size());
        }
    }

    @Override
    public String toString() {
        return "EmbeddingStore of " + index;
    }
}
