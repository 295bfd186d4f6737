package dev.groundwork.rag.lucene;

import dev.groundwork.rag.EmbeddingSpec;
import dev.groundwork.rag.IndexException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an index was made with; committed with its documents as Lucene's commit user data.
 *
 * @param embedding the embedding model; {@code null} while no one has said
 * @param dimension the dimension of the vectors; 0 while there are none
 * @param layout how the index keeps its segments
 * @param calibration how broad a search of the graph has to be; {@code null} while that has not been measured
 */
record Manifest(
        @Nullable EmbeddingSpec embedding,
        int dimension,
        Layout layout,
        @Nullable Calibration calibration) {

    /** The version of the fields and records that this code writes and reads. */
    static final int FORMAT = 2;

    private static final String FORMAT_KEY = "groundwork.format";
    private static final String DIMENSION_KEY = "groundwork.dimension";
    private static final String MODEL_KEY = "groundwork.embedding.model";
    private static final String FINGERPRINT_KEY = "groundwork.embedding.fingerprint";

    /** Returns the manifest of an index that holds nothing. */
    static Manifest empty(Layout layout) {
        return new Manifest(null, 0, layout, null);
    }

    /** Returns a copy with a model; what was measured with another one is forgotten. */
    Manifest with(@Nullable EmbeddingSpec other, int otherDimension) {
        boolean same = otherDimension == dimension && Objects.equals(other, embedding);
        return same ? this : new Manifest(other, otherDimension, layout, null);
    }

    /** Returns a copy with what was measured. */
    Manifest with(Calibration measured) {
        return new Manifest(embedding, dimension, layout, measured);
    }

    Map<String, String> toUserData() {
        Map<String, String> data = new LinkedHashMap<>();
        data.put(FORMAT_KEY, Integer.toString(FORMAT));
        layout.addTo(data);
        data.put(DIMENSION_KEY, Integer.toString(dimension));
        if (embedding != null) {
            data.put(MODEL_KEY, embedding.modelName());
            data.put(FINGERPRINT_KEY, embedding.fingerprint());
        }
        if (calibration != null) {
            calibration.addTo(data);
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
        if (!format.equals(Integer.toString(FORMAT))) {
            throw new IndexException(
                    location,
                    "made with format version " + format + ", this version of Groundwork reads " + FORMAT
                            + "; ingest into a new index",
                    null);
        }
        try {
            int dimension = Integer.parseInt(data.getOrDefault(DIMENSION_KEY, ""));
            String model = data.get(MODEL_KEY);
            EmbeddingSpec embedding =
                    model == null ? null : new EmbeddingSpec(model, data.getOrDefault(FINGERPRINT_KEY, ""), dimension);
            return new Manifest(embedding, dimension, Layout.of(data), Calibration.of(data));
        } catch (IllegalArgumentException e) {
            throw new IndexException(location, "damaged: its manifest can't be read: " + data, e);
        }
    }
}
