package dev.groundwork.rag.lucene;

import java.io.IOException;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.Directory;
import org.jspecify.annotations.Nullable;

/**
 * Lucene's writer over its lives: a failure closes it, rolled back to the last commit, and the next change opens it anew.
 * Confined to {@link IndexThread}.
 */
final class Writer {

    private static final double BUFFER_MB = 64;

    private static final Codec CODEC = new Lucene104Codec() {
        private final KnnVectorsFormat vectors = new VectorFormat();

        @Override
        public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
            return vectors;
        }
    };

    private final Directory directory;
    private final TextAnalyzer analyzer;
    private @Nullable IndexWriter writer;

    /** Opens the writer and takes the lock; an index that is new gets its first, empty commit. */
    Writer(Directory directory, TextAnalyzer analyzer) throws IOException {
        this.directory = directory;
        this.analyzer = analyzer;
        IndexWriter opened = open();
        writer = opened;
        try {
            if (!DirectoryReader.indexExists(directory)) {
                opened.setLiveCommitData(Manifest.EMPTY.toUserData().entrySet());
                opened.commit();
            }
        } catch (IOException | RuntimeException e) {
            opened.rollback();
            throw e;
        }
    }

    private IndexWriter open() throws IOException {
        IndexWriterConfig config = new IndexWriterConfig(analyzer)
                .setOpenMode(IndexWriterConfig.OpenMode.CREATE_OR_APPEND)
                .setCodec(CODEC)
                .setSimilarity(Snapshot.SIMILARITY)
                .setRAMBufferSizeMB(BUFFER_MB)
                .setCommitOnClose(false)
                .setMaxFullFlushMergeWaitMillis(0); // else a commit waits up to half a second for merges
        return new IndexWriter(directory, config);
    }

    /** Makes the changes and commits them with the manifest; on any failure, the last commit stands. */
    void commit(ChangePlan plan, Manifest manifest) throws IOException {
        IndexWriter open = writer;
        if (open == null || !open.isOpen()) {
            open = open();
            writer = open;
        }
        try {
            plan.write(open);
            open.setLiveCommitData(manifest.toUserData().entrySet());
            open.commit();
        } catch (Throwable t) {
            writer = null;
            try {
                open.rollback();
            } catch (Throwable suppressed) {
                t.addSuppressed(suppressed);
            }
            throw t;
        }
    }

    /** Keeps the merges that are done, gives up those under way, and lets go of the lock. */
    void close() throws IOException {
        IndexWriter open = writer;
        writer = null;
        if (open != null && open.isOpen()) {
            try {
                if (open.hasUncommittedChanges()) {
                    open.commit();
                }
            } finally {
                open.rollback();
            }
        }
    }
}
