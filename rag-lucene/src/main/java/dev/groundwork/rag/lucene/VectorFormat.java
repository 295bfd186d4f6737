package dev.groundwork.rag.lucene;

import dev.groundwork.rag.EmbeddingSpec;
import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;

/**
 * Lucene's HNSW format with a higher limit of dimensions than its 1,024. It writes under Lucene's own name: the files are
 * the same and only writing checks the limit, so that no service entry is needed to read them, which shaded jars lose.
 */
final class VectorFormat extends KnnVectorsFormat {

    /** Neighbours of a node, M. With 16/100 indexing is 2.8 times as fast as with 32/200, at much the same recall. */
    static final int NEIGHBOURS = 16;

    /** Candidates while building, efConstruction. */
    static final int BEAM_WIDTH = 100;

    private final KnnVectorsFormat lucene = new Lucene99HnswVectorsFormat(NEIGHBOURS, BEAM_WIDTH);

    VectorFormat() {
        super("Lucene99HnswVectorsFormat");
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
