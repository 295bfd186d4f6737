package dev.groundwork.rag.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexedSegment;
import dev.groundwork.rag.SegmentReader;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an index holds, or is to hold: a model of it in a few maps.
 *
 * @param texts the segments' texts by id
 * @param ledger the documents' fingerprints by id
 */
record IndexState(SortedMap<String, String> texts, SortedMap<String, String> ledger) {

    static final String SOURCE = "docs";

    static final IndexState EMPTY = new IndexState(new TreeMap<>(), new TreeMap<>());

    /** Segments and who they belong to, for working out what changes do. */
    static final class Model {
        private final SortedMap<String, String> texts = new TreeMap<>();
        private final SortedMap<String, String> ledger = new TreeMap<>();
        private final Map<String, String> owners = new HashMap<>();
        private final Map<String, Metadata> metadata = new HashMap<>();

        Model copy() {
            Model copy = new Model();
            copy.texts.putAll(texts);
            copy.ledger.putAll(ledger);
            copy.owners.putAll(owners);
            copy.metadata.putAll(metadata);
            return copy;
        }

        Model with(List<IndexChange> changes) {
            Model next = copy();
            changes.forEach(next::apply);
            return next;
        }

        private void apply(IndexChange change) {
            switch (change) {
                case IndexChange.Upsert upsert -> upsert.segments().forEach(segment -> put(segment, null));
                case IndexChange.Delete delete -> delete.ids().forEach(this::remove);
                case IndexChange.DeleteMatching matching ->
                    List.copyOf(texts.keySet()).stream()
                            .filter(id -> matching.filter().test(metadata.get(id)))
                            .forEach(this::remove);
                case IndexChange.DeleteAll all -> {
                    texts.clear();
                    ledger.clear();
                    owners.clear();
                }
                case IndexChange.ReplaceDocument replace -> {
                    removeDocument(replace.documentId());
                    replace.segments().forEach(segment -> put(segment, replace.documentId()));
                    ledger.put(replace.documentId(), replace.fingerprint());
                }
                case IndexChange.RemoveDocument remove -> removeDocument(remove.documentId());
            }
        }

        private void put(IndexedSegment segment, String owner) {
            texts.put(segment.id(), segment.segment().text());
            owners.put(segment.id(), owner);
            metadata.put(segment.id(), segment.segment().metadata());
        }

        private void remove(String id) {
            texts.remove(id);
            owners.remove(id);
        }

        private void removeDocument(String document) {
            List.copyOf(texts.keySet()).stream()
                    .filter(id -> Objects.equals(owners.get(id), document))
                    .forEach(this::remove);
            ledger.remove(document);
        }

        IndexState state() {
            return new IndexState(new TreeMap<>(texts), new TreeMap<>(ledger));
        }
    }

    /** Reads all of an index that no one changes meanwhile; its segments by {@link #texts}. */
    static IndexState of(LuceneIndex index) {
        return new IndexState(texts(index), new TreeMap<>(index.ledger(SOURCE)));
    }

    /**
     * Reads all segments in every way there is, and checks that all ways tell the same. All texts must hold the word "word",
     * all vectors be of dimension 2.
     */
    static SortedMap<String, String> texts(SegmentReader reader) {
        SortedMap<String, String> texts = new TreeMap<>();
        List<IndexedSegment> scanned = reader.scan(null, 1_000, null);
        scanned.forEach(segment -> texts.put(segment.id(), segment.segment().text()));
        assertThat(texts).hasSize(scanned.size());
        assertThat(reader.count(null)).isEqualTo(texts.size());
        assertThat(reader.searchText("word", 1_000, null))
                .extracting(hit -> hit.id() + "=" + hit.segment().text())
                .containsExactlyInAnyOrderElementsOf(lines(texts));
        assertThat(reader.searchVector(Embedding.from(new float[] {1, 0.5f}), 1_000, null))
                .extracting(hit -> hit.id() + "=" + hit.segment().text())
                .containsExactlyInAnyOrderElementsOf(lines(texts));
        texts.forEach((id, text) ->
                assertThat(reader.get(id).orElseThrow().text()).as(id).isEqualTo(text));
        return texts;
    }

    private static List<String> lines(Map<String, String> texts) {
        return texts.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .toList();
    }
}
