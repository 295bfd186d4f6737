package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.FieldDoc;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopFieldCollectorManager;
import org.apache.lucene.search.TopFieldDocs;
import org.jspecify.annotations.Nullable;

/** Finds segments by words, with BM25 over text and title. */
final class TextSearch {

    /** More different words than any question has; a document given as a question is cut here. */
    static final int MAX_TERMS = 400;

    /**
     * What a word in title or headings counts beside one in the text. Measured, BM25 alone, nDCG@10 at 0, .3, .5, 1, 2:
     * medquad .741 .790 .808 .837 .852; scifact_train .690 .697 .697 .682 .622; xquad_en .967 throughout.
     */
    static final float TITLE_BOOST = 0.5f;

    private static final Sort BEST_FIRST =
            new Sort(SortField.FIELD_SCORE, new SortField(Fields.ID, SortField.Type.STRING));

    private TextSearch() {}

    /**
     * Finds the segments that share the most telling words with a text.
     *
     * @param docs what the search is restricted to; {@code null} for all segments
     * @return best first, ties by id
     */
    static List<ScoreDoc> find(
            Snapshot snapshot, TextAnalyzer analyzer, String text, int limit, @Nullable FilteredDocs docs)
            throws IOException {
        // two clauses a word, and one for the filter, stay below Lucene's limit even where the application lowered it
        int terms = Math.min(MAX_TERMS, (IndexSearcher.getMaxClauseCount() - 1) / 2);
        Set<String> words = analyzer.terms(text, terms);
        if (words.isEmpty()) {
            return List.of();
        }
        BooleanQuery.Builder query = new BooleanQuery.Builder();
        for (String word : words) {
            query.add(new TermQuery(new Term(Fields.TEXT, word)), Occur.SHOULD);
            query.add(new BoostQuery(new TermQuery(new Term(Fields.TITLE, word)), TITLE_BOOST), Occur.SHOULD);
        }
        query.setMinimumNumberShouldMatch(1);
        if (docs != null) {
            query.add(docs.asQuery(), Occur.FILTER);
        }
        TopFieldDocs found =
                snapshot.searcher().search(query.build(), new TopFieldCollectorManager(BEST_FIRST, limit, limit));
        List<ScoreDoc> best = new ArrayList<>(found.scoreDocs.length);
        for (ScoreDoc doc : found.scoreDocs) {
            float score = doc instanceof FieldDoc fields && fields.fields[0] instanceof Float value ? value : doc.score;
            best.add(new ScoreDoc(doc.doc, score));
        }
        return best;
    }
}
