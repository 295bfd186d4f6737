package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.search.Query;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;

/**
 * The segments of a snapshot that a search is restricted to, by leaf, without deleted ones.
 *
 * @param leaves a set for each leaf
 * @param count how many segments that is
 */
record FilteredDocs(List<FixedBitSet> leaves, long count) {

    /** Returns the matches; of no matcher, all segments. */
    static FilteredDocs of(Snapshot snapshot, @Nullable MetadataMatcher matcher) throws IOException {
        List<FixedBitSet> leaves = new ArrayList<>();
        long count = 0;
        for (LeafReaderContext leaf : snapshot.reader().leaves()) {
            FixedBitSet bits = matcher == null ? Fields.segments(leaf.reader()) : matcher.match(leaf.reader());
            Bits live = leaf.reader().getLiveDocs();
            if (live != null) {
                live.applyMask(bits, 0);
            }
            leaves.add(bits);
            count += bits.cardinality();
        }
        return new FilteredDocs(leaves, count);
    }

    /** Returns whether a document of the snapshot is among them. */
    boolean contains(Snapshot snapshot, int doc) {
        List<LeafReaderContext> all = snapshot.reader().leaves();
        LeafReaderContext leaf = all.get(ReaderUtil.subIndex(doc, all));
        return leaves.get(leaf.ord).get(doc - leaf.docBase);
    }

    Query asQuery() {
        return new BitsQuery(leaf -> leaves.get(leaf.ord));
    }
}
