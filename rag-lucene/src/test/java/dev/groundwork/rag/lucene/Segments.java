package dev.groundwork.rag.lucene;

import dev.groundwork.rag.Hit;
import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexedSegment;
import dev.groundwork.rag.SegmentReader;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import java.util.ArrayList;
import java.util.List;

/** Short ways to say what tests index. */
final class Segments {

    private Segments() {}

    /** Opens an index in memory that compares up to this many segments one by one. */
    static LuceneIndex inMemory(int exactLimit) {
        return new LuceneIndex(
                IndexEngine.open(Location.memory(), EngineSettings.defaults().withExactLimit(exactLimit), false));
    }

    static IndexedSegment segment(String id, String text, Metadata metadata, float... vector) {
        return new IndexedSegment(id, TextSegment.from(text, metadata), Embedding.from(vector));
    }

    static IndexedSegment segment(String id, String text, float... vector) {
        return segment(id, text, new Metadata(), vector);
    }

    static List<IndexChange> upsert(IndexedSegment... segments) {
        return List.of(new IndexChange.Upsert(List.of(segments)));
    }

    /** Returns the ids of all that the index holds, in order. */
    static List<String> all(SegmentReader index) {
        return index.scan(null, 1_000, null).stream().map(IndexedSegment::id).toList();
    }

    /** Returns all that the index holds, in order of ids, page by page. */
    static List<IndexedSegment> everything(SegmentReader index) {
        List<IndexedSegment> everything = new ArrayList<>();
        String after = null;
        while (true) {
            List<IndexedSegment> page = index.scan(after, 1_000, null);
            everything.addAll(page);
            if (page.size() < 1_000) {
                return everything;
            }
            after = page.getLast().id();
        }
    }

    static List<String> byVector(LuceneIndex index, float... query) {
        return ids(index.searchVector(Embedding.from(query), 10, null));
    }

    static List<String> ids(List<Hit> hits) {
        return hits.stream().map(Hit::id).toList();
    }
}
