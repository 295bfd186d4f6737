package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;

/**
 * How much the vectors of tokens take. Lucene keeps no count of it, so each part of an index is looked at once, and large ones
 * by a sample. Thread-safe.
 */
final class TokenBytes {

    /** So many segments of a part are read at most: some megabytes. */
    static final int SAMPLE = 256;

    private final Map<IndexReader.CacheKey, Long> known = Collections.synchronizedMap(new WeakHashMap<>());

    long of(Snapshot snapshot) throws IOException {
        long bytes = 0;
        for (LeafReaderContext leaf : snapshot.reader().leaves()) {
            bytes += of(leaf.reader());
        }
        return bytes;
    }

    private long of(LeafReader leaf) throws IOException {
        IndexReader.CacheHelper core = leaf.getCoreCacheHelper();
        if (core == null) {
            return TokenFields.bytes(leaf, SAMPLE);
        }
        Long before = known.get(core.getKey());
        if (before != null) {
            return before;
        }
        long bytes = TokenFields.bytes(leaf, SAMPLE);
        known.put(core.getKey(), bytes);
        return bytes;
    }
}
