package dev.groundwork.rag.lucene;

import dev.groundwork.rag.TokenVectors;
import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.Terms;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.NumericUtils;
import org.jspecify.annotations.Nullable;

/**
 * The vectors of a segment's tokens in the index: doc values, read where they lie, and a term for each different token, so
 * that it is known how many segments have it.
 */
final class TokenFields {

    private static final String VECTORS = "tokens";
    private static final String TOKEN = "token";

    private TokenFields() {}

    static void add(Document document, TokenVectors tokens) {
        document.add(new BinaryDocValuesField(VECTORS, new BytesRef(tokens.toBytes())));
        int[] ids = new int[tokens.size()];
        Arrays.setAll(ids, tokens::id);
        Arrays.stream(ids)
                .distinct()
                .forEach(id -> document.add(new StringField(TOKEN, term(id).bytes(), Field.Store.NO)));
    }

    private static Term term(int id) {
        byte[] bytes = new byte[Integer.BYTES];
        NumericUtils.intToSortableBytes(id, bytes, 0);
        return new Term(TOKEN, new BytesRef(bytes));
    }

    /** Returns how much a token tells: the more, the fewer segments have it. Segments that were deleted count until merged. */
    static double weight(Snapshot snapshot, int id) throws IOException {
        Term term = term(id);
        long having = 0;
        long all = 0;
        for (LeafReaderContext leaf : snapshot.reader().leaves()) {
            Terms terms = leaf.reader().terms(TOKEN);
            if (terms != null) {
                all += terms.getDocCount();
                having += leaf.reader().docFreq(term);
            }
        }
        return Math.log1p((all - having + 0.5) / (having + 0.5));
    }

    /** Returns the encoded vectors of a leaf's tokens. */
    static BinaryDocValues values(LeafReader leaf) throws IOException {
        return DocValues.getBinary(leaf, VECTORS);
    }

    /**
     * Returns about how many bytes the vectors of a leaf's tokens take, deleted segments' too: so many as the sample has on
     * the mean, times as many segments as have some.
     *
     * @param sample how many segments are read at most
     */
    static long bytes(LeafReader leaf, int sample) throws IOException {
        BinaryDocValues values = values(leaf);
        long having = values.cost(); // how many there are, in Lucene's format
        int step = Math.max(1, (leaf.maxDoc() + sample - 1) / sample);
        long bytes = 0;
        int read = 0;
        for (int from = 0; from < leaf.maxDoc(); from = Math.max(from + step, values.docID() + 1)) {
            if (values.advance(from) == DocIdSetIterator.NO_MORE_DOCS) {
                break;
            }
            bytes += values.binaryValue().length;
            read++;
        }
        return read == 0 ? 0 : Math.round((double) bytes / read * having);
    }

    static TokenVectors decode(BytesRef bytes, LeafReader leaf) throws CorruptIndexException {
        try {
            return TokenVectors.from(Arrays.copyOfRange(bytes.bytes, bytes.offset, bytes.offset + bytes.length));
        } catch (IllegalArgumentException e) {
            throw new CorruptIndexException("token vectors can't be read", leaf.toString(), e);
        }
    }

    /** Reads the tokens of segments, of whichever leaf. Confined to one thread; fastest in the order of documents. */
    static final class Reading {
        private final Snapshot snapshot;
        private @Nullable LeafReaderContext leaf;
        private @Nullable BinaryDocValues values;

        Reading(Snapshot snapshot) {
            this.snapshot = snapshot;
        }

        /** Returns a segment's tokens; {@code null} if it was put in without. */
        @Nullable
        TokenVectors read(int doc) throws IOException {
            LeafReaderContext of = snapshot.reader()
                    .leaves()
                    .get(ReaderUtil.subIndex(doc, snapshot.reader().leaves()));
            int inLeaf = doc - of.docBase;
            BinaryDocValues from = values;
            if (from == null || !of.equals(leaf) || from.docID() > inLeaf) {
                from = values(of.reader());
                leaf = of;
                values = from;
            }
            return from.advanceExact(inLeaf) ? decode(from.binaryValue(), of.reader()) : null;
        }
    }
}
