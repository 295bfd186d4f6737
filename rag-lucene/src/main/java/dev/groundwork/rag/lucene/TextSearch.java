package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopScoreDocCollectorManager;
import org.jspecify.annotations.Nullable;

/** Finds segments by words, with BM25 over text and title. Thread-safe. */
final class TextSearch {

    private final TextAnalyzer analyzer;
    private final TextSettings settings;

    TextSearch(TextAnalyzer analyzer, TextSettings settings) {
        this.analyzer = analyzer;
        this.settings = settings;
    }

    /**
     * Finds the segments that share the most telling words with a text.
     *
     * @param docs what the search is restricted to; {@code null} for all segments
     * @return best first, ties by id
     */
    List<ScoreDoc> find(Snapshot snapshot, String text, int limit, @Nullable FilteredDocs docs) throws IOException {
        TextQuery query = TextQuery.of(snapshot, analyzer, settings, text);
        return query.clauses().isEmpty() ? List.of() : best(snapshot, query.toLucene(docs), limit);
    }

    /**
     * Searches by score alone, which passes over all that can't be among the best, and looks at ids where scores are equal.
     * Where the limit parts equal scores, all documents that have this score are looked for. Sorting by score and id took
     * 1.4 to 7 times as long (50,000 passages; questions of 1, 3 and 12 words; 10 and 100 hits).
     */
    private static List<ScoreDoc> best(Snapshot snapshot, Query query, int limit) throws IOException {
        IndexSearcher searcher = snapshot.searcher();
        List<ScoreDoc> found =
                List.of(searcher.search(query, new TopScoreDocCollectorManager(limit + 1, null, limit + 1)).scoreDocs);
        if (found.size() > limit) {
            float last = found.get(limit - 1).score;
            if (last == found.get(limit).score) {
                // the order of addition may differ: a sum may come out one step lower
                return searcher.search(query, new BestById(limit, Math.nextDown(last)));
            }
            found = found.subList(0, limit);
        }
        List<ScoreDoc> best = new ArrayList<>(found);
        for (int i = 0; i < best.size(); ) {
            int end = i + 1;
            while (end < best.size() && best.get(end).score == best.get(i).score) {
                end++;
            }
            if (end > i + 1) {
                VectorSearch.orderById(snapshot, best.subList(i, end));
            }
            i = end;
        }
        return best;
    }

    /**
     * Says why a text finds a segment.
     *
     * @return empty where there is no such segment; without a match where the text does not find it
     */
    Optional<TextExplanation> explain(Snapshot snapshot, String id, String text) throws IOException {
        int doc = snapshot.find(id);
        if (doc < 0) {
            return Optional.empty();
        }
        TextQuery query = TextQuery.of(snapshot, analyzer, settings, text);
        return Optional.of(TextExplaining.explain(snapshot.searcher(), query, id, doc));
    }
}
