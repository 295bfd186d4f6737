package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.PriorityQueue;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.search.Collector;
import org.apache.lucene.search.CollectorManager;
import org.apache.lucene.search.LeafCollector;
import org.apache.lucene.search.Scorable;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.util.BytesRef;

/**
 * Collects the best documents by score, and among equal scores those with the least ids, where the best score that is left
 * out is known: what is below it is skipped from the start, and only ties are compared by their ids.
 */
final class BestById implements CollectorManager<BestById.Best, List<ScoreDoc>> {

    private final int limit;
    private final float floor;

    /**
     * Collects anew what was collected by score alone.
     *
     * @param limit the most documents
     * @param floor no document that is collected has a lower score
     */
    BestById(int limit, float floor) {
        this.limit = limit;
        this.floor = floor;
    }

    @Override
    public Best newCollector() {
        return new Best();
    }

    @Override
    public List<ScoreDoc> reduce(Collection<Best> parts) {
        List<Found> all = new ArrayList<>();
        parts.forEach(part -> all.addAll(part.worstFirst));
        all.sort(Collections.reverseOrder());
        List<ScoreDoc> best = new ArrayList<>(limit);
        for (Found found : all.subList(0, Math.min(limit, all.size()))) {
            best.add(new ScoreDoc(found.doc, found.score));
        }
        return best;
    }

    /** A document; ordered from the worst to the best. */
    private static final class Found implements Comparable<Found> {
        private final int doc;
        private final float score;
        private final int leaf;
        private final SortedDocValues ids;
        private final int ordinal;

        Found(int doc, float score, int leaf, SortedDocValues ids, int ordinal) {
            this.doc = doc;
            this.score = score;
            this.leaf = leaf;
            this.ids = ids;
            this.ordinal = ordinal;
        }

        @Override
        public int compareTo(Found other) {
            if (score != other.score) {
                return Float.compare(score, other.score);
            }
            return leaf == other.leaf
                    ? Integer.compare(other.ordinal, ordinal)
                    : other.id().compareTo(id());
        }

        private BytesRef id() {
            try {
                return BytesRef.deepCopyOf(ids.lookupOrd(ordinal));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The best documents of some leaves. */
    final class Best implements Collector {

        private final PriorityQueue<Found> worstFirst = new PriorityQueue<>(limit);

        @Override
        public ScoreMode scoreMode() {
            return ScoreMode.TOP_SCORES;
        }

        @Override
        public LeafCollector getLeafCollector(LeafReaderContext leaf) throws IOException {
            SortedDocValues ids = DocValues.getSorted(leaf.reader(), Fields.ID);
            return new LeafCollector() {
                private Scorable scorer = new Scorable() {
                    @Override
                    public float score() {
                        return 0;
                    }
                };

                @Override
                public void setScorer(Scorable its) throws IOException {
                    scorer = its;
                    scorer.setMinCompetitiveScore(least());
                }

                @Override
                public void collect(int doc) throws IOException {
                    float score = scorer.score();
                    if (score < least() || !ids.advanceExact(doc)) {
                        return;
                    }
                    Found found = new Found(leaf.docBase + doc, score, leaf.ord, ids, ids.ordValue());
                    Found worst = worstFirst.peek();
                    if (worst != null && worstFirst.size() == limit) {
                        if (found.compareTo(worst) < 0) {
                            return;
                        }
                        worstFirst.poll();
                    }
                    worstFirst.add(found);
                    scorer.setMinCompetitiveScore(least());
                }
            };
        }

        /** Returns the least score that can still be among the best. */
        private float least() {
            Found worst = worstFirst.peek();
            return worst == null || worstFirst.size() < limit ? floor : worst.score;
        }
    }
}
