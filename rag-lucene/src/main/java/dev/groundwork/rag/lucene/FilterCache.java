package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.IndexReader;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what the last used filters matched in one reader, for a question asks with the same filter by vector and by
 * words, and a user's questions bring the same one time and again. A reader does not change, so nothing in here gets
 * stale; with the reader's snapshot it goes.
 *
 * <p>The key is the filter as translated, not as given: that is a copy which no caller can change, it is equal for filters
 * that say the same in other words, and it neither hashes nor compares recursively along a chain of thousands.
 *
 * <p>Thread-safe. While one thread matches, none waits; two that miss the same filter at once both match it.
 */
final class FilterCache {

    /** A filter takes one bit for each document of the index: at 10 million documents that is 26 filters. */
    static final long MAX_BYTES = 32L << 20;

    private final IndexReader reader;
    private final long maxBytes;
    private final Map<Key, FilteredDocs> entries = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    /** A filter and its hash: thousands of terms are not hashed under the lock. */
    private record Key(MetadataMatcher matcher, int hash) {
        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && key.hash == hash && key.matcher.equals(matcher);
        }
    }

    FilterCache(IndexReader reader) {
        this(reader, MAX_BYTES);
    }

    FilterCache(IndexReader reader, long maxBytes) {
        this.reader = reader;
        this.maxBytes = maxBytes;
    }

    /**
     * Returns the reader's matches of two filters together.
     *
     * @param mandatory what a view is restricted to, which is remembered by itself, too; {@code null} for all segments
     * @param own what one call asks for; {@code null} for all segments
     */
    FilteredDocs get(@Nullable MetadataMatcher mandatory, @Nullable MetadataMatcher own) throws IOException {
        if (mandatory == null) {
            return get(own == null ? MetadataMatcher.all(List.of()) : own, null, null);
        }
        return own == null
                ? get(mandatory, null, null)
                : get(MetadataMatcher.all(List.of(mandatory, own)), mandatory, own);
    }

    private FilteredDocs get(MetadataMatcher all, @Nullable MetadataMatcher mandatory, @Nullable MetadataMatcher own)
            throws IOException {
        Key key = new Key(all, all.hashCode());
        synchronized (entries) {
            FilteredDocs known = entries.get(key);
            if (known != null) {
                return known;
            }
        }
        FilteredDocs docs =
                own == null ? FilteredDocs.of(reader, all, null) : FilteredDocs.of(reader, own, get(mandatory, null));
        long size = size(key, docs);
        if (size <= maxBytes) {
            synchronized (entries) {
                if (entries.putIfAbsent(key, docs) == null) {
                    bytes += size;
                    evict();
                }
            }
        }
        return docs;
    }

    private void evict() {
        Iterator<Map.Entry<Key, FilteredDocs>> oldest = entries.entrySet().iterator();
        while (bytes > maxBytes) {
            Map.Entry<Key, FilteredDocs> entry = oldest.next();
            bytes -= size(entry.getKey(), entry.getValue());
            oldest.remove();
        }
    }

    private static long size(Key key, FilteredDocs docs) {
        return 128 + key.matcher().bytes() + docs.bytes();
    }

    /** Returns about how many bytes this takes on the heap. */
    long bytes() {
        synchronized (entries) {
            return bytes;
        }
    }
}
