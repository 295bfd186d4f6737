package dev.groundwork.rag.benchmarks.engines;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/** Lucene itself, opened for writing and searching on files that it or our index made; changes nothing. */
public final class RawOpened implements AutoCloseable {

    /** As broad as what recall .95 takes on the usual data. */
    private static final int BREADTH = 50;

    private final Directory directory;
    private final IndexWriter writer;
    private final DirectoryReader reader;

    private RawOpened(Directory directory, IndexWriter writer, DirectoryReader reader) {
        this.directory = directory;
        this.writer = writer;
        this.reader = reader;
    }

    /** Opens a folder. */
    public static RawOpened open(Path folder) throws IOException {
        Directory directory = FSDirectory.open(folder);
        IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig());
        return new RawOpened(directory, writer, DirectoryReader.open(writer));
    }

    /** Finds the nearest in the first field of vectors, and reads them. */
    public List<Document> nearest(float[] vector, int limit) throws IOException {
        IndexSearcher searcher = new IndexSearcher(reader);
        ScoreDoc[] found = searcher.search(new KnnFloatVectorQuery(field(), vector, BREADTH), limit).scoreDocs;
        StoredFields stored = searcher.storedFields();
        List<Document> read = new ArrayList<>(found.length);
        for (ScoreDoc doc : found) {
            read.add(stored.document(doc.doc));
        }
        return read;
    }

    private String field() throws IOException {
        for (FieldInfo field : reader.leaves().getFirst().reader().getFieldInfos()) {
            if (field.hasVectorValues()) {
                return field.name;
            }
        }
        throw new IOException("no field of vectors");
    }

    @Override
    public void close() throws IOException {
        try (directory) {
            reader.close();
            writer.rollback();
        }
    }
}
