package dev.groundwork.rag.lucene;

import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexedSegment;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.SegmentReader;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.EmbeddingMatch;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.EmbeddingSearchResult;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.langchain4j.store.embedding.RelevanceScore;
import dev.langchain4j.store.embedding.filter.Filter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.apache.lucene.search.ScoreDoc;
import org.jspecify.annotations.Nullable;

/** {@link LuceneIndex#asEmbeddingStore()}. Refuses null as LangChain4j's own stores do, as an illegal argument. */
final class LuceneEmbeddingStore implements EmbeddingStore<TextSegment> {

    private final LuceneIndex index;

    LuceneEmbeddingStore(LuceneIndex index) {
        this.index = index;
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
        return new EmbeddingSearchResult<>(find(
                request.queryEmbedding(), request.query(), request.maxResults(), request.minScore(), request.filter()));
    }

    /**
     * Finds entries, of one state of the index.
     *
     * @param text for a search by words as well; {@code null} or blank for one by vector alone
     * @param limit from 1 to {@link Question#MAX_LIMIT}
     * @param minScore the least relevance of the vector, 0 to 1
     * @return best first; each score is the vector's relevance
     */
    List<EmbeddingMatch<TextSegment>> find(
            Embedding query, @Nullable String text, int limit, double minScore, @Nullable Filter filter) {
        MetadataMatcher matcher = Reads.matcher(filter);
        IndexEngine engine = index.engine();
        return engine.read("search", snapshot -> {
            engine.requireBoundModel(snapshot);
            Reads reads = engine.reads(snapshot, null);
            List<EmbeddingMatch<TextSegment>> matches = new ArrayList<>();
            if (text == null || text.isBlank()) {
                read(snapshot, reads.findVector(query, limit, matcher, engine.bound()), query, minScore, matches);
                if (snapshot.manifest().layout().similarity() == VectorSimilarity.COSINE) {
                    // ranked by products of floats, which may miss by a last place
                    matches.sort(Comparator.comparing(EmbeddingMatch<TextSegment>::score)
                            .reversed());
                }
            } else {
                int candidates = Math.max(limit, SegmentReader.HYBRID_CANDIDATES);
                int wanted = minScore > 0 ? 2 * candidates : limit; // of the first ones, too few may pass
                read(
                        snapshot,
                        reads.findHybrid(query, text, candidates, wanted, matcher, engine.bound()),
                        query,
                        minScore,
                        matches);
            }
            return List.copyOf(matches.subList(0, Math.min(limit, matches.size())));
        });
    }

    /** Adds those entries that pass. */
    private static void read(
            Snapshot snapshot,
            List<? extends ScoreDoc> found,
            Embedding query,
            double minScore,
            List<EmbeddingMatch<TextSegment>> matches)
            throws IOException {
        SegmentRecord[] records = Hits.read(snapshot, found);
        for (int i = 0; i < records.length; i++) {
            SegmentRecord record = records[i];
            float[] vector = GivenVector.restore(IdScan.vector(snapshot, found.get(i).doc), record.difference());
            double score = RelevanceScore.fromCosineSimilarity(Vectors.cosine(query.vector(), vector));
            if (score >= minScore) {
                TextSegment segment = VectorOnly.is(record.segment()) ? null : record.segment();
                matches.add(new EmbeddingMatch<>(score, record.id(), Embedding.from(vector), segment));
            }
        }
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
