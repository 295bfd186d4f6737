package dev.groundwork.rag.benchmarks;

import dev.groundwork.rag.benchmarks.data.Query;
import dev.groundwork.rag.benchmarks.data.Share;
import dev.groundwork.rag.benchmarks.data.VectorFile;
import dev.groundwork.rag.benchmarks.engines.OurIndex;
import dev.groundwork.rag.benchmarks.engines.RawOpened;
import java.io.IOException;
import java.nio.file.Path;

/** Opens an index, searches once, and prints after how many milliseconds of {@code main} each was done. */
public final class OpenProbe {

    private OpenProbe() {}

    /**
     * Runs.
     *
     * @param args the index's folder, a file that holds the query's vector, and {@code raw} where Lucene itself is to open it
     */
    public static void main(String[] args) throws IOException {
        long start = System.nanoTime();
        long opened;
        long answered;
        int hits;
        if (args.length > 2) {
            try (RawOpened index = RawOpened.open(Path.of(args[0]))) {
                opened = System.nanoTime();
                hits = index.nearest(vector(args[1]), Benchmark.LIMIT).size();
                answered = System.nanoTime();
            }
        } else {
            try (OurIndex index = OurIndex.reopen(Path.of(args[0]))) {
                opened = System.nanoTime();
                hits = index.vectors(Benchmark.LIMIT, Share.ALL)
                        .search(new Query("", vector(args[1])))
                        .size();
                answered = System.nanoTime();
            }
        }
        if (hits != Benchmark.LIMIT) {
            throw new IllegalStateException(hits + " hits");
        }
        System.out.println((opened - start) / 1e6 + " " + (answered - start) / 1e6);
    }

    private static float[] vector(String file) throws IOException {
        return VectorFile.read(Path.of(file)).orElseThrow()[0];
    }
}
