package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/** One state of the index, open for reading. Thread-safe; freed when the last of its users lets go of it. */
final class Snapshot {

    /** BM25 as Robertson and Zaragoza give it, "The Probabilistic Relevance Framework" (2009), with usual values. */
    static final BM25Similarity SIMILARITY = new BM25Similarity(1.2f, 0.75f);

    private final DirectoryReader reader;
    private final IndexSearcher searcher;
    private final Manifest manifest;
    private final FilterCache filters;
    private volatile @Nullable Counts counts;
    private volatile @Nullable TextFields textFields;

    private record Counts(long segments, long documents) {}

    Snapshot(DirectoryReader reader, Manifest manifest) {
        this.reader = reader;
        this.manifest = manifest;
        filters = new FilterCache(reader);
        searcher = new IndexSearcher(reader);
        searcher.setSimilarity(SIMILARITY);
        searcher.setQueryCache(null); // Lucene's is one for the whole JVM, the application's own use included
    }

    DirectoryReader reader() {
        return reader;
    }

    IndexSearcher searcher() {
        return searcher;
    }

    Manifest manifest() {
        return manifest;
    }

    TextFields textFields() throws IOException {
        TextFields known = textFields;
        if (known == null) {
            known = TextFields.of(reader);
            textFields = known;
        }
        return known;
    }

    /** Tells what filters match in this snapshot. */
    FilterCache filters() {
        return filters;
    }

    /** Returns how many entries the largest part has: about as many vectors has the largest graph. */
    int largestGraph() {
        int largest = 0;
        for (LeafReaderContext leaf : reader.leaves()) {
            largest = Math.max(largest, leaf.reader().numDocs());
        }
        return largest;
    }

    boolean acquire() {
        return reader.tryIncRef();
    }

    /** Lets go. A file that can't be deleted then is in no one's way: the writer deletes it when it is opened again. */
    void release() {
        try {
            reader.decRef();
        } catch (IOException e) {
            // what was read was read
        }
    }

    long segments() throws IOException {
        return counts().segments();
    }

    long documents() throws IOException {
        return counts().documents();
    }

    private Counts counts() throws IOException {
        Counts known = counts;
        if (known == null) {
            long documents = 0;
            for (LeafReaderContext leaf : reader.leaves()) {
                PostingsEnum entries = Fields.ledgerEntries(leaf.reader());
                documents += entries == null ? 0 : countLive(leaf.reader(), entries);
            }
            known = new Counts(reader.numDocs() - documents, documents);
            counts = known;
        }
        return known;
    }

    private static long countLive(LeafReader leaf, PostingsEnum entries) throws IOException {
        Bits live = leaf.getLiveDocs();
        long count = 0;
        for (int doc = entries.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = entries.nextDoc()) {
            count += live == null || live.get(doc) ? 1 : 0;
        }
        return count;
    }

    /** Returns the document of a segment, or -1. */
    int find(String id) throws IOException {
        Term term = Fields.id(id);
        for (LeafReaderContext leaf : reader.leaves()) {
            PostingsEnum postings = leaf.reader().postings(term, PostingsEnum.NONE);
            Bits live = leaf.reader().getLiveDocs();
            if (postings != null) {
                for (int doc = postings.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = postings.nextDoc()) {
                    if (live == null || live.get(doc)) {
                        return leaf.docBase + doc;
                    }
                }
            }
        }
        return -1;
    }

    Map<String, String> ledger(String source) throws IOException {
        Map<String, String> ledger = new TreeMap<>();
        Term term = Fields.source(source);
        for (LeafReaderContext leaf : reader.leaves()) {
            PostingsEnum postings = leaf.reader().postings(term, PostingsEnum.NONE);
            BinaryDocValues entries = leaf.reader().getBinaryDocValues(Fields.ENTRY);
            Bits live = leaf.reader().getLiveDocs();
            if (postings != null && entries != null) {
                for (int doc = postings.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = postings.nextDoc()) {
                    if ((live == null || live.get(doc)) && entries.advanceExact(doc)) {
                        BytesRef entry = entries.binaryValue();
                        int zero = entry.offset;
                        while (entry.bytes[zero] != 0) {
                            zero++;
                        }
                        int end = entry.offset + entry.length;
                        ledger.put(
                                CodeUnits.decode(entry.bytes, entry.offset, zero - entry.offset),
                                CodeUnits.decode(entry.bytes, zero + 1, end - zero - 1));
                    }
                }
            }
        }
        return ledger;
    }
}
