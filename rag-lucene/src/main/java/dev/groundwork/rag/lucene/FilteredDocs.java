package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.Query;
import org.apache.lucene.util.FixedBitSet;

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

    static FilteredDocs of(IndexReader reader, MetadataMatcher matcher) throws IOException {
        List<Leaf> leaves = new ArrayList<>(reader.leaves().size());
        long count = 0;
        for (LeafReaderContext leaf : reader.leaves()) {
            Leaf matches = Leaf.of(matcher.match(leaf.reader(), leaf.reader().getLiveDocs()));
            leaves.add(matches);
            count += matches.count();
        }
        return new FilteredDocs(List.copyOf(leaves), count);
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
