package dev.groundwork.rag;

import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.filter.Filter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Searches small segments, and hands over what they stand in: each hit grows by its neighbours below the same heading, until
 * it has a given length. A hit that has become part of a better one is left out, so that no text is handed over twice.
 *
 * <pre>{@code
 * Rag.builder().index(index).embeddingModel(model).reranker(SmallToBig.within(index, 2_000)).build();
 * }</pre>
 *
 * <p>It works on what {@link Rag#ingest(DocumentSource)} wrote, whose ids tell neighbours; other hits stay as they are. A
 * neighbour that the question's filter does not let through is never handed over.
 *
 * <p>Thread-safe. It reads the index, and does not close it.
 */
public final class SmallToBig implements Reranker {

    /** So many neighbours on either side at most, however short they are. */
    private static final int MOST_NEIGHBOURS = 32;

    private static final int LARGEST_MAX_CHARACTERS = 1_000_000;

    private final Function<String, Optional<TextSegment>> segments;
    private final int maxCharacters;
    private final @Nullable Reranker first;

    private SmallToBig(Function<String, Optional<TextSegment>> segments, int maxCharacters, @Nullable Reranker first) {
        this.segments = segments;
        this.maxCharacters = Check.range("maxCharacters", maxCharacters, 1, LARGEST_MAX_CHARACTERS);
        this.first = first;
    }

    /**
     * Returns one that keeps the order of the hits.
     *
     * @param index where the hits come from; a view that a filter restricts hands over nothing from outside it
     * @param maxCharacters how long a hit may become; one that is longer already stays as it is. From 1 to 1,000,000
     */
    public static SmallToBig within(SegmentReader index, int maxCharacters) {
        return new SmallToBig(index::get, maxCharacters, null);
    }

    /** For tests: looks neighbours up elsewhere. */
    static SmallToBig within(Function<String, Optional<TextSegment>> segments, int maxCharacters) {
        return new SmallToBig(segments, maxCharacters, null);
    }

    /** Returns one that lets another reranker order the small segments first. */
    public SmallToBig after(Reranker reranker) {
        return new SmallToBig(segments, maxCharacters, Objects.requireNonNull(reranker, "reranker"));
    }

    @Override
    public String name() {
        return first == null ? "small-to-big" : first.name() + "+small-to-big";
    }

    @Override
    public List<Hit> rerank(Question question, List<Hit> hits, int limit, Deadline deadline)
            throws InterruptedException {
        List<Hit> ordered = first == null ? hits : first.rerank(question, hits, hits.size(), deadline);
        Set<String> handed = new HashSet<>();
        List<Hit> grown = new ArrayList<>();
        for (Hit hit : ordered) {
            if (grown.size() == limit) {
                break;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException("small-to-big");
            }
            if (handed.add(hit.id())) {
                Hit big = grow(hit, question.filter(), handed);
                grown.add(
                        first != null
                                ? big
                                : big.with(new Score(
                                        Hop.RERANK,
                                        Score.Kind.RERANK,
                                        hit.score().value(),
                                        grown.size() + 1)));
            }
        }
        return grown;
    }

    private Hit grow(Hit hit, @Nullable Filter filter, Set<String> handed) {
        Integer ordinal = hit.segment().metadata().toMap().get(SegmentKeys.ORDINAL) instanceof Number number
                ? number.intValue()
                : null;
        if (ordinal == null || !hit.id().endsWith("#" + ordinal)) {
            return hit;
        }
        String document = hit.id()
                .substring(0, hit.id().length() - String.valueOf(ordinal).length());
        List<TextSegment> together = new ArrayList<>(List.of(hit.segment()));
        int length = hit.segment().text().length();
        boolean forward = true;
        boolean backward = true;
        for (int distance = 1; distance <= MOST_NEIGHBOURS && (forward || backward); distance++) {
            TextSegment next = forward ? neighbour(document, ordinal + distance, hit, filter, handed) : null;
            forward = next != null && length + next.text().length() <= maxCharacters;
            if (forward && next != null) {
                together.add(next);
                length += next.text().length();
                handed.add(document + (ordinal + distance));
            }
            TextSegment previous = backward ? neighbour(document, ordinal - distance, hit, filter, handed) : null;
            backward = previous != null && length + previous.text().length() <= maxCharacters;
            if (backward && previous != null) {
                together.addFirst(previous);
                length += previous.text().length();
                handed.add(document + (ordinal - distance));
            }
        }
        return together.size() == 1 ? hit : new Hit(hit.id(), joined(together, hit.segment()), hit.scores());
    }

    private @Nullable TextSegment neighbour(
            String document, int ordinal, Hit hit, @Nullable Filter filter, Set<String> handed) {
        String id = document + ordinal;
        if (ordinal < 0 || handed.contains(id)) {
            return null;
        }
        TextSegment found = segments.apply(id).orElse(null);
        boolean fits = found != null
                && same(SegmentKeys.HEADINGS, found, hit.segment())
                && same(SegmentKeys.SOURCE, found, hit.segment())
                && (filter == null || filter.test(found.metadata()));
        return fits ? found : null;
    }

    private static boolean same(String key, TextSegment one, TextSegment other) {
        return Objects.equals(
                one.metadata().toMap().get(key), other.metadata().toMap().get(key));
    }

    private static TextSegment joined(List<TextSegment> together, TextSegment found) {
        StringBuilder text = new StringBuilder();
        for (TextSegment segment : together) {
            text.append(text.isEmpty() ? "" : "\n").append(segment.text());
        }
        Metadata metadata = found.metadata().copy();
        copy(SegmentKeys.START_LINE, together.getFirst(), metadata);
        copy(SegmentKeys.PAGE, together.getFirst(), metadata);
        copy(SegmentKeys.ORDINAL, together.getFirst(), metadata);
        copy(SegmentKeys.END_LINE, together.getLast(), metadata);
        return TextSegment.from(text.toString(), metadata);
    }

    private static void copy(String key, TextSegment from, Metadata to) {
        Integer value = from.metadata().toMap().get(key) instanceof Number number ? number.intValue() : null;
        if (value != null) {
            to.put(key, value);
        }
    }
}
