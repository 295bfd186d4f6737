package dev.groundwork.rag.lucene;

import dev.groundwork.rag.EmbeddingSpec;
import dev.groundwork.rag.IndexException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an index was made with; committed with its documents as Lucene's commit user data.
 *
 * @param embedding the embedding model; {@code null} while no one has said
 * @param dimension the dimension of the vectors; 0 while there are none
 */
record Manifest(@Nullable EmbeddingSpec embedding, int dimension) {

    /** The version of the fields and records that this code writes and reads. */
    static final int FORMAT = 1;

    private static final String FORMAT_KEY = "groundwork.format";
    private static final String ANALYZER_KEY = "groundwork.analyzer";
    private static final String SIMILARITY_KEY = "groundwork.similarity";
    private static final String DIMENSION_KEY = "groundwork.dimension";
    private static final String MODEL_KEY = "groundwork.embedding.model";
    private static final String FINGERPRINT_KEY = "groundwork.embedding.fingerprint";
    private static final String SIMILARITY = "cosine";

    /** The manifest of an index that holds nothing. */
    static final Manifest EMPTY = new Manifest(null, 0);

    Map<String, String> toUserData() {
        Map<String, String> data = new LinkedHashMap<>();
        data.put(FORMAT_KEY, Integer.toString(FORMAT));
        data.put(ANALYZER_KEY, TextAnalyzer.ID);
        data.put(SIMILARITY_KEY, SIMILARITY);
        data.put(DIMENSION_KEY, Integer.toString(dimension));
        if (embedding != null) {
            data.put(MODEL_KEY, embedding.modelName());
            data.put(FINGERPRINT_KEY, embedding.fingerprint());
        }
        return data;
    }

    /**
     * Reads a manifest.
     *
     * @throws IndexException if there is none, or it is of an index that this code can't use
     */
    static Manifest of(String location, Map<String, String> data) {
        String format = data.get(FORMAT_KEY);
        if (format == null) {
            throw new IndexException(
                    location, "a Lucene index that Groundwork did not make; nothing was changed", null);
        }
        require(location, "format version", format, Integer.toString(FORMAT));
        require(location, "analyzer", data.get(ANALYZER_KEY), TextAnalyzer.ID);
        require(location, "similarity", data.get(SIMILARITY_KEY), SIMILARITY);
        try {
            int dimension = Integer.parseInt(data.getOrDefault(DIMENSION_KEY, ""));
            String model = data.get(MODEL_KEY);
            EmbeddingSpec embedding =
                    model == null ? null : new EmbeddingSpec(model, data.getOrDefault(FINGERPRINT_KEY, ""), dimension);
            return new Manifest(embedding, dimension);
        } catch (IllegalArgumentException e) {
            throw new IndexException(location, "damaged: its manifest can't be read: " + data, e);
        }
    }

    private static void require(String location, String what, @Nullable String found, String known) {
        if (!known.equals(found)) {
            throw new IndexException(
                    location,
                    "made with " + what + " " + found + ", this version of Groundwork reads " + known
                            + "; ingest into a new index",
                    null);
        }
    }
}
