package dev.groundwork.rag.lucene;

import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.filter.Filter;
import dev.langchain4j.store.embedding.filter.MetadataFilterBuilder;

/**
 * What stands for the segment of an entry that has none: an embedding store also takes vectors alone, an index only
 * segments. No search by words finds it.
 */
final class VectorOnly {

    /** The metadata key that marks it, reserved: no segment that users give may have it. */
    static final String KEY = "groundwork.vector_only";

    /** Matches all segments but these. */
    static final Filter NONE = MetadataFilterBuilder.metadataKey(KEY).isNotEqualTo(1);

    /** A segment's text must not be blank; a dash is no word. */
    private static final String TEXT = "\u2014";

    private VectorOnly() {}

    static TextSegment segment() {
        return TextSegment.from(TEXT, new Metadata().put(KEY, 1));
    }

    static boolean is(TextSegment segment) {
        return segment.metadata().containsKey(KEY);
    }
}
