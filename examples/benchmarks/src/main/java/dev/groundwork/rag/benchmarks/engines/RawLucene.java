package dev.groundwork.rag.benchmarks.engines;

import dev.groundwork.rag.benchmarks.data.Corpus;
import dev.groundwork.rag.benchmarks.data.Passage;
import dev.groundwork.rag.benchmarks.data.Query;
import dev.groundwork.rag.benchmarks.data.Share;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.jspecify.annotations.Nullable;

/**
 * Lucene itself, as an ordinary user of it writes it: its default codec (HNSW of 16/100), vectors of length 1 with
 * {@code DOT_PRODUCT}, plain stored fields, filters as term queries. What a search returns is read from stored fields: id,
 * text and metadata of each hit.
 */
public final class RawLucene implements AutoCloseable {

    private static final String ID = "id";
    private static final String TEXT = "text";
    private static final String VECTOR = "vector";

    private final Directory directory;
    private final DirectoryReader reader;
    private final IndexSearcher searcher;
    private final Analyzer analyzer = new RawAnalyzer();

    /**
     * What it returns.
     *
     * @param id the passage's id
     * @param text its words
     * @param metadata all of them
     * @param score Lucene's own
     */
    public record RawHit(String id, String text, Map<String, String> metadata, float score) {}

    /** Opens what {@link RawIndexing} has made. */
    public static RawLucene open(Path folder) throws IOException {
        Directory directory = FSDirectory.open(folder);
        try {
            return new RawLucene(directory, DirectoryReader.open(directory));
        } catch (IOException | RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    private RawLucene(Directory directory, DirectoryReader reader) {
        this.directory = directory;
        this.reader = reader;
        searcher = new IndexSearcher(reader);
    }

    /** Returns the term that a passage is found by. */
    static Term id(int ordinal) {
        return new Term(ID, Passage.id(ordinal));
    }

    /** Returns a passage as a document. */
    static Document document(Corpus corpus, int ordinal) {
        Passage passage = corpus.passage(ordinal);
        Document document = new Document();
        document.add(new StringField(ID, Passage.id(ordinal), Field.Store.YES));
        document.add(new TextField(TEXT, passage.text(), Field.Store.YES));
        document.add(new KnnFloatVectorField(VECTOR, corpus.vectors()[ordinal], VectorSimilarityFunction.DOT_PRODUCT));
        passage.metadata(ordinal).forEach((key, value) -> document.add(new StringField(key, value, Field.Store.YES)));
        return document;
    }

    /** Returns how many live documents each segment holds. */
    public static List<Integer> segments(Path folder) throws IOException {
        try (Directory directory = FSDirectory.open(folder);
                IndexReader reader = DirectoryReader.open(directory)) {
            return reader.leaves().stream().map(leaf -> leaf.reader().numDocs()).toList();
        }
    }

    /**
     * Searches by vector.
     *
     * @param breadth how many nearest the graph is asked for; the first {@code limit} of them are returned
     */
    public Search<List<RawHit>> vectors(int limit, int breadth, Share share) {
        return search(query -> nearest(query, limit, breadth, share));
    }

    /** Searches by words, with BM25. */
    public Search<List<RawHit>> words(int limit) {
        return search(query -> hits(searcher.search(words(query.text()), limit).scoreDocs));
    }

    /** Searches by vector, then by words; returns the hits of both, the vector's first. */
    public Search<List<RawHit>> vectorsThenWords(int limit, int breadth, int read) {
        return search(query -> {
            KnnFloatVectorQuery near = new KnnFloatVectorQuery(VECTOR, query.vector(), breadth);
            ScoreDoc[] byVector = searcher.search(near, limit).scoreDocs;
            ScoreDoc[] byWords = searcher.search(words(query.text()), limit).scoreDocs;
            List<RawHit> both = new ArrayList<>(hits(Arrays.copyOf(byVector, Math.min(read, byVector.length))));
            both.addAll(hits(Arrays.copyOf(byWords, Math.min(read, byWords.length))));
            return both;
        });
    }

    private List<RawHit> nearest(Query query, int limit, int breadth, Share share) throws IOException {
        org.apache.lucene.search.Query filter =
                share == Share.ALL ? null : new TermQuery(new Term(share.key(), Share.WANTED));
        return nearest(query.vector(), limit, breadth, filter);
    }

    private List<RawHit> nearest(
            float[] vector, int limit, int breadth, org.apache.lucene.search.@Nullable Query filter)
            throws IOException {
        return hits(searcher.search(new KnnFloatVectorQuery(VECTOR, vector, breadth, filter), limit).scoreDocs);
    }

    private org.apache.lucene.search.Query words(String text) throws IOException {
        Set<String> terms = new LinkedHashSet<>();
        try (TokenStream tokens = analyzer.tokenStream(TEXT, text)) {
            CharTermAttribute term = tokens.addAttribute(CharTermAttribute.class);
            tokens.reset();
            while (tokens.incrementToken()) {
                terms.add(term.toString());
            }
            tokens.end();
        }
        BooleanQuery.Builder any = new BooleanQuery.Builder();
        terms.forEach(term -> any.add(new TermQuery(new Term(TEXT, term)), Occur.SHOULD));
        return any.build();
    }

    private List<RawHit> hits(ScoreDoc[] found) throws IOException {
        StoredFields stored = searcher.storedFields();
        List<RawHit> hits = new ArrayList<>(found.length);
        for (ScoreDoc doc : found) {
            String id = "";
            String text = "";
            Map<String, String> metadata = new HashMap<>();
            for (IndexableField field : stored.document(doc.doc)) {
                switch (field.name()) {
                    case ID -> id = field.stringValue();
                    case TEXT -> text = field.stringValue();
                    default -> metadata.put(field.name(), field.stringValue());
                }
            }
            hits.add(new RawHit(id, text, metadata, doc.score));
        }
        return hits;
    }

    @FunctionalInterface
    private interface Reading {
        List<RawHit> of(Query query) throws IOException;
    }

    private static Search<List<RawHit>> search(Reading how) {
        return new Search<>() {
            @Override
            public List<RawHit> search(Query query) {
                try {
                    return how.of(query);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }

            @Override
            public int[] ordinals(List<RawHit> hits) {
                return hits.stream().mapToInt(hit -> Passage.ordinal(hit.id())).toArray();
            }
        };
    }

    @Override
    public void close() throws IOException {
        try (directory) {
            reader.close();
        }
    }
}
