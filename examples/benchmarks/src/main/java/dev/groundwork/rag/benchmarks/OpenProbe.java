package dev.groundwork.rag.benchmarks;

import dev.groundwork.rag.benchmarks.data.Query;
import dev.groundwork.rag.benchmarks.data.Share;
import dev.groundwork.rag.benchmarks.data.VectorFile;
import dev.groundwork.rag.benchmarks.engines.OurIndex;
import java.io.IOException;
import java.nio.file.Path;

/** Opens an index, searches once, and prints after how many milliseconds of {@code main} each was done. */
public final class OpenProbe {

    private OpenProbe() {}

    /**
     * Runs.
     *
     * @param args the index's folder, and a file that holds the query's vector
     */
    public static void main(String[] args) throws IOException {
        long start = System.nanoTime();
        try (OurIndex index = OurIndex.reopen(Path.of(args[0]))) {
            long opened = System.nanoTime();
            float[] vector = VectorFile.read(Path.of(args[1])).orElseThrow()[0];
            int hits = index.vectors(Benchmark.LIMIT, Share.ALL)
                    .search(new Query("", vector))
                    .size();
            long answered = System.nanoTime();
            if (hits != Benchmark.LIMIT) {
                throw new IllegalStateException(hits + " hits");
            }
            System.out.println((opened - start) / 1e6 + " " + (answered - start) / 1e6);
        }
    }
}
