package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;

/**
 * A filter in the index's own terms: tells, for a leaf of the index, which segments match. Immutable; two that are equal
 * match the same.
 */
sealed interface MetadataMatcher {

    /**
     * Adds the matches to a set.
     *
     * @param leaf where to look
     * @param within what matters: of documents outside it may be added anything; {@code null} for all
     * @param bits the set to add to
     */
    void addTo(LeafMatches leaf, @Nullable Bits within, FixedBitSet bits) throws IOException;

    /** Returns about how many bytes this takes on the heap. */
    long bytes();

    /**
     * Returns the matches, deleted ones included.
     *
     * @param leaf where to look
     * @return a set that the caller may change
     */
    default FixedBitSet match(LeafReader leaf) throws IOException {
        return match(leaf, null);
    }

    /**
     * Returns the matches.
     *
     * @param leaf where to look
     * @param among what to match among, for instance what is not deleted; {@code null} for all
     * @return a set that the caller may change
     */
    default FixedBitSet match(LeafReader leaf, @Nullable Bits among) throws IOException {
        FixedBitSet bits = new FixedBitSet(leaf.maxDoc());
        addTo(new LeafMatches(leaf), among, bits);
        if (among != null) {
            among.applyMask(bits, 0);
        }
        return bits;
    }

    /**
     * Segments with one of some terms.
     *
     * @param terms in {@link Fields#METADATA}, sorted
     */
    record OneOf(List<BytesRef> terms) implements MetadataMatcher {
        @Override
        public void addTo(LeafMatches leaf, @Nullable Bits within, FixedBitSet bits) throws IOException {
            for (BytesRef term : terms) {
                leaf.addTerm(term, bits);
            }
        }

        @Override
        public long bytes() {
            long bytes = 64;
            for (BytesRef term : terms) {
                bytes += 64L + term.length;
            }
            return bytes;
        }
    }

    /**
     * Segments with a term from {@code first} to before {@code end}.
     *
     * @param first the least term
     * @param end the least term that is too great
     */
    record Range(BytesRef first, BytesRef end) implements MetadataMatcher {
        @Override
        public void addTo(LeafMatches leaf, @Nullable Bits within, FixedBitSet bits) throws IOException {
            leaf.addRange(first, end, term -> true, bits);
        }

        @Override
        public long bytes() {
            return 192L + first.length + end.length;
        }
    }

    /**
     * Segments with a string that contains another.
     *
     * @param prefix what the terms start with that hold the strings
     * @param end the least term above them
     * @param part what to find in the strings, encoded as they are
     */
    record Containing(BytesRef prefix, BytesRef end, BytesRef part) implements MetadataMatcher {
        @Override
        public void addTo(LeafMatches leaf, @Nullable Bits within, FixedBitSet bits) throws IOException {
            leaf.addRange(prefix, end, term -> CodeUnits.contains(term, prefix.length, part), bits);
        }

        @Override
        public long bytes() {
            return 256L + prefix.length + end.length + part.length;
        }
    }

    /**
     * Segments with a value too long to be a term, looked at one by one.
     *
     * @param key the metadata's key
     * @param tag which values: {@link MetadataTerms#LONG} or {@link MetadataTerms#LONG_ARRAY}
     * @param test what the stored value, or one of its elements, must pass
     */
    record LongValue(String key, byte tag, StringTest test) implements MetadataMatcher {
        @Override
        public void addTo(LeafMatches leaf, @Nullable Bits within, FixedBitSet bits) throws IOException {
            leaf.addStored(key, tag, test, within, bits);
        }

        @Override
        public long bytes() {
            return 192L + 2L * key.length() + test.bytes();
        }
    }

    /**
     * Segments that match all of several; of none, all segments.
     *
     * @param parts what to match; what must not match comes last
     */
    record All(List<MetadataMatcher> parts) implements MetadataMatcher {
        @Override
        public void addTo(LeafMatches leaf, @Nullable Bits within, FixedBitSet bits) throws IOException {
            FixedBitSet all = leaf.borrow();
            FixedBitSet matches = leaf.borrow();
            boolean first = true;
            for (MetadataMatcher part : parts) {
                if (part instanceof None(MetadataMatcher unwanted)) {
                    if (first) {
                        leaf.addSegments(all);
                    }
                    matches.clear();
                    unwanted.addTo(leaf, all, matches);
                    all.andNot(matches);
                } else if (first) {
                    part.addTo(leaf, within, all);
                } else {
                    matches.clear();
                    part.addTo(leaf, all, matches);
                    all.and(matches);
                }
                first = false;
                if (all.scanIsEmpty()) {
                    break;
                }
            }
            if (first) {
                leaf.addSegments(all);
            }
            bits.or(all);
            leaf.giveBack(matches);
            leaf.giveBack(all);
        }

