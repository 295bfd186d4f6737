package dev.groundwork.rag.benchmarks.data;

import dev.groundwork.rag.benchmarks.measure.Parallel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.apache.lucene.util.VectorUtil;
import org.jspecify.annotations.Nullable;

/**
 * What an exact search of all vectors finds, kept as the score of each query's last hit: whatever is at least as near is a
 * right one. So of passages that are equally near any counts, as for a reader it does.
 */
public final class Exact {

    /** Two sums of the same products in another order differ by this. */
    private static final float TOLERANCE = 1e-5f;

    private static final int BLOCK = 16;

    private final float[] least;
    private final int expected;

    private Exact(float[] least, int expected) {
        this.least = least;
        this.expected = expected;
    }

    /** Computes, or reads what was computed before. */
    public static Exact of(Corpus corpus, Share share, int limit, Path cache) throws IOException {
        String name = "exact-" + corpus.key() + "-" + corpus.queries().size() + "-" + share + "-" + limit;
        Path file = cache.resolve(name + ".vectors");
        Optional<float[][]> kept = VectorFile.read(file);
        IntFunction<float @Nullable []> vectors = i -> share.matches(i) ? corpus.vectors()[i] : null;
        if (kept.isPresent() && kept.get().length == 1) {
            int matching = (int)
                    IntStream.range(0, corpus.size()).filter(share::matches).count();
            return new Exact(kept.get()[0], Math.min(limit, matching));
        }
        Exact exact = of(corpus.size(), vectors, corpus.queries(), limit);
        VectorFile.write(file, new float[][] {exact.least});
        return exact;
    }

    /**
     * Computes.
     *
     * @param vectors the vector of a passage; of one that must not be found, {@code null}
     */
    public static Exact of(int count, IntFunction<float @Nullable []> vectors, List<Query> queries, int limit) {
        int matching = (int)
                IntStream.range(0, count).filter(i -> vectors.apply(i) != null).count();
        return new Exact(least(vectors, count, queries, limit), Math.min(limit, matching));
    }

    private static float[] least(IntFunction<float @Nullable []> vectors, int count, List<Query> queries, int limit) {
        float[] least = new float[queries.size()];
        int blocks = (queries.size() + BLOCK - 1) / BLOCK;
        Parallel.run(blocks, block -> {
            int from = block * BLOCK;
            int to = Math.min(queries.size(), from + BLOCK);
            float[][] best = new float[to - from][limit];
            for (float[] scores : best) {
                Arrays.fill(scores, Float.NEGATIVE_INFINITY);
            }
            for (int i = 0; i < count; i++) {
                float[] vector = vectors.apply(i);
                for (int query = from; vector != null && query < to; query++) {
                    keep(
                            best[query - from],
                            VectorUtil.dotProduct(queries.get(query).vector(), vector));
                }
            }
            for (int query = from; query < to; query++) {
                least[query] = best[query - from][0];
            }
        });
        return least;
    }

    /** Puts a score in the place of the lowest one, which is first. */
    private static void keep(float[] best, float score) {
        if (score <= best[0]) {
            return;
        }
        int place = 1;
        while (place < best.length && best[place] < score) {
            best[place - 1] = best[place];
            place++;
        }
        best[place - 1] = score;
    }

    /**
     * Returns which part of the right ones was found, over all queries.
     *
     * @param found what was found for a query
     * @param vectors the vector of a passage; of one that must not be found, {@code null}
     */
    public double recall(List<Query> queries, IntFunction<int[]> found, IntFunction<float @Nullable []> vectors) {
        if (expected == 0) {
            return 1;
        }
        long right = 0;
        for (int query = 0; query < queries.size(); query++) {
            float[] asked = queries.get(query).vector();
            float enough = least[query] - TOLERANCE;
            long hits = Arrays.stream(found.apply(query))
                    .distinct()
                    .filter(i -> {
                        float[] vector = vectors.apply(i);
                        return vector != null && VectorUtil.dotProduct(asked, vector) >= enough;
                    })
                    .count();
            right += Math.min(hits, expected);
        }
        return right / ((double) expected * queries.size());
    }
}
