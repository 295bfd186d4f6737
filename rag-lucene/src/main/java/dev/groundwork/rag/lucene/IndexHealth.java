package dev.groundwork.rag.lucene;

import dev.groundwork.rag.Health;
import dev.groundwork.rag.IndexStats;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SegmentReader;

/** Says how large an index is and how it is. */
final class IndexHealth {

    private IndexHealth() {}

    static IndexStats stats(IndexEngine engine, Snapshot snapshot) throws IOException {
        return new IndexStats(
                snapshot.segments(),
                snapshot.documents(),
                snapshot.reader().numDeletedDocs(),
                snapshot.reader().leaves().size(),
                Location.bytes(engine.directory()),
                vectorBytes(snapshot),
                engine.tokenBytes().of(snapshot));
    }

    /** Returns the bytes of vectors and their graphs, as they are mapped. */
    private static long vectorBytes(Snapshot snapshot) throws IOException {
        long bytes = 0;
        for (LeafReaderContext leaf : snapshot.reader().leaves()) {
            SegmentReader part = (SegmentReader) leaf.reader();
            KnnVectorsReader vectors = part.getVectorReader();
            for (FieldInfo field : part.getFieldInfos()) {
                if (vectors != null && field.hasVectorValues()) {
                    for (long size : vectors.getOffHeapByteSize(field).values()) {
                        bytes += size;
                    }
                }
            }
        }
        return bytes;
    }

    static Health health(IndexEngine engine, Snapshot snapshot) throws IOException {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("location", engine.location().toString());
        details.put("readOnly", engine.readOnly());
        details.put("segments", snapshot.segments());
        details.put("documents", snapshot.documents());
        details.put("deleted", snapshot.reader().numDeletedDocs());
        details.put("luceneSegments", snapshot.reader().leaves().size());
        details.put("dimension", snapshot.manifest().dimension());
        details.put("vectorInstructions", VectorModule.present());
        if (!engine.location().exists()) {
            return Health.degraded("the index's folder is gone; what was read can still be searched", details);
        }
        try {
            details.put("bytes", Location.bytes(engine.directory()));
            details.put("unfinishedRebuild", !engine.location().rebuilds().isEmpty());
            details.put("tokenVectorBytes", engine.tokenBytes().of(snapshot));
        } catch (IOException e) {
            return Health.degraded(
                    "the index's files can't be listed or read; what was read can still be searched", details);
        }
        details.put("vectorBytes", vectorBytes(snapshot));
        Throwable failure = engine.lastFailure();
        return failure == null
                ? Health.up(details)
                : Health.degraded(
                        "what was done last failed: " + failure.getClass().getSimpleName(), details);
    }
}
