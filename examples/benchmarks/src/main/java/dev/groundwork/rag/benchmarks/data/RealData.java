package dev.groundwork.rag.benchmarks.data;

import dev.groundwork.rag.benchmarks.measure.Progress;
import dev.langchain4j.model.embedding.request.EmbeddingInputType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Sentences of the shared texts, embedded with bge-small-en-v1.5. */
public final class RealData {

    /** How many passages there are at most; embedding them takes minutes. */
    public static final int MOST_PASSAGES = 100_000;

    /** How many sentences are held out as queries. */
    public static final int MOST_QUERIES = 1_000;

    private RealData() {}

    /** Returns whether a folder has any of the texts. */
    public static boolean in(Path data) {
        return SharedTexts.in(data);
    }

    /**
     * Returns the first so many passages. All are embedded at the first time, whatever is asked for.
     *
     * @param data the shared texts
     * @param cache where vectors are kept
     * @throws IllegalArgumentException if there aren't so many
     */
    public static Corpus read(Path data, Path cache, int passages, int queries, Progress.Factory progress)
            throws IOException {
        List<Passage> all = SharedTexts.read(data, MOST_QUERIES + MOST_PASSAGES);
        int held = Math.min(MOST_QUERIES, all.size() / 10);
        require("queries", queries, held);
        require("n", passages, all.size() - held);
        List<Passage> asked = all.subList(0, held);
        List<Passage> found = all.subList(held, all.size());
        Embedder embedder = new Embedder(cache, progress);
        float[][] queryVectors = embedder.embed(texts(asked), EmbeddingInputType.QUERY);
        float[][] vectors = embedder.embed(texts(found), EmbeddingInputType.DOCUMENT);
        List<Query> heldOut = new ArrayList<>();
        for (int i = 0; i < queries; i++) {
            heldOut.add(new Query(asked.get(i).text(), queryVectors[i]));
        }
        float[][] first = vectors.length == passages ? vectors : Arrays.copyOf(vectors, passages);
        String key = "real-" + passages + "-" + Integer.toHexString(Arrays.hashCode(vectors[0]) ^ vectors.length);
        return new Corpus("real sentences", key, first, found::get, heldOut);
    }

    private static List<String> texts(List<Passage> passages) {
        return passages.stream().map(Passage::text).toList();
    }

    private static void require(String option, int asked, int most) {
        if (asked > most) {
            throw new IllegalArgumentException(
                    "--" + option + " is " + asked + ", must be at most " + most + " for real data");
        }
    }
}
