package dev.groundwork.rag.lucene;

import dev.groundwork.rag.lucene.TextAnalyzer.QueryTerm;
import dev.groundwork.rag.lucene.TextAnalyzer.QueryWords;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.TermStates;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.jspecify.annotations.Nullable;

/**
 * A text as a query: a sum over its words. A word is looked for in the forms that the analyses give it, and the best form
 * counts, so that a segment which is in the fields of a language as well is not counted twice.
 *
 * <p>A form of one language is weighed as the others are: as if its field held all segments, and at most as rare as the
 * word itself is. Else a word that is rare in one language because it belongs to another would outweigh all: "the", which
 * five German segments quote. Measured on German and English paragraphs in one index, nDCG@10 of BM25 alone for German and
 * English questions: .911 and .960 without fields of a language; with them .929 and .960.
 */
final class TextQuery {

    /** More different words than any question has; a document given as a question is cut here. */
    static final int MAX_TERMS = 400;

    /** More neighbours than most questions have. */
    static final int MAX_PAIRS = 32;

    /** How many words may stand between two that are to be neighbours. */
    private static final int PAIR_SLOP = 1;

    /** The part of all clauses that neighbours may take where an application allows Lucene few. */
    private static final int PAIRS_PART = 8;

    /**
     * A form of a word in one field.
     *
     * @param term what is in the index
     * @param language the language whose analysis gave it; empty for the words of any language
     * @param query finds and scores it, without the clause's boost
     */
    record Form(String term, String language, Query query) {}

    /**
     * A word of the query, or two neighbours, in one kind of field.
     *
     * @param words as the query has them
     * @param field {@link Fields#TEXT} or {@link Fields#TITLE}
     * @param boost what it counts
     * @param forms the forms, of which the best one counts
     */
    record Clause(String words, String field, float boost, List<Form> forms) {

        Query query(Form form) {
            return boost == 1 ? form.query : new BoostQuery(form.query, boost);
        }

        private Query query() {
            if (forms.size() == 1) {
                return query(forms.get(0));
            }
            Query best = new BestFormQuery(forms.stream().map(Form::query).toList());
            return boost == 1 ? best : new BoostQuery(best, boost);
        }
    }

    private final List<Clause> clauses;

    private TextQuery(List<Clause> clauses) {
        this.clauses = clauses;
    }

    /** Makes the query of a text for one state of an index. */
    static TextQuery of(Snapshot snapshot, TextAnalyzer analyzer, TextSettings settings, String text)
            throws IOException {
        return new TextQuery(new Making(snapshot, analyzer, settings).clauses(TextAnalyzer.normalizeQuery(text)));
    }

    List<Clause> clauses() {
        return clauses;
    }

    /**
     * Returns the query for Lucene.
     *
     * @param docs what is restricted to; {@code null} for all segments
     */
    Query toLucene(@Nullable FilteredDocs docs) {
        BooleanQuery.Builder query = new BooleanQuery.Builder();
        clauses.forEach(clause -> query.add(clause.query(), Occur.SHOULD));
        if (docs != null) {
            query.setMinimumNumberShouldMatch(1).add(docs.asQuery(), Occur.FILTER);
        }
        return query.build();
    }

    private static final class Making {

        private final TextAnalyzer analyzer;
        private final TextSettings settings;
        private final IndexSearcher searcher;
        private final TextFields fields;

        Making(Snapshot snapshot, TextAnalyzer analyzer, TextSettings settings) throws IOException {
            this.analyzer = analyzer;
            this.settings = settings;
            this.searcher = snapshot.searcher();
            this.fields = snapshot.textFields();
        }

