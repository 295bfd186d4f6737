package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executor;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * Finds segments by vector: exactly where few are to be looked at, else through the HNSW graph (Malkov and Yashunin,
 * 2018), which is asked for more than is wanted and so misses less.
 */
final class VectorSearch {

    /**
     * Up to this many candidates, all are compared: 10,000 at 384 dimensions took .86 ms on one core and .53 ms on two,
     * and nothing is missed, where a graph with a filter of a tenth took 1.4 to 1.6 ms for a recall of .990.
     */
    static final int EXACT_LIMIT = 12_000;

    private VectorSearch() {}

    /**
     * Finds the nearest.
     *
     * @param docs what the search is restricted to; {@code null} for all segments
     * @param exactLimit up to so many candidates are compared one by one
     * @param helper may compare some of them, if it has a thread to spare
     * @return best first, ties by id
     */
    static List<ScoreDoc> find(
            Snapshot snapshot, float[] query, int limit, @Nullable FilteredDocs docs, int exactLimit, Executor helper)
            throws IOException {
        VectorProfile profile = snapshot.manifest().layout().profile();
        int breadth = Calibration.breadth(snapshot, limit);
        List<ScoreDoc> found;
        if (docs == null && snapshot.segments() > exactLimit) {
            found = throughGraph(snapshot, query, breadth, null);
        } else {
            FilteredDocs candidates = docs == null ? snapshot.filters().get(null, null) : docs;
            found = candidates.count() <= exactLimit
                    ? ExactSearch.find(snapshot, query, limit, candidates, helper)
                    : throughGraph(snapshot, query, breadth, candidates.asQuery());
        }
        List<ScoreDoc> near = profile.quantized() ? found : near(found, limit);
        rescore(snapshot, query, near);
        return best(snapshot, near, limit);
    }

    private static List<ScoreDoc> throughGraph(Snapshot snapshot, float[] query, int breadth, @Nullable Query filter)
            throws IOException {
        Query knn = new KnnFloatVectorQuery(Fields.vectors(query.length), query, breadth, filter);
        return List.of(snapshot.searcher().search(knn, breadth).scoreDocs);
    }

    /** Returns the best by the scores that Lucene gives, and what comes so close that it may be as good. */
    private static List<ScoreDoc> near(List<ScoreDoc> found, int limit) {
        if (found.size() <= limit) {
            return found;
        }
        float[] scores = new float[found.size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = found.get(i).score;
        }
        Arrays.sort(scores);
        float least = lowered(scores[scores.length - limit]);
        return found.stream().filter(doc -> doc.score >= least).toList();
    }

    /** Returns the least score that Lucene may give to a vector as near as one of this score. */
    static float lowered(float score) {
        return score - 2e-6f * Math.max(1, score);
    }

    /**
     * Computes scores anew, from the vectors as they are. Lucene's may be of quantized vectors, and even where they are not:
     * their sums of products are added in an order that is another one before and after the JVM has compiled it, and the
     * last bit of a score differs then from that of an equal vector, or of the same one a moment before.
     */
    static void rescore(Snapshot snapshot, float[] query, List<ScoreDoc> found) throws IOException {
        List<ScoreDoc> ordered = new ArrayList<>(found);
        ordered.sort(Comparator.comparingInt(doc -> doc.doc));
        VectorSimilarity similarity = snapshot.manifest().layout().similarity();
        List<LeafReaderContext> leaves = snapshot.reader().leaves();
        LeafReaderContext leaf = null;
        FloatVectorValues vectors = null;
        KnnVectorValues.DocIndexIterator at = null;
        for (ScoreDoc doc : ordered) {
            if (leaf == null || doc.doc >= leaf.docBase + leaf.reader().maxDoc()) {
                leaf = leaves.get(ReaderUtil.subIndex(doc.doc, leaves));
                vectors = leaf.reader().getFloatVectorValues(Fields.vectors(query.length));
                at = vectors == null ? null : vectors.iterator();
            }
            if (vectors != null && at != null && at.advance(doc.doc - leaf.docBase) == doc.doc - leaf.docBase) {
                doc.score = similarity.score(Vectors.dotProduct(query, vectors.vectorValue(at.index())));
            }
        }
    }

    /** Orders by score, ties by id, and cuts. */
    private static List<ScoreDoc> best(Snapshot snapshot, List<ScoreDoc> found, int limit) throws IOException {
        List<ScoreDoc> ordered = new ArrayList<>(found);
        ordered.sort(Comparator.comparingDouble((ScoreDoc doc) -> -doc.score).thenComparingInt(doc -> doc.doc));
        int end = Math.min(limit, ordered.size());
        while (end > 0 && end < ordered.size() && ordered.get(end).score == ordered.get(end - 1).score) {
            end++;
        }
        List<ScoreDoc> kept = ordered.subList(0, end);
        for (int i = 1; i < end; i++) {
            if (kept.get(i).score == kept.get(i - 1).score) {
                int first = i - 1;
                while (i + 1 < end && kept.get(i + 1).score == kept.get(first).score) {
                    i++;
                }
                orderById(snapshot, kept.subList(first, i + 1));
            }
        }
        return List.copyOf(kept.subList(0, Math.min(limit, end)));
    }

    private record Named<D extends ScoreDoc>(D doc, BytesRef id) {}

    /** Orders documents in doc order by their ids. */
    static <D extends ScoreDoc> void orderById(Snapshot snapshot, List<D> ties) throws IOException {
        List<LeafReaderContext> leaves = snapshot.reader().leaves();
        List<Named<D>> named = new ArrayList<>(ties.size());
        LeafReaderContext leaf = null;
        SortedDocValues ids = null;
        for (D doc : ties) { // by document, as doc values want to be read
            LeafReaderContext its = leaves.get(ReaderUtil.subIndex(doc.doc, leaves));
            if (ids == null || its != leaf) {
                leaf = its;
                ids = DocValues.getSorted(its.reader(), Fields.ID);
            }
            BytesRef id = ids.advanceExact(doc.doc - its.docBase)
                    ? BytesRef.deepCopyOf(ids.lookupOrd(ids.ordValue()))
                    : new BytesRef();
            named.add(new Named<>(doc, id));
        }
        named.sort(Comparator.comparing(Named::id));
        for (int i = 0; i < named.size(); i++) {
            ties.set(i, named.get(i).doc());
        }
    }
}
