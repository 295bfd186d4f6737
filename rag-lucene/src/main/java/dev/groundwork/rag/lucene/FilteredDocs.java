package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.search.Query;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;

/**
 * The segments of a snapshot that a search is restricted to, by leaf, without deleted ones. Shared between searches: the
 * sets are read only.
 *
 * @param leaves the matches of each leaf
 * @param count how many segments that is
 */
record FilteredDocs(List<Leaf> leaves, long count) {

    /**
     * The matches of a leaf.
     *
     * @param bits a bit for each
     * @param count how many
     */
    record Leaf(FixedBitSet bits, int count) {
        static Leaf of(FixedBitSet bits) {
            return new Leaf(bits, bits.cardinality());
        }
    }

    /**
     * Matches.
     *
     * @param within what to match among; {@code null} for all that is live
     */
    static FilteredDocs of(IndexReader reader, MetadataMatcher matcher, @Nullable FilteredDocs within)
            throws IOException {
        List<Leaf> leaves = new ArrayList<>(reader.leaves().size());
        long count = 0;
        for (LeafReaderContext leaf : reader.leaves()) {
            Bits among = within == null
                    ? leaf.reader().getLiveDocs()
                    : within.leaves.get(leaf.ord).bits();
            Leaf matches = Leaf.of(matcher.match(leaf.reader(), among));
            leaves.add(matches);
            count += matches.count();
        }
        return new FilteredDocs(List.copyOf(leaves), count);
    }

    /** Returns whether a document of the snapshot is among them. */
    boolean contains(Snapshot snapshot, int doc) {
        List<LeafReaderContext> all = snapshot.reader().leaves();
        LeafReaderContext leaf = all.get(ReaderUtil.subIndex(doc, all));
        return leaves.get(leaf.ord).bits().get(doc - leaf.docBase);
    }

    Query asQuery() {
        return new BitsQuery(leaf -> leaves.get(leaf.ord));
    }

    /** Returns about how many bytes this takes on the heap. */
    long bytes() {
        long bytes = 64;
        for (Leaf leaf : leaves) {
            bytes += 32 + leaf.bits().ramBytesUsed();
        }
        return bytes;
    }
}
