package dev.groundwork.rag.lucene;

import dev.groundwork.rag.EmbeddingSpec;
import dev.groundwork.rag.Hit;
import dev.groundwork.rag.Hop;
import dev.groundwork.rag.IndexedSegment;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.Score;
import dev.groundwork.rag.SegmentReader;
import dev.groundwork.rag.TokenVectors;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.filter.Filter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.lucene.search.ScoreDoc;
import org.jspecify.annotations.Nullable;

/**
 * What can be read of one snapshot, within what a view is restricted to. Thread-safe as long as the snapshot is held.
 *
 * @param snapshot the state to read
 * @param settings how it is searched
 * @param mandatory what every segment must match that is read; {@code null} for all
 */
record Reads(
        Snapshot snapshot,
        SearchSettings settings,
        @Nullable MetadataMatcher mandatory) {

    // ---- arguments, checked before a snapshot is taken

    static void checkLimit(int limit) {
        if (limit < 1 || limit > Question.MAX_LIMIT) {
            throw new IllegalArgumentException("limit is " + limit + ", must be from 1 to " + Question.MAX_LIMIT);
        }
    }

    static @Nullable MetadataMatcher matcher(@Nullable Filter filter) {
        return filter == null ? null : FilterTranslator.translate(filter);
    }

    private @Nullable FilteredDocs docs(@Nullable MetadataMatcher own) throws IOException {
        return mandatory == null && own == null ? null : snapshot.filters().get(mandatory, own);
    }

    // ---- searching

    /**
     * Prepares a query vector.
     *
     * @param bound the model that the index is used with
     */
    private float[] prepared(Embedding query, @Nullable EmbeddingSpec bound) throws IOException {
        float[] vector = snapshot.manifest()
                .layout()
                .similarity()
                .prepared("query vector", query.vector().clone());
        int dimension = snapshot.segments() > 0
                ? snapshot.manifest().dimension()
                : bound == null ? vector.length : bound.dimension();
        if (vector.length != dimension) {
            throw new IllegalArgumentException(
                    "query vector has dimension " + vector.length + ", must be " + dimension + " as all of this index");
        }
        return vector;
    }

    /** Finds what {@link #searchVector} returns, and reads nothing of it. */
    List<ScoreDoc> findVector(Embedding query, int limit, @Nullable MetadataMatcher own, @Nullable EmbeddingSpec bound)
            throws IOException {
        float[] vector = prepared(query, bound);
        return snapshot.segments() == 0 ? List.of() : nearest(vector, limit, docs(own));
    }

    List<Hit> searchVector(Embedding query, int limit, @Nullable MetadataMatcher own, @Nullable EmbeddingSpec bound)
            throws IOException {
        List<ScoreDoc> found = findVector(query, limit, own, bound);
        VectorSimilarity similarity = snapshot.manifest().layout().similarity();
        SegmentRecord[] records = Hits.read(snapshot, found);
        List<Hit> hits = new ArrayList<>(found.size());
        for (int i = 0; i < records.length; i++) {
            double value = similarity.value(found.get(i).score);
            hits.add(hit(records[i], List.of(new Score(Hop.VECTOR, similarity.kind(), value, i + 1))));
        }
        return hits;
    }

    private List<ScoreDoc> nearest(float[] vector, int limit, @Nullable FilteredDocs docs) throws IOException {
        if (snapshot.segments() > settings.exactLimit()) {
            settings.asked().add(vector);
        }
        return VectorSearch.find(snapshot, vector, limit, docs, settings.exactLimit(), settings.helper());
    }

    List<Hit> searchText(String text, int limit, @Nullable MetadataMatcher own) throws IOException {
        List<ScoreDoc> found = settings.text().find(snapshot, text, limit, docs(own));
        SegmentRecord[] records = Hits.read(snapshot, found);
        List<Hit> hits = new ArrayList<>(found.size());
        for (int i = 0; i < records.length; i++) {
            hits.add(hit(records[i], List.of(new Score(Hop.TEXT, Score.Kind.BM25, found.get(i).score, i + 1))));
        }
        return hits;
    }

    /**
     * Finds by vector and by words, and reads nothing of it.
     *
     * @param candidates the most hits of each leg
     */
    HybridSearch.Legs findLegs(
            Embedding query, String text, int candidates, @Nullable MetadataMatcher own, @Nullable EmbeddingSpec bound)
            throws IOException {
        float[] vector = prepared(query, bound);
        if (snapshot.segments() == 0) {
            return HybridSearch.Legs.NONE;
        }
        FilteredDocs docs = docs(own);
        Beside<List<ScoreDoc>> textLeg =
                Beside.start(settings.helper(), () -> settings.text().find(snapshot, text, candidates, docs));
        List<ScoreDoc> byVector;
        try {
            byVector = nearest(vector, candidates, docs);
        } catch (Throwable t) {
            textLeg.end(t); // the snapshot is let go of next
            throw t;
        }
        return new HybridSearch.Legs(byVector, textLeg.result());
    }

    List<Hit> searchHybrid(
            Embedding query, String text, int limit, @Nullable MetadataMatcher own, @Nullable EmbeddingSpec bound)
            throws IOException {
        HybridSearch.Legs legs = findLegs(query, text, Math.max(limit, SegmentReader.HYBRID_CANDIDATES), own, bound);
        return read(HybridSearch.fuse(snapshot, legs, SegmentReader.HYBRID_VECTOR_WEIGHT, limit));
    }

    /** Reads what was fused. */
    List<Hit> read(List<HybridSearch.Fused> fused) throws IOException {
        SegmentRecord[] records = Hits.read(snapshot, fused);
        List<Hit> hits = new ArrayList<>(fused.size());
        for (int i = 0; i < records.length; i++) {
            hits.add(hit(records[i], fused.get(i).scores(i + 1)));
        }
        return hits;
    }

    private static Hit hit(SegmentRecord record, List<Score> scores) {
        return new Hit(record.id(), record.segment(), scores);
    }

    // ---- looking up

    Optional<TextSegment> get(String id) throws IOException {
        Objects.requireNonNull(id, "id");
        int doc = snapshot.find(id);
        FilteredDocs visible = docs(null);
        if (doc < 0 || (visible != null && !visible.contains(snapshot, doc))) {
            return Optional.empty();
        }
        return Optional.of(Hits.read(snapshot, List.of(new ScoreDoc(doc, 0)))[0].segment());
    }

    Optional<TextExplanation> explain(String text, String id) throws IOException {
        return settings.text().explain(snapshot, id, text);
    }

    Map<String, Double> compareTokens(TokenVectors question, List<String> ids) throws IOException {
        return TokenComparison.of(snapshot, question, ids, docs(null));
    }

    long count(@Nullable MetadataMatcher own) throws IOException {
        FilteredDocs docs = docs(own);
        return docs == null ? snapshot.segments() : docs.count();
    }

    List<IndexedSegment> scan(@Nullable String after, int limit, @Nullable MetadataMatcher own) throws IOException {
        return IdScan.page(snapshot, after, limit, docs(own));
    }
}