        @Override
        public long bytes() {
            return 64 + sum(parts);
        }
    }

    /**
     * Segments that match one of several at least.
     *
     * @param parts what to match
     */
    record Any(List<MetadataMatcher> parts) implements MetadataMatcher {
        @Override
        public void addTo(LeafMatches leaf, @Nullable Bits within, FixedBitSet bits) throws IOException {
            for (MetadataMatcher part : parts) {
                part.addTo(leaf, within, bits);
            }
        }

        @Override
        public long bytes() {
            return 64 + sum(parts);
        }
    }

    /**
     * Segments that do not match.
     *
     * @param part what not to match
     */
    record None(MetadataMatcher part) implements MetadataMatcher {
        @Override
        public void addTo(LeafMatches leaf, @Nullable Bits within, FixedBitSet bits) throws IOException {
            FixedBitSet rest = leaf.borrow();
            FixedBitSet matches = leaf.borrow();
            leaf.addSegments(rest);
            part.addTo(leaf, within, matches);
            rest.andNot(matches);
            bits.or(rest);
            leaf.giveBack(matches);
            leaf.giveBack(rest);
        }

        @Override
        public long bytes() {
            return 32 + part.bytes();
        }
    }

    private static long sum(List<MetadataMatcher> parts) {
        long bytes = 0;
        for (MetadataMatcher part : parts) {
            bytes += part.bytes();
        }
        return bytes;
    }

    /** Returns what matches where one of some terms is, in whatever order they are given. */
    static OneOf oneOf(List<BytesRef> terms) {
        return new OneOf(
                terms.size() == 1
                        ? List.copyOf(terms)
                        : terms.stream().sorted().distinct().toList());
    }

    /** Returns what matches where the part does not. */
    static MetadataMatcher none(MetadataMatcher part) {
        return part instanceof None(MetadataMatcher inner) ? inner : new None(part);
    }

    /**
     * Returns what matches where one of the parts does. However many equalities there are, it is one list of terms; and
     * negations are one: not a or not b is not (a and b).
     */
    static MetadataMatcher any(List<MetadataMatcher> parts) {
        List<BytesRef> terms = new ArrayList<>();
        Map<LongValue, Set<String>> longValues = new LinkedHashMap<>();
        List<MetadataMatcher> others = new ArrayList<>();
        List<MetadataMatcher> negated = new ArrayList<>();
        Deque<MetadataMatcher> open = new ArrayDeque<>(parts);
        while (!open.isEmpty()) {
            switch (open.pop()) {
                case Any any -> any.parts().reversed().forEach(open::push);
                case OneOf oneOf -> terms.addAll(oneOf.terms());
                case LongValue(String key, byte tag, StringTest.In(Set<String> values)) ->
                    longValues
                            .computeIfAbsent(
                                    new LongValue(key, tag, new StringTest.In(Set.of())), same -> new HashSet<>())
                            .addAll(values);
                case None none -> negated.add(none.part());
                case MetadataMatcher other -> others.add(other);
            }
        }
        List<MetadataMatcher> merged = new ArrayList<>();
        if (!terms.isEmpty()) {
            merged.add(oneOf(terms));
        }
        merged.addAll(others);
        longValues.forEach(
                (same, values) -> merged.add(new LongValue(same.key(), same.tag(), new StringTest.In(values))));
        if (!negated.isEmpty()) {
            merged.add(none(all(negated)));
        }
        return merged.size() == 1 ? merged.getFirst() : new Any(List.copyOf(merged));
    }

    /**
     * Returns what matches where all of the parts do. Look-ups of terms come first, for what they leave is all that the
     * others have to look at; negations are one: not a and not b is not (a or b).
     */
    static MetadataMatcher all(List<MetadataMatcher> parts) {
        List<MetadataMatcher> merged = new ArrayList<>();
        List<MetadataMatcher> others = new ArrayList<>();
        List<MetadataMatcher> negated = new ArrayList<>();
        Deque<MetadataMatcher> open = new ArrayDeque<>(parts);
        while (!open.isEmpty()) {
            switch (open.pop()) {
                case All all -> all.parts().reversed().forEach(open::push);
                case OneOf oneOf -> merged.add(oneOf);
                case None none -> negated.add(none.part());
                case MetadataMatcher other -> others.add(other);
            }
        }
        merged.addAll(others);
        if (!negated.isEmpty()) {
            merged.add(none(any(negated)));
        }
        return merged.size() == 1 ? merged.getFirst() : new All(List.copyOf(merged));
    }
}
