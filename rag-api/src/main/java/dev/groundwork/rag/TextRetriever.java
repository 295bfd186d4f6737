package dev.groundwork.rag;

import java.util.List;
import java.util.Objects;

/** The text leg. */
final class TextRetriever implements IndexLeg {

    private final SegmentReader index;

    TextRetriever(SegmentReader index) {
        this.index = Objects.requireNonNull(index, "index");
    }

    @Override
    public String name() {
        return Hop.TEXT;
    }

    @Override
    public SegmentReader reader() {
        return index;
    }

    @Override
    public List<Hit> retrieve(Question question, int limit, Deadline deadline) {
        return retrieve(question, limit, index);
    }

    /** Retrieves from a state of the index. */
    List<Hit> retrieve(Question question, int limit, SegmentReader from) {
        return from.searchText(question.text(), limit, question.filter());
    }
}
