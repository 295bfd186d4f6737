package dev.groundwork.rag.benchmarks.engines;

import dev.groundwork.rag.benchmarks.data.Corpus;
import dev.groundwork.rag.benchmarks.data.Folders;
import dev.groundwork.rag.benchmarks.measure.Parallel;
import dev.groundwork.rag.benchmarks.measure.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/** Makes indexes for {@link RawLucene}. */
public final class RawIndexing {

    private static final int PROGRESS_STEP = 1_000;
    private static final int DEFAULT_BUFFER = (int) IndexWriterConfig.DEFAULT_RAM_BUFFER_SIZE_MB;

    private final Corpus corpus;
    private final Path cache;
    private final Progress.Factory progress;

    /**
     * Prepares.
     *
     * @param cache where indexes that are only searched are kept for the next run
     */
    public RawIndexing(Corpus corpus, Path cache, Progress.Factory progress) {
        this.corpus = corpus;
        this.cache = cache;
        this.progress = progress;
    }

    /** Writes the corpus with Lucene's defaults but for the buffer, by so many threads; returns when merges are done and all is committed. */
    public void write(Path folder, int threads, int bufferMegabytes) throws IOException {
        IndexWriterConfig config = new IndexWriterConfig(new RawAnalyzer()).setRAMBufferSizeMB(bufferMegabytes);
        try (Directory directory = FSDirectory.open(folder);
                IndexWriter writer = new IndexWriter(directory, config);
                Progress bar = progress.start("raw Lucene: indexing", corpus.size())) {
            int steps = (corpus.size() + PROGRESS_STEP - 1) / PROGRESS_STEP;
            Parallel.run(threads, steps, step -> {
                int from = step * PROGRESS_STEP;
                int to = Math.min(corpus.size(), from + PROGRESS_STEP);
                add(writer, from, to);
                bar.step(to - from);
            });
        } // closing waits for merges and commits
    }

    /** Returns the folder of an index that Lucene's defaults leave behind, written by one thread. */
    public Path withDefaults() throws IOException {
        return kept("raw-defaults", folder -> write(folder, 1, DEFAULT_BUFFER));
    }

    /** Returns the folder of an index whose segments have these sizes, in this order. */
    public Path withSegments(List<Integer> sizes) throws IOException {
        return kept(
                "raw-" + sizes.size() + "-" + Integer.toHexString(sizes.hashCode()), folder -> write(folder, sizes));
    }

    private void write(Path folder, List<Integer> sizes) throws IOException {
        IndexWriterConfig config = new IndexWriterConfig(new RawAnalyzer())
                .setMergePolicy(NoMergePolicy.INSTANCE)
                .setMaxBufferedDocs(Integer.MAX_VALUE)
                .setRAMBufferSizeMB(IndexWriterConfig.DISABLE_AUTO_FLUSH);
        try (Directory directory = FSDirectory.open(folder);
                IndexWriter writer = new IndexWriter(directory, config);
                Progress bar = progress.start("raw Lucene: indexing into " + sizes.size(), corpus.size())) {
            int start = 0;
            for (int size : sizes) {
                for (int from = start; from < start + size; from += PROGRESS_STEP) {
                    int to = Math.min(start + size, from + PROGRESS_STEP);
                    add(writer, from, to);
                    bar.step(to - from);
                }
                start += size;
                writer.commit();
            }
        }
    }

    private void add(IndexWriter writer, int from, int to) {
        try {
            for (int i = from; i < to; i++) {
                writer.addDocument(RawLucene.document(corpus, i));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @FunctionalInterface
    private interface Making {
        void in(Path folder) throws IOException;
    }

    /** Makes an index beside its name and then moves it there, so that one under that name is whole. */
    private Path kept(String name, Making making) throws IOException {
        Path folder = cache.resolve(name + "-" + corpus.key());
        if (!Files.exists(folder)) {
            Files.createDirectories(cache);
            Path part = Files.createTempDirectory(cache, name + ".part");
            try {
                making.in(part);
                Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Folders.delete(part);
            }
        }
        return folder;
    }

    /** Opens an index that commits each document. */
    public Committing committing(Path folder) throws IOException {
        Directory directory = FSDirectory.open(folder);
        return new Committing(directory, new IndexWriter(directory, new IndexWriterConfig(new RawAnalyzer())));
    }

    /** See {@link #committing}. */
    public final class Committing implements AutoCloseable {

        private final Directory directory;
        private final IndexWriter writer;

        private Committing(Directory directory, IndexWriter writer) {
            this.directory = directory;
            this.writer = writer;
        }

        /** Writes a passage, or writes it anew, and commits. */
        public void update(int ordinal) {
            try {
                writer.updateDocument(RawLucene.id(ordinal), RawLucene.document(corpus, ordinal));
                writer.commit();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            try (directory) {
                writer.close();
            }
        }
    }
}