        List<Clause> clauses(String query) throws IOException {
            // one for the filter: stays below Lucene's limit also where the application lowered it
            int left = IndexSearcher.getMaxClauseCount() - 1;
            int pairs = settings.phraseBoost() > 0 ? Math.min(MAX_PAIRS, left / PAIRS_PART) : 0;
            left -= pairs;
            QueryWords words = analyzer.words(Fields.TEXT, query, MAX_TERMS);
            Map<QueryTerm, List<OfLanguage>> ofLanguages = ofLanguages(query, words.terms());
            List<Clause> clauses = new ArrayList<>(2 * words.terms().size());
            for (QueryTerm term : words.terms()) {
                List<Clause> ofWord = ofWord(query, term, ofLanguages.getOrDefault(term, List.of()));
                for (Clause clause : ofWord) {
                    left -= clause.forms.size();
                }
                if (left < 0) {
                    break;
                }
                clauses.addAll(ofWord);
            }
            for (QueryTerm pair : words.neighbours()
                    .subList(0, Math.min(pairs, words.neighbours().size()))) {
                clauses.add(ofPair(query, pair));
            }
            return clauses;
        }

        /** A term that a language's analysis made of a word. */
        private record OfLanguage(String language, String term) {}

        /** Returns, by term, what the languages of the index make of the same place in the query. */
        private Map<QueryTerm, List<OfLanguage>> ofLanguages(String query, List<QueryTerm> terms) {
            if (fields.languages().isEmpty()) {
                return Map.of();
            }
            NavigableMap<Integer, QueryTerm> byStart = new TreeMap<>();
            terms.forEach(term -> byStart.putIfAbsent(term.start(), term));
            Map<QueryTerm, List<OfLanguage>> all = new HashMap<>();
            for (String language : fields.languages()) {
                String field = Fields.ofLanguage(Fields.TEXT, language);
                for (QueryTerm other : analyzer.words(field, query, MAX_TERMS).terms()) {
                    Map.Entry<Integer, QueryTerm> same = byStart.floorEntry(other.start());
                    if (same != null && other.start() < same.getValue().end()) {
                        all.computeIfAbsent(same.getValue(), term -> new ArrayList<>())
                                .add(new OfLanguage(language, other.term()));
                    }
                }
            }
            return all;
        }

        private List<Clause> ofWord(String query, QueryTerm term, List<OfLanguage> others) throws IOException {
            List<Clause> clauses = new ArrayList<>(2);
            for (String field : List.of(Fields.TEXT, Fields.TITLE)) {
                float boost = field.equals(Fields.TITLE) ? settings.titleBoost() : 1;
                List<Form> forms = boost > 0 ? forms(field, term.term(), others) : List.of();
                if (!forms.isEmpty()) {
                    clauses.add(new Clause(query.substring(term.start(), term.end()), field, boost, forms));
                }
            }
            return clauses;
        }

        /** Returns the forms that are in the index. */
        private List<Form> forms(String field, String word, List<OfLanguage> others) throws IOException {
            List<Form> forms = new ArrayList<>(1 + others.size());
            Term term = new Term(field, word);
            TermStates states = TermStates.build(searcher, term, true);
            if (states.docFreq() > 0) {
                forms.add(new Form(word, "", new TermQuery(term, states)));
            }
            for (OfLanguage other : others) {
                Term itsTerm = new Term(Fields.ofLanguage(field, other.language), other.term);
                TermStates own = TermStates.build(searcher, itsTerm, true);
                if (own.docFreq() > 0) {
                    double wanted = idf(Math.max(own.docFreq(), states.docFreq()), fields.count(field));
                    double given = idf(own.docFreq(), fields.count(itsTerm.field()));
                    Query query = new BoostQuery(new TermQuery(itsTerm, own), (float) (wanted / given));
                    forms.add(new Form(other.term, other.language, query));
                }
            }
            return forms;
        }

        /** Returns what Lucene's BM25Similarity gives a term. */
        private static double idf(int docFreq, int docCount) {
            return Math.log(1 + (docCount - docFreq + .5) / (docFreq + .5));
        }

        private Clause ofPair(String query, QueryTerm pair) {
            Query neighbours =
                    new PhraseQuery(PAIR_SLOP, Fields.TEXT, pair.term().split(" "));
            String words = query.substring(pair.start(), pair.end());
            return new Clause(
                    words, Fields.TEXT, settings.phraseBoost(), List.of(new Form(pair.term(), "", neighbours)));
        }
    }
}
