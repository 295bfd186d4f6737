package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.DocAndFloatFeatureBuffer;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.Bits;
import org.jspecify.annotations.Nullable;

/**
 * Finds what any of a few terms finds, with the best of their scores: what a {@code DisjunctionMaxQuery} without a tie breaker
 * does, for terms alone and faster. That one goes from document to document with a heap; this one takes the terms' documents
 * and scores in batches, as Lucene does for terms by themselves, and merges them.
 */
final class BestFormQuery extends Query {

    private final List<Query> forms;

    /**
     * Makes one.
     *
     * @param forms terms, boosted or not
     */
    BestFormQuery(List<Query> forms) {
        this.forms = List.copyOf(forms);
    }

    @Override
    public Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost) throws IOException {
        List<Weight> weights = new ArrayList<>(forms.size());
        for (Query form : forms) {
            weights.add(searcher.createWeight(form, scoreMode, boost));
        }
        return new BestWeight(this, weights);
    }

    private static final class BestWeight extends Weight {

        private final List<Weight> forms;

        BestWeight(Query query, List<Weight> forms) {
            super(query);
            this.forms = forms;
        }

        @Override
        public @Nullable ScorerSupplier scorerSupplier(LeafReaderContext leaf) throws IOException {
            List<ScorerSupplier> there = new ArrayList<>(forms.size());
            for (Weight form : forms) {
                ScorerSupplier supplier = form.scorerSupplier(leaf);
                if (supplier != null) {
                    there.add(supplier);
                }
            }
            there.sort(
                    Comparator.comparingLong(ScorerSupplier::cost).reversed()); // batches are the most frequent one's
            return there.size() > 1 ? new BestSupplier(there) : there.isEmpty() ? null : there.getFirst();
        }

        @Override
        public Explanation explain(LeafReaderContext leaf, int doc) throws IOException {
            Explanation best = Explanation.noMatch("no form is there");
            for (Weight form : forms) {
                Explanation own = form.explain(leaf, doc);
                if (own.isMatch()
                        && (!best.isMatch()
                                || own.getValue().floatValue() > best.getValue().floatValue())) {
                    best = own;
                }
            }
            return best;
        }

        @Override
        public boolean isCacheable(LeafReaderContext leaf) {
            return forms.stream().allMatch(form -> form.isCacheable(leaf));
        }
    }

    private static final class BestSupplier extends ScorerSupplier {

        private final List<ScorerSupplier> forms;

        BestSupplier(List<ScorerSupplier> forms) {
            this.forms = forms;
        }

        @Override
        public Scorer get(long leadCost) throws IOException {
            Scorer best = forms.getFirst().get(leadCost);
            for (ScorerSupplier form : forms.subList(1, forms.size())) {
                best = new BestScorer(best, form.get(leadCost));
            }
            return best;
        }

        @Override
        public long cost() {
            return forms.stream().mapToLong(ScorerSupplier::cost).sum();
        }

        @Override
        public void setTopLevelScoringClause() throws IOException {
            for (ScorerSupplier form : forms) {
                form.setTopLevelScoringClause();
            }
        }
    }

    /** Two scorers as one. */
    private static final class BestScorer extends Scorer {

        /** The most documents of a batch where only the second scorer has any. */
        private static final int BATCH = 128;

        private final Scorer first;
        private final Scorer second;
        private final DocIdSetIterator docs;
        private final DocAndFloatFeatureBuffer ofFirst = new DocAndFloatFeatureBuffer();
        private final DocAndFloatFeatureBuffer ofSecond = new DocAndFloatFeatureBuffer();

        BestScorer(Scorer first, Scorer second) {
            this.first = first;
            this.second = second;
            docs = new Either(first.iterator(), second.iterator());
        }

        @Override
        public int docID() {
            return docs.docID();
        }

        @Override
        public DocIdSetIterator iterator() {
            return docs;
        }

        @Override
        public float score() throws IOException {
            int doc = docID();
            if (first.docID() != doc) {
                return second.score();
            }
            float score = first.score();
            return second.docID() == doc ? Math.max(score, second.score()) : score;
        }

        @Override
        public int advanceShallow(int target) throws IOException {
            return Math.min(shallow(first, target), shallow(second, target));
        }

        private static int shallow(Scorer scorer, int target) throws IOException {
            int from = Math.max(target, scorer.docID());
            return from == DocIdSetIterator.NO_MORE_DOCS ? from : scorer.advanceShallow(from);
        }

        @Override
        public float getMaxScore(int upTo) throws IOException {
            float most = 0;
            if (first.docID() <= upTo) {
                most = first.getMaxScore(upTo);
            }
            return second.docID() <= upTo ? Math.max(most, second.getMaxScore(upTo)) : most;
        }

        @Override
        public void setMinCompetitiveScore(float score) throws IOException {
            // what one passes over for it, the other does not make competitive by being lower still
            first.setMinCompetitiveScore(score);
            second.setMinCompetitiveScore(score);
        }

        @Override
        public void nextDocsAndScores(int upTo, @Nullable Bits liveDocs, DocAndFloatFeatureBuffer buffer)
                throws IOException {
            buffer.size = 0;
            while (buffer.size == 0 && docID() < upTo) {
                int end = upTo;
                ofFirst.size = 0;
                if (first.docID() < upTo) {
                    first.nextDocsAndScores(upTo, liveDocs, ofFirst);
                    end = Math.min(upTo, first.docID());
                }
                addSecond(end, liveDocs, buffer);
            }
        }

        /** Merges what the first has given with what the second has before a document. */
        private void addSecond(int end, @Nullable Bits liveDocs, DocAndFloatFeatureBuffer buffer) throws IOException {
            int from = 0;
            while (second.docID() < end) {
                second.nextDocsAndScores(end, liveDocs, ofSecond);
                from = merge(from, buffer);
                if (ofFirst.size == 0 && buffer.size >= BATCH) {
                    return;
                }
            }
            int rest = ofFirst.size - from;
            grow(buffer, rest);
            System.arraycopy(ofFirst.docs, from, buffer.docs, buffer.size, rest);
            System.arraycopy(ofFirst.features, from, buffer.features, buffer.size, rest);
            buffer.size += rest;
        }

        /** Merges a batch of the second; returns where the first's go on. */
        private int merge(int from, DocAndFloatFeatureBuffer buffer) {
            grow(buffer, ofFirst.size - from + ofSecond.size);
            int at = from;
            int to = buffer.size;
            for (int i = 0; i < ofSecond.size; i++) {
                int doc = ofSecond.docs[i];
                while (at < ofFirst.size && ofFirst.docs[at] < doc) {
                    buffer.docs[to] = ofFirst.docs[at];
                    buffer.features[to++] = ofFirst.features[at++];
                }
                float score = ofSecond.features[i];
                if (at < ofFirst.size && ofFirst.docs[at] == doc) {
                    score = Math.max(score, ofFirst.features[at++]);
                }
                buffer.docs[to] = doc;
                buffer.features[to++] = score;
            }
            buffer.size = to;
            return at;
        }

        private static void grow(DocAndFloatFeatureBuffer buffer, int more) {
            int needed = buffer.size + more;
            if (buffer.docs.length < needed) {
                int[] docs = buffer.docs;
                float[] features = buffer.features;
                buffer.growNoCopy(needed);
                System.arraycopy(docs, 0, buffer.docs, 0, buffer.size);
                System.arraycopy(features, 0, buffer.features, 0, buffer.size);
            }
        }
    }

    /** The documents of two. */
    private static final class Either extends DocIdSetIterator {

        private final DocIdSetIterator one;
        private final DocIdSetIterator other;

        Either(DocIdSetIterator one, DocIdSetIterator other) {
            this.one = one;
            this.other = other;
        }

        @Override
        public int docID() {
            return Math.min(one.docID(), other.docID());
        }

        @Override
        public int nextDoc() throws IOException {
            return advance(docID() + 1);
        }

        @Override
        public int advance(int target) throws IOException {
            int next = one.docID() < target ? one.advance(target) : one.docID();
            return Math.min(next, other.docID() < target ? other.advance(target) : other.docID());
        }

        @Override
        public long cost() {
            return one.cost() + other.cost();
        }
    }

    @Override
    public void visit(QueryVisitor visitor) {
        QueryVisitor own = visitor.getSubVisitor(BooleanClause.Occur.SHOULD, this);
        forms.forEach(form -> form.visit(own));
    }

    @Override
    public String toString(String field) {
        return "best of " + forms;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof BestFormQuery that && forms.equals(that.forms);
    }

    @Override
    public int hashCode() {
        return Objects.hash(BestFormQuery.class, forms);
    }
}
