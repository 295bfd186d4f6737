package dev.groundwork.rag.lucene;

import dev.groundwork.rag.IndexedSegment;
import dev.groundwork.rag.TokenEmbedding;
import dev.groundwork.rag.TokenVectors;
import dev.langchain4j.data.embedding.Embedding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/** Lists segments in the order of their ids: merges the sorted ids of all leaves, from where the page starts. */
final class IdScan {

    /** A leaf's next id. */
    private static final class Cursor {
        private final LeafReaderContext leaf;
        private final TermsEnum terms;
        private final @Nullable Bits live;
        private @Nullable PostingsEnum postings;

        Cursor(LeafReaderContext leaf, TermsEnum terms) {
            this.leaf = leaf;
            this.terms = terms;
            this.live = leaf.reader().getLiveDocs();
        }

        BytesRef id() {
            try {
                return terms.term();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Returns the live document of the id, or -1. */
        int doc() throws IOException {
            postings = terms.postings(postings, PostingsEnum.NONE);
            for (int doc = postings.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = postings.nextDoc()) {
                if (live == null || live.get(doc)) {
                    return leaf.docBase + doc;
                }
            }
            return -1;
        }
    }

    private IdScan() {}

    static List<IndexedSegment> page(Snapshot snapshot, @Nullable String after, int limit, @Nullable FilteredDocs docs)
            throws IOException {
        PriorityQueue<Cursor> open = new PriorityQueue<>(Comparator.comparing(Cursor::id));
        BytesRef start = after == null ? new BytesRef() : MetadataTerms.after(new BytesRef(CodeUnits.encode(after)));
        for (LeafReaderContext leaf : snapshot.reader().leaves()) {
            Terms ids = leaf.reader().terms(Fields.ID);
            if (ids != null) {
                TermsEnum terms = ids.iterator();
                if (terms.seekCeil(start) != TermsEnum.SeekStatus.END) {
                    open.add(new Cursor(leaf, terms));
                }
            }
        }
        List<ScoreDoc> page = new ArrayList<>();
        while (page.size() < limit) {
            Cursor least = open.poll();
            if (least == null) {
                break;
            }
            int doc = least.doc();
            if (doc >= 0 && (docs == null || docs.contains(snapshot, doc))) {
                page.add(new ScoreDoc(doc, 0));
            }
            if (least.terms.next() != null) {
                open.add(least);
            }
        }
        SegmentRecord[] records = Hits.read(snapshot, page);
        List<IndexedSegment> segments = new ArrayList<>(records.length);
        TokenFields.Reading reading = new TokenFields.Reading(snapshot);
        for (int i = 0; i < records.length; i++) {
            float[] vector = vector(snapshot, page.get(i).doc);
            TokenVectors tokens = reading.read(page.get(i).doc);
            Embedding embedding = tokens == null ? Embedding.from(vector) : new TokenEmbedding(vector, tokens);
            segments.add(new IndexedSegment(records[i].id(), records[i].segment(), embedding));
        }
        return segments;
    }

    /** Returns a document's vector as it is indexed. */
    static float[] vector(Snapshot snapshot, int doc) throws IOException {
        List<LeafReaderContext> leaves = snapshot.reader().leaves();
        LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(doc, leaves));
        FloatVectorValues vectors = leaf.reader()
                .getFloatVectorValues(Fields.vectors(snapshot.manifest().dimension()));
        if (vectors == null) {
            throw new CorruptIndexException("document without a vector", leaf.toString());
        }
        var at = vectors.iterator();
        if (at.advance(doc - leaf.docBase) != doc - leaf.docBase) {
            throw new CorruptIndexException("document without a vector", leaf.toString());
        }
        return vectors.vectorValue(at.index()).clone();
    }
}
