package dev.groundwork.rag.examples.eval;

import dev.groundwork.rag.lucene.ingest.TextDocuments;
import dev.groundwork.rag.observability.evaluation.BeirCollection.Query;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.QueryBuilder;

/**
 * Lucene as it comes: whole documents, title above the text, {@link EnglishAnalyzer}, BM25 with Lucene's own parameters.
 */
public final class PlainBm25 implements Method {

    private static final String FIELD = "text";

    private final Analyzer analyzer = new EnglishAnalyzer();
    private final Directory directory = new ByteBuffersDirectory();
    private final List<TextDocuments.Text> documents;
    private final DirectoryReader reader;
    private final IndexSearcher searcher;
    private final double indexSeconds;

    private PlainBm25(List<TextDocuments.Text> documents) throws IOException {
        long start = System.nanoTime();
        this.documents = documents;
        try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig(analyzer))) {
            for (TextDocuments.Text text : documents) {
                Document document = new Document();
                document.add(new TextField(FIELD, EasyRag.text(text), Field.Store.NO));
                writer.addDocument(document);
            }
            // One segment, in which a document's number is its place in the list.
            writer.forceMerge(1);
        }
        this.reader = DirectoryReader.open(directory);
        this.searcher = new IndexSearcher(reader);
        this.indexSeconds = (System.nanoTime() - start) / 1e9;
    }

    static PlainBm25 of(List<TextDocuments.Text> documents) throws IOException {
        return new PlainBm25(documents);
    }

    @Override
    public String name() {
        return "bm25";
    }

    @Override
    public double indexSeconds() {
        return indexSeconds;
    }

    @Override
    public Found find(Query query) {
        org.apache.lucene.search.Query words = new QueryBuilder(analyzer).createBooleanQuery(FIELD, query.text());
        if (words == null) {
            return Found.of(List.of());
        }
        try {
            List<Passage> passages = new ArrayList<>();
            for (ScoreDoc hit : searcher.search(words, DOCUMENTS).scoreDocs) {
                TextDocuments.Text document = documents.get(hit.doc);
                passages.add(new Passage(document.id(), document.text()));
            }
            return Found.of(passages);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            reader.close();
            directory.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        analyzer.close();
    }
}
