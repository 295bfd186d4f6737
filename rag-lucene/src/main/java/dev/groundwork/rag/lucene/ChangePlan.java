package dev.groundwork.rag.lucene;

import dev.groundwork.rag.EmbeddingSpec;
import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexedSegment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.Term;
import org.jspecify.annotations.Nullable;

/** Changes, checked as far as they can be without the index, and the steps of Lucene's writer that make them. */
final class ChangePlan {

    private sealed interface Step {}

    private record Put(IndexedSegment segment, @Nullable Term owner) implements Step {}

    private record Clear() implements Step {}

    private record Other(Write write) implements Step {}

    @FunctionalInterface
    private interface Write {
        void to(IndexWriter writer) throws IOException;
    }

    private final List<Step> steps = new ArrayList<>();

    private final Layout layout;

    private ChangePlan(Layout layout) {
        this.layout = layout;
    }

    /**
     * Checks and plans.
     *
     * @throws IllegalArgumentException if a change can't be made in any index; it names the segment
     */
    static ChangePlan of(List<IndexChange> changes, Layout layout) {
        ChangePlan plan = new ChangePlan(layout);
        changes.forEach(plan::add);
        return plan;
    }

    private void add(IndexChange change) {
        switch (change) {
            case IndexChange.Upsert upsert -> upsert.segments().forEach(segment -> put(segment, null));
            case IndexChange.Delete delete -> {
                Term[] ids = delete.ids().stream()
                        .filter(id -> id.length() <= IndexedSegment.MAX_ID_CHARS) // Lucene fails on longer ones
                        .map(Fields::id)
                        .toArray(Term[]::new);
                steps.add(new Other(writer -> writer.deleteDocuments(ids)));
            }
            case IndexChange.DeleteMatching matching -> {
                MetadataMatcher matcher = FilterTranslator.translate(matching.filter());
                BitsQuery query = new BitsQuery(leaf -> FilteredDocs.Leaf.of(matcher.match(leaf.reader())));
                steps.add(new Other(writer -> writer.deleteDocuments(query)));
            }
            case IndexChange.DeleteAll all -> steps.add(new Clear());
            case IndexChange.ReplaceDocument replace -> {
                Term owner = owner(replace.source(), replace.documentId());
                steps.add(new Other(writer -> writer.deleteDocuments(owner)));
                replace.segments().forEach(segment -> put(segment, owner));
                steps.add(new Other(writer -> writer.addDocument(
                        Fields.ledgerEntry(replace.source(), replace.documentId(), replace.fingerprint()))));
            }
            case IndexChange.RemoveDocument remove -> {
                Term owner = owner(remove.source(), remove.documentId());
                steps.add(new Other(writer -> writer.deleteDocuments(owner)));
            }
        }
    }

    private void put(IndexedSegment segment, @Nullable Term owner) {
        String name = "segment " + segment.id();
        layout.similarity().prepared(name + ": vector", segment.embedding().vector());
        int dimension = segment.embedding().dimension();
        if (dimension > EmbeddingSpec.MAX_DIMENSION) {
            throw new IllegalArgumentException(name + ": vector has dimension " + dimension + ", must be from 1 to "
                    + EmbeddingSpec.MAX_DIMENSION);
        }
        for (String key : segment.segment().metadata().toMap().keySet()) {
            if (CodeUnits.length(key) > MetadataTerms.MAX_KEY_BYTES) {
                throw new IllegalArgumentException(name + ": a metadata key takes " + CodeUnits.length(key)
                        + " bytes, must be at most " + MetadataTerms.MAX_KEY_BYTES);
            }
        }
        steps.add(new Put(segment, owner));
    }

    private static Term owner(String source, String documentId) {
        Term owner = Fields.owner(source, documentId);
        if (owner.bytes().length > Fields.MAX_TERM_BYTES) {
            throw new IllegalArgumentException("source and documentId take " + owner.bytes().length
                    + " bytes, must be at most " + Fields.MAX_TERM_BYTES);
        }
        return owner;
    }

    Layout layout() {
        return layout;
    }

    /** Returns whether a segment joins those that the index holds, rather than an index that was emptied before. */
    boolean adds() {
        for (Step step : steps) {
            if (step instanceof Put) {
                return true;
            }
            if (step instanceof Clear) {
                return false;
            }
        }
        return false;
    }

    /**
     * Returns whether these changes leave the manifest as it is and can be made, whether or not the index holds segments
     * now: then nobody has to count them.
     */
    boolean fits(Manifest manifest, @Nullable EmbeddingSpec bound) {
        if (manifest.dimension() == 0 || (bound != null && !bound.equals(manifest.embedding()))) {
            return false;
        }
        for (Step step : steps) {
            if (step instanceof Clear
                    || (step instanceof Put put && put.segment().embedding().dimension() != manifest.dimension())) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns the manifest as it is after these changes.
     *
     * @param before the manifest as it is
     * @param holdsSegments whether the index holds any
     * @param bound the embedding model that the index is used with; {@code null} while no one has said
     * @throws IllegalArgumentException if a vector has another dimension than the index; it names the segment
     */
    Manifest check(Manifest before, boolean holdsSegments, @Nullable EmbeddingSpec bound) {
        Manifest now = holdsSegments && before.embedding() == null ? before.with(bound, before.dimension()) : before;
        boolean free = !holdsSegments; // an index without segments takes any model
        for (Step step : steps) {
            if (step instanceof Clear) {
                free = true;
            } else if (step instanceof Put(IndexedSegment segment, Term owner)) {
                int dimension = segment.embedding().dimension();
                if (free) {
                    EmbeddingSpec known = bound != null ? bound : now.embedding();
                    boolean forgets = bound == null && known != null && known.dimension() != dimension;
                    now = before.with(forgets ? null : known, known == null || forgets ? dimension : known.dimension());
                    free = false;
                }
                if (dimension != now.dimension()) {
                    throw new IllegalArgumentException("segment " + segment.id() + ": vector has dimension " + dimension
                            + ", must be " + now.dimension() + " as all of this index");
                }
            }
        }
        return now;
    }

    /**
     * Makes the changes.
     *
     * @param many adds segments where there are many in a row, with no id twice
     */
    void write(IndexWriter writer, ManyAtOnce many) throws IOException {
        List<Put> row = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (Step step : steps) {
            if (step instanceof Put put && ids.add(put.segment().id())) {
                row.add(put);
                continue;
            }
            write(writer, row, many);
            row.clear();
            ids.clear();
            switch (step) {
                case Put put -> {
                    row.add(put);
                    ids.add(put.segment().id());
                }
                case Clear clear -> writer.deleteAll();
                case Other other -> other.write().to(writer);
            }
        }
        write(writer, row, many);
    }

    private void write(IndexWriter writer, List<Put> row, ManyAtOnce many) throws IOException {
        many.forEach(
                row,
                put -> writer.updateDocument(
                        Fields.id(put.segment().id()), Fields.segment(put.segment(), put.owner(), layout)));
    }
}
