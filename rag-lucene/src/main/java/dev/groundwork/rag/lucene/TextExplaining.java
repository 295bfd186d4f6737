package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;

/** Asks Lucene what each word of a query adds to a segment's score. */
final class TextExplaining {

    private TextExplaining() {}

    private record Scored(TextQuery.Clause clause, TextQuery.Form form, double score, double tf, double frequency) {

        double idf() {
            return score / clause.boost() / tf;
        }
    }

    static TextExplanation explain(IndexSearcher searcher, TextQuery query, String id, int doc) throws IOException {
        List<Scored> all = new ArrayList<>();
        for (TextQuery.Clause clause : query.clauses()) {
            best(searcher, clause, doc).ifPresent(all::add);
        }
        double sum = all.stream().mapToDouble(Scored::score).sum();
        List<TextExplanation.Match> matches = all.stream()
                .sorted(Comparator.comparingDouble(Scored::score).reversed())
                .map(scored -> new TextExplanation.Match(
                        scored.clause.words(),
                        scored.form.term(),
                        scored.clause.field(),
                        scored.form.language(),
                        scored.score,
                        scored.score / sum,
                        scored.clause.boost(),
                        scored.idf(),
                        scored.tf,
                        scored.frequency))
                .toList();
        return new TextExplanation(id, sum, matches);
    }

    /** Returns the form of a word that counts. */
    private static Optional<Scored> best(IndexSearcher searcher, TextQuery.Clause clause, int doc) throws IOException {
        Optional<Scored> best = Optional.empty();
        for (TextQuery.Form form : clause.forms()) {
            Explanation why = searcher.explain(clause.query(form), doc);
            double score = why.getValue().doubleValue();
            if (why.isMatch() && (best.isEmpty() || score > best.get().score)) {
                best = Optional.of(
                        new Scored(clause, form, score, part(why, "tf,"), part(why, "freq,", "phraseFreq=")));
            }
        }
        return best;
    }

    /** Returns a number of Lucene's explanation of BM25 by how its description starts. */
    private static double part(Explanation why, String... starts) {
        for (String start : starts) {
            if (why.getDescription().startsWith(start)) {
                return why.getValue().doubleValue();
            }
        }
        for (Explanation detail : why.getDetails()) {
            double value = part(detail, starts);
            if (!Double.isNaN(value)) {
                return value;
            }
        }
        return Double.NaN;
    }
}
