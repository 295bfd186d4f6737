package dev.groundwork.rag;

import dev.langchain4j.store.embedding.filter.Filter;
import java.util.List;
import java.util.Objects;

/** One change of an index. A list of changes is applied in order, and as a whole or not at all. */
public sealed interface IndexChange {

    /**
     * Adds segments; one whose id is there already is replaced. Of two with the same id the later one counts.
     *
     * @param segments what to add
     */
    record Upsert(List<IndexedSegment> segments) implements IndexChange {
        /** Copies. */
        public Upsert {
            segments = List.copyOf(segments);
        }
    }

    /**
     * Deletes segments by id; unknown ids are passed over.
     *
     * @param ids what to delete
     */
    record Delete(List<String> ids) implements IndexChange {
        /** Copies. */
        public Delete {
            ids = List.copyOf(ids);
        }
    }

    /**
     * Deletes all segments whose metadata match.
     *
     * @param filter what to delete
     */
    record DeleteMatching(Filter filter) implements IndexChange {
        /** Checks. */
        public DeleteMatching {
            Objects.requireNonNull(filter, "filter");
        }
    }

    /** Deletes every segment and every ledger entry. */
    record DeleteAll() implements IndexChange {}

    /**
     * Puts a document's segments in the place of all that it had before, and remembers its fingerprint in the ledger.
     *
     * @param source the {@link DocumentSource#name()} that it belongs to
     * @param documentId its {@link SourceDocument#id()}
     * @param fingerprint its {@link SourceDocument#fingerprint()}
     * @param segments what it consists of now; may be empty
     */
    record ReplaceDocument(String source, String documentId, String fingerprint, List<IndexedSegment> segments)
            implements IndexChange {
        /** Checks and copies. */
        public ReplaceDocument {
            Check.notBlank("source", source);
            Check.notBlank("documentId", documentId);
            Check.notBlank("fingerprint", fingerprint);
            segments = List.copyOf(segments);
        }
    }

    /**
     * Deletes a document with its segments and its ledger entry; an unknown one is passed over.
     *
     * @param source the {@link DocumentSource#name()} that it belonged to
     * @param documentId its {@link SourceDocument#id()}
     */
    record RemoveDocument(String source, String documentId) implements IndexChange {
        /** Checks. */
        public RemoveDocument {
            Check.notBlank("source", source);
            Check.notBlank("documentId", documentId);
        }
    }
}
