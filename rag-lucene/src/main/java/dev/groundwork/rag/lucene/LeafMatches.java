package dev.groundwork.rag.lucene;

import dev.groundwork.rag.StringArray;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Predicate;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;

/**
 * A leaf of the index while one filter is matched against it: looks up, and lends the sets that are needed on the way, so
 * that their number grows with how deep the filter nests, not with how many parts it has. Confined to one thread.
 */
final class LeafMatches {

    private final LeafReader leaf;
    private final @Nullable TermsEnum terms;
    private final Deque<FixedBitSet> spare = new ArrayDeque<>();
    private @Nullable PostingsEnum postings;

    LeafMatches(LeafReader leaf) throws IOException {
        this.leaf = leaf;
        Terms indexed = leaf.terms(Fields.METADATA);
        terms = indexed == null ? null : indexed.iterator();
    }

    /** Adds the segments that have a term. */
    void addTerm(BytesRef term, FixedBitSet bits) throws IOException {
        if (terms != null && terms.seekExact(term)) {
            addCurrent(terms, bits);
        }
    }

    /** Adds the segments that have a term from {@code first} to before {@code end} that passes a test. */
    void addRange(BytesRef first, BytesRef end, Predicate<BytesRef> test, FixedBitSet bits) throws IOException {
        if (terms == null || terms.seekCeil(first) == TermsEnum.SeekStatus.END) {
            return;
        }
        for (BytesRef term = terms.term(); term != null && term.compareTo(end) < 0; term = terms.next()) {
            if (test.test(term)) {
                addCurrent(terms, bits);
            }
        }
    }

    private void addCurrent(TermsEnum at, FixedBitSet bits) throws IOException {
        PostingsEnum found = at.postings(postings, PostingsEnum.NONE);
        postings = found;
        bits.or(found);
    }

    /** Adds the segments whose stored value passes a test; looks only at those with a key's tag. */
    void addStored(String key, byte tag, StringTest test, @Nullable Bits within, FixedBitSet bits) throws IOException {
        if (terms == null || !terms.seekExact(MetadataTerms.prefix(key, tag))) {
            return;
        }
        Fields.Records records = new Fields.Records(leaf);
        PostingsEnum found = terms.postings(null, PostingsEnum.NONE);
        for (int doc = found.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = found.nextDoc()) {
            boolean open = !bits.get(doc) && (within == null || within.get(doc));
            if (open
                    && passes(
                            tag,
                            test,
                            records.read(doc).segment().metadata().toMap().get(key))) {
                bits.set(doc);
            }
        }
    }

    private static boolean passes(byte tag, StringTest test, @Nullable Object value) {
        if (!(value instanceof String text)) {
            return false;
        }
        boolean byElement = tag == MetadataTerms.LONG && StringArray.is(text);
        return byElement ? StringArray.values(text).stream().anyMatch(test::test) : test.test(text);
    }

    /** Adds all segments to a set that has none. */
    void addSegments(FixedBitSet empty) throws IOException {
        Fields.addSegments(leaf, empty);
    }

    /** Returns an empty set, to be given back. */
    FixedBitSet borrow() {
        FixedBitSet bits = spare.poll();
        if (bits == null) {
            return new FixedBitSet(leaf.maxDoc());
        }
        bits.clear();
        return bits;
    }

    void giveBack(FixedBitSet bits) {
        spare.push(bits);
    }
}
