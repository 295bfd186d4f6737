package dev.groundwork.rag.lucene;

import dev.groundwork.rag.EmbeddingSpec;
import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene104.Lucene104HnswScalarQuantizedVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.util.quantization.QuantizedByteVectorValues.ScalarEncoding;

/**
 * Lucene's HNSW formats with a higher limit of dimensions than their 1,024. They write under Lucene's own names: the files
 * are the same and only writing checks the limit, so that no service entry is needed to read them, which shaded jars lose.
 */
final class VectorFormat extends KnnVectorsFormat {

    /**
     * Parts of an index with fewer vectors than a graph would visit for this many hits, about 3,000, get no graph: they are
     * compared one by one, so that a small flush need not build one.
     */
    private static final int GRAPH_THRESHOLD = 350;

    private final KnnVectorsFormat lucene;

    private VectorFormat(KnnVectorsFormat lucene) {
        super(lucene.getName());
        this.lucene = lucene;
    }

    static VectorFormat of(VectorProfile profile) {
        return new VectorFormat(
                profile.quantized()
                        ? new Lucene104HnswScalarQuantizedVectorsFormat(
                                ScalarEncoding.UNSIGNED_BYTE,
                                profile.neighbours(),
                                profile.beamWidth(),
                                1,
                                null,
                                GRAPH_THRESHOLD)
                        : new Lucene99HnswVectorsFormat(
                                profile.neighbours(), profile.beamWidth(), 1, null, GRAPH_THRESHOLD));
    }

    @Override
    public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
        return lucene.fieldsWriter(state);
    }

    @Override
    public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
        return lucene.fieldsReader(state);
    }

    @Override
    public int getMaxDimensions(String fieldName) {
        return EmbeddingSpec.MAX_DIMENSION;
    }
}
