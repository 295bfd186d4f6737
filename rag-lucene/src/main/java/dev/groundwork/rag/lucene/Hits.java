package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.search.ScoreDoc;

/** Reads the segments that a search found. */
final class Hits {

    private Hits() {}

    /** Returns the documents' segments in the order of the list. */
    static SegmentRecord[] read(Snapshot snapshot, List<? extends ScoreDoc> found) throws IOException {
        int[] docs = found.stream().mapToInt(doc -> doc.doc).toArray();
        Integer[] order = new Integer[docs.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> Integer.compare(docs[a], docs[b])); // as files want to be read
        SegmentRecord[] records = new SegmentRecord[docs.length];
        List<LeafReaderContext> leaves = snapshot.reader().leaves();
        LeafReaderContext leaf = null;
        Fields.Records reading = null;
        for (int i : order) {
            if (leaf == null
                    || reading == null
                    || docs[i] >= leaf.docBase + leaf.reader().maxDoc()) {
                leaf = leaves.get(ReaderUtil.subIndex(docs[i], leaves));
                reading = new Fields.Records(leaf.reader());
            }
            records[i] = reading.read(docs[i] - leaf.docBase);
        }
        return records;
    }
}
