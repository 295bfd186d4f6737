package dev.groundwork.rag.lucene;

import java.io.IOException;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.ConstantScoreScorer;
import org.apache.lucene.search.ConstantScoreWeight;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.BitSetIterator;
import org.jspecify.annotations.Nullable;

/** A query for documents that are told bit by bit. Its clauses do not count towards Lucene's limit of clauses. */
final class BitsQuery extends Query {

    /** Says which documents of a leaf match. */
    @FunctionalInterface
    interface LeafBits {
        FilteredDocs.Leaf of(LeafReaderContext leaf) throws IOException;
    }

    private final LeafBits leafBits;

    BitsQuery(LeafBits leafBits) {
        this.leafBits = leafBits;
    }

    @Override
    public Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost) {
        return new ConstantScoreWeight(this, boost) {
            @Override
            public @Nullable ScorerSupplier scorerSupplier(LeafReaderContext leaf) throws IOException {
                FilteredDocs.Leaf matches = leafBits.of(leaf);
                if (matches.count() == 0) {
                    return null;
                }
                return new DefaultScorerSupplier(new ConstantScoreScorer(
                        score(), scoreMode, new BitSetIterator(matches.bits(), matches.count())));
            }

            @Override
            public boolean isCacheable(LeafReaderContext leaf) {
                return false;
            }
        };
    }

    @Override
    public void visit(QueryVisitor visitor) {
        visitor.visitLeaf(this);
    }

    @Override
    public String toString(String field) {
        return "BitsQuery";
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
