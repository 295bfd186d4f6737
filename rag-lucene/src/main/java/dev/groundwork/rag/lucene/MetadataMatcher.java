package dev.groundwork.rag.lucene;

import dev.langchain4j.data.document.Metadata;
import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;

/** A filter in the index's own terms: tells, for a leaf of the index, which segments match. */
sealed interface MetadataMatcher {

    /**
     * Returns the matches, deleted ones included.
     *
     * @param leaf where to look
     * @return a set that the caller may change
     */
    FixedBitSet match(LeafReader leaf) throws IOException;

    /**
     * Segments with one of some terms.
     *
     * @param terms in {@link Fields#METADATA}
     */
    record OneOf(List<BytesRef> terms) implements MetadataMatcher {
        @Override
        public FixedBitSet match(LeafReader leaf) throws IOException {
            FixedBitSet bits = new FixedBitSet(leaf.maxDoc());
            Terms indexed = leaf.terms(Fields.METADATA);
            if (indexed != null) {
                TermsEnum at = indexed.iterator();
                for (BytesRef term : terms) {
                    if (at.seekExact(term)) {
                        bits.or(at.postings(null, PostingsEnum.NONE));
                    }
                }
            }
            return bits;
        }
    }

    /**
     * Segments with a term from {@code first} to before {@code end} that passes a test.
     *
     * @param first the least term
     * @param end the least term that is too great
     * @param test what a term must pass
     */
    record Range(BytesRef first, BytesRef end, Predicate<BytesRef> test) implements MetadataMatcher {
        @Override
        public FixedBitSet match(LeafReader leaf) throws IOException {
            FixedBitSet bits = new FixedBitSet(leaf.maxDoc());
            Terms indexed = leaf.terms(Fields.METADATA);
            if (indexed == null) {
                return bits;
            }
            TermsEnum at = indexed.iterator();
            PostingsEnum postings = null;
            if (at.seekCeil(first) != TermsEnum.SeekStatus.END) {
                for (BytesRef term = at.term(); term != null && term.compareTo(end) < 0; term = at.next()) {
                    if (test.test(term)) {
                        postings = at.postings(postings, PostingsEnum.NONE);
                        bits.or(postings);
                    }
                }
            }
            return bits;
        }
    }

    /**
     * Segments with a value too long to be a term, looked at one by one.
     *
     * @param key the metadata's key
     * @param test what the stored value must pass
     */
    record LongValue(String key, Predicate<String> test) implements MetadataMatcher {
        @Override
        public FixedBitSet match(LeafReader leaf) throws IOException {
            FixedBitSet bits = new FixedBitSet(leaf.maxDoc());
            Terms indexed = leaf.terms(Fields.METADATA);
            if (indexed == null) {
                return bits;
            }
            TermsEnum at = indexed.iterator();
            if (at.seekExact(MetadataTerms.prefix(key, MetadataTerms.LONG))) {
                PostingsEnum postings = at.postings(null, PostingsEnum.NONE);
                Fields.Records records = new Fields.Records(leaf);
                for (int doc = postings.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = postings.nextDoc()) {
                    Metadata metadata = records.read(doc).segment().metadata();
                    if (metadata.toMap().get(key) instanceof String value && test.test(value)) {
                        bits.set(doc);
                    }
                }
            }
            return bits;
        }
    }

    /**
     * Segments that match all of several; of none, all segments.
     *
     * @param parts what to match
     */
    record All(List<MetadataMatcher> parts) implements MetadataMatcher {
        @Override
        public FixedBitSet match(LeafReader leaf) throws IOException {
            FixedBitSet bits = Fields.segments(leaf);
            for (MetadataMatcher part : parts) {
                bits.and(part.match(leaf));
            }
            return bits;
        }
    }

    /**
     * Segments that match one of several at least.
     *
     * @param parts what to match
     */
    record Any(List<MetadataMatcher> parts) implements MetadataMatcher {
        @Override
        public FixedBitSet match(LeafReader leaf) throws IOException {
            FixedBitSet bits = new FixedBitSet(leaf.maxDoc());
            for (MetadataMatcher part : parts) {
                bits.or(part.match(leaf));
            }
            return bits;
        }
    }

    /**
     * Segments that do not match.
     *
     * @param part what not to match
     */
    record None(MetadataMatcher part) implements MetadataMatcher {
        @Override
        public FixedBitSet match(LeafReader leaf) throws IOException {
            FixedBitSet bits = Fields.segments(leaf);
            bits.andNot(part.match(leaf));
            return bits;
        }
    }
}
