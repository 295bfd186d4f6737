package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.util.FixedBitSet;

/**
 * Finds the nearest by comparing all candidates, on two threads where there are enough of them and a second one is free:
 * what costs time is to fetch the vectors from memory, and two cores fetch nearly twice as many.
 */
final class ExactSearch {

    /** From so many candidates on, a second thread is worth the ten or twenty microseconds that it takes to wake it. */
    private static final int WORTH_SHARING = 1_500;

    /** What a thread takes at a time: about as many documents as it compares in ten to hundred microseconds. */
    private static final int PORTION = 2_048;

    private ExactSearch() {}

    /** Returns the best, with all that may tie with the last one, in no order. */
    static List<ScoreDoc> find(Snapshot snapshot, float[] query, int limit, FilteredDocs docs, Executor helper)
            throws IOException {
        Portions portions = new Portions(snapshot.reader().leaves(), docs);
        if (docs.count() < WORTH_SHARING) {
            return portions.compare(query, limit);
        }
        Beside<List<ScoreDoc>> others = Beside.start(helper, () -> portions.compare(query, limit));
        List<ScoreDoc> found;
        try {
            found = portions.compare(query, limit);
        } catch (Throwable t) {
            others.end(t);
            throw t;
        }
        found.addAll(others.result());
        return found;
    }

    /** The candidates, of which each thread takes a portion after the other, until none is left. */
    private static final class Portions {

        private final List<LeafReaderContext> leaves;
        private final FilteredDocs docs;
        private final AtomicInteger[] next;

        Portions(List<LeafReaderContext> leaves, FilteredDocs docs) {
            this.leaves = leaves;
            this.docs = docs;
            next = new AtomicInteger[leaves.size()];
            for (int i = 0; i < next.length; i++) {
                next[i] = new AtomicInteger();
            }
        }

        List<ScoreDoc> compare(float[] query, int limit) throws IOException {
            Nearest nearest = new Nearest(limit);
            for (LeafReaderContext leaf : leaves) {
                FilteredDocs.Leaf matches = docs.leaves().get(leaf.ord);
                if (matches.count() > 0) {
                    nearest.compare(leaf, query, new Shared(matches, next[leaf.ord]));
                }
            }
            return nearest.found();
        }
    }

    /** The matches of a leaf, without those that another thread has taken. */
    private static final class Shared extends DocIdSetIterator {

        private final FixedBitSet bits;
        private final int count;
        private final AtomicInteger next;
        private int doc = -1;
        private int end;

        Shared(FilteredDocs.Leaf matches, AtomicInteger next) {
            this.bits = matches.bits();
            this.count = matches.count();
            this.next = next;
        }

        @Override
        public int docID() {
            return doc;
        }

        @Override
        public int nextDoc() {
            return advance(doc + 1);
        }

        @Override
        public int advance(int target) {
            int from = target;
            while (true) {
                if (from < end) {
                    doc = bits.nextSetBit(from, end);
                    if (doc != NO_MORE_DOCS) {
                        return doc;
                    }
                }
                int start = next.get() >= bits.length() ? bits.length() : next.getAndAdd(PORTION);
                if (start >= bits.length()) {
                    doc = NO_MORE_DOCS;
                    return doc;
                }
                end = Math.min(bits.length(), start + PORTION);
                from = Math.max(target, start);
            }
        }

        @Override
        public long cost() {
            return count;
        }
    }
}
