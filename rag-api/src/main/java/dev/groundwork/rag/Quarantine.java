package dev.groundwork.rag;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The documents of a source that could not be ingested, with why, as an index remembers them beside what it holds. One that
 * will fail again is not tried again until it changes, its settings or its limits do; all others are, with each
 * {@link Rag#ingest(DocumentSource)}. A document leaves when it is ingested, or is gone from its source.
 */
public final class Quarantine {

    /** Under this name and the source's, reasons stand in the ledger. */
    private static final String PREFIX = "quarantine/";

    private final String ledger;
    private final Map<String, String> entries;
    private final List<IndexChange> changes = new ArrayList<>();

    private Quarantine(SegmentIndex index, String source) {
        ledger = PREFIX + source;
        entries = new HashMap<>(index.ledger(ledger));
    }

    /**
     * Returns why each document that is in quarantine could not be ingested.
     *
     * @param source the {@link DocumentSource#name()}
     * @return reasons by {@link SourceDocument#id()}, in the order of the ids
     */
    public static Map<String, String> reasons(SegmentIndex index, String source) {
        Objects.requireNonNull(source, "source");
        Map<String, String> reasons = new TreeMap<>();
        new Quarantine(index, source).entries.forEach((id, entry) -> reasons.put(id, reason(entry)));
        return reasons;
    }

    static Quarantine open(SegmentIndex index, String source) {
        return new Quarantine(index, source);
    }

    /** Returns why a document need not be tried; {@code null} where it has to be. */
    @Nullable
    String standing(String id, String state) {
        String entry = entries.get(id);
        return entry != null && !state.isEmpty() && entry.startsWith(state + "\n") ? reason(entry) : null;
    }

    /**
     * Puts a document in.
     *
     * @param state what it will fail in again; empty where it may not
     */
    void put(String id, String state, String reason) {
        String entry = state.replace('\n', ' ') + "\n" + reason;
        if (!entry.equals(entries.put(id, entry))) {
            changes.add(new IndexChange.ReplaceDocument(ledger, id, entry, List.of()));
        }
    }

    /** Lets a document out, if it is in. */
    void release(String id) {
        if (entries.remove(id) != null) {
            changes.add(new IndexChange.RemoveDocument(ledger, id));
        }
    }

    /** Lets all out that are not among these. */
    void keepOnly(Set<String> ids) {
        for (String id : List.copyOf(entries.keySet())) {
            if (!ids.contains(id)) {
                release(id);
            }
        }
    }

    /** Returns what has changed since it was last asked, to be applied to the index. */
    List<IndexChange> takeChanges() {
        List<IndexChange> taken = List.copyOf(changes);
        changes.clear();
        return taken;
    }

    private static String reason(String entry) {
        return entry.substring(entry.indexOf('\n') + 1);
    }
}
