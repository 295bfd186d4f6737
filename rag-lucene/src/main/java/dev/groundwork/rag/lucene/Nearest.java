package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocAndFloatFeatureBuffer;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.util.hnsw.FloatHeap;

/**
 * Collects the nearest vectors by comparing one by one, all that may be as near as the last one included. Of one
 * thread.
 */
final class Nearest {

    private final int limit;
    private final FloatHeap best;
    private final List<ScoreDoc> candidates = new ArrayList<>();

    Nearest(int limit) {
        this.limit = limit;
        this.best = new FloatHeap(limit);
    }

    /** Compares documents of a leaf, live ones all. */
    void compare(LeafReaderContext leaf, float[] query, DocIdSetIterator docs) throws IOException {
        FloatVectorValues vectors = leaf.reader().getFloatVectorValues(Fields.vectors(query.length));
        if (vectors == null) {
            return;
        }
        VectorScorer.Bulk scorer = vectors.rescorer(query).bulk(docs);
        DocAndFloatFeatureBuffer buffer = new DocAndFloatFeatureBuffer();
        while (true) {
            scorer.nextDocsAndScores(DocIdSetIterator.NO_MORE_DOCS, null, buffer);
            if (buffer.size == 0) {
                return;
            }
            for (int i = 0; i < buffer.size; i++) {
                float score = buffer.features[i];
                if (best.size() < limit || score >= VectorSearch.lowered(best.peek())) {
                    best.offer(score);
                    candidates.add(new ScoreDoc(leaf.docBase + buffer.docs[i], score));
                }
            }
        }
    }

    /** Returns the best, in no order. */
    List<ScoreDoc> found() {
        float least = best.size() < limit ? Float.NEGATIVE_INFINITY : VectorSearch.lowered(best.peek());
        candidates.removeIf(doc -> doc.score < least);
        return candidates;
    }
}
