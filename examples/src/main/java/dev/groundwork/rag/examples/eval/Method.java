package dev.groundwork.rag.examples.eval;

import dev.groundwork.rag.observability.evaluation.BeirCollection.Query;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A way of finding documents, made ready for one collection. */
public interface Method extends AutoCloseable {

    /** The most documents that count for a query. */
    int DOCUMENTS = 100;

    /** Returns its name, without white space. */
    String name();

    /** Returns how long it took to make it ready. */
    double indexSeconds();

    /** Finds the best documents of a query. */
    Found find(Query query);

    /** Returns up to {@link #DOCUMENTS} documents of a query, where these took another search; not part of its time. */
    default List<String> complete(Query query, Found found) {
        return found.documents();
    }

    @Override
    void close();

    /**
     * What was found.
     *
     * @param documents ids, best first, each once, at most {@link #DOCUMENTS}
     * @param hops gives the documents after each hop, by the hop's name; worked out when asked, outside the measured time
     * @param degraded whether a part was missing
     * @param passages what was found, best first
     */
    record Found(
            List<String> documents,
            Supplier<Map<String, List<String>>> hops,
            boolean degraded,
            List<Passage> passages) {

        /** What was found in a single step. */
        static Found of(List<Passage> passages) {
            return new Found(best(passages.stream().map(Passage::document).toList()), Map::of, false, passages);
        }
    }

    /**
     * A passage that was found.
     *
     * @param document the document that it is from
     * @param text its text
     */
    record Passage(String document, String text) {}

    /** Returns each id once, at its best place, and no more than count. */
    static List<String> best(List<String> documents) {
        return documents.stream().distinct().limit(DOCUMENTS).toList();
    }
}
