package dev.groundwork.rag.lucene;

import dev.groundwork.rag.Hit;
import dev.groundwork.rag.Score;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.search.ScoreDoc;

/** Reads the segments that a search found. */
final class Hits {

    private Hits() {}

    /** Returns the documents, in their order, as hits with ranks from 1. */
    static <D extends ScoreDoc> List<Hit> read(
            Snapshot snapshot, List<D> found, String hop, Score.Kind kind, ToDoubleFunction<D> score)
            throws IOException {
        StoredFields stored = snapshot.searcher().storedFields();
        List<Hit> hits = new ArrayList<>(found.size());
        for (D doc : found) {
            SegmentRecord record = Fields.read(stored, doc.doc);
            hits.add(Hit.of(
                    record.id(), record.segment(), new Score(hop, kind, score.applyAsDouble(doc), hits.size() + 1)));
        }
        return hits;
    }
}
