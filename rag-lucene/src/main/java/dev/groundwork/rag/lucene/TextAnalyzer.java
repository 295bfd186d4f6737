package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.text.Normalizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.DelegatingAnalyzerWrapper;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.ar.ArabicNormalizationFilter;
import org.apache.lucene.analysis.cjk.CJKBigramFilter;
import org.apache.lucene.analysis.core.DecimalDigitFilter;
import org.apache.lucene.analysis.core.LowerCaseFilter;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.OffsetAttribute;
import org.apache.lucene.analysis.tokenattributes.TypeAttribute;
import org.apache.lucene.analysis.util.ElisionFilter;

/**
 * Makes terms of texts: in {@link Fields#TEXT} and {@link Fields#TITLE} words of any language, in the fields of one
 * language what Lucene's analyzer of that language makes.
 *
 * <p>Words of any language: Unicode segmentation (UAX 29), lower case, accents folded, Romance articles cut off, Chinese,
 * Japanese and Korean as single characters and pairs, Thai and its neighbours as pairs, and Porter's stemmer.
 *
 * <p>The English stemmer for all languages is measured, not assumed (BM25 alone, nDCG@10, without and with it): medquad
 * .797 and .808, scifact_train .671 and .697, xquad_en .961 and .967, xquad_de .917 and .928, xquad_zh .964 both. Stop
 * words stay: BM25 weighs them down, and dropping them changed nothing by more than .003. Single characters beside pairs
 * add .003 on xquad_zh and let a question of one character find something.
 */
final class TextAnalyzer extends DelegatingAnalyzerWrapper {

    /** Names the words of any language in an index's manifest; changes whenever the terms of any text may change. */
    static final String ID = "unicode-porter/2";

    /** How much of a query is looked at. */
    static final int MAX_QUERY_CHARS = 100_000;

    private final Analyzer words = new Words();
    private final Map<String, Analyzer> byLanguage = new ConcurrentHashMap<>();

    TextAnalyzer() {
        super(PER_FIELD_REUSE_STRATEGY);
    }

    @Override
    protected Analyzer getWrappedAnalyzer(String fieldName) {
        String language = Fields.language(fieldName);
        return language.isEmpty() ? words : byLanguage.computeIfAbsent(language, Languages::analyzer);
    }

    /**
     * Brings a text to one spelling: composed characters, no ligatures, no wide forms (NFKC). Colons part words, which
     * Unicode's segmentation, for the sake of Swedish, takes as letters: {@code level:error} is two words.
     */
    static String normalize(String text) {
        String composed = Normalizer.isNormalized(text, Normalizer.Form.NFKC)
                ? text
                : Normalizer.normalize(text, Normalizer.Form.NFKC);
        return composed.replace(':', ' ');
    }

    /** Returns what is looked at of a query, normalized. */
    static String normalizeQuery(String text) {
        return normalize(text.length() <= MAX_QUERY_CHARS ? text : text.substring(0, MAX_QUERY_CHARS));
    }

    /**
     * What a query asks for.
     *
     * @param terms the different terms, in the order in which they come first
     * @param neighbours the different pairs of words that stand side by side, in scripts with words
     */
    record QueryWords(List<QueryTerm> terms, List<QueryTerm> neighbours) {}

    /**
     * A term of a query, or two, parted by a space.
     *
     * @param term what is looked up in the index
     * @param start where its word starts in the normalized query
     * @param end where it ends
     */
    record QueryTerm(String term, int start, int end) {}

    /**
     * Returns the first words of a query.
     *
     * @param field whose analysis is used
     * @param query a text, normalized
     * @param limit the most terms
     */
    QueryWords words(String field, String query, int limit) {
        Map<String, QueryTerm> terms = new LinkedHashMap<>();
        Map<String, QueryTerm> neighbours = new LinkedHashMap<>();
        try (TokenStream tokens = tokenStream(field, query)) {
            CharTermAttribute term = tokens.addAttribute(CharTermAttribute.class);
            OffsetAttribute offset = tokens.addAttribute(OffsetAttribute.class);
            TypeAttribute type = tokens.addAttribute(TypeAttribute.class);
            QueryTerm before = null;
            tokens.reset();
            while (terms.size() < limit && tokens.incrementToken()) {
                QueryTerm now = new QueryTerm(term.toString(), offset.startOffset(), offset.endOffset());
                terms.putIfAbsent(now.term, now);
                boolean isWord = type.type().equals(Words.WORD) || type.type().equals(Words.NUMBER);
                if (isWord && before != null && !before.term.equals(now.term)) {
                    QueryTerm pair = new QueryTerm(before.term + ' ' + now.term, before.start, now.end);
                    neighbours.putIfAbsent(pair.term, pair);
                }
                before = isWord ? now : null;
            }
            tokens.end();
            return new QueryWords(List.copyOf(terms.values()), List.copyOf(neighbours.values()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes words of any language. */
    private static final class Words extends Analyzer {

        static final String WORD = StandardTokenizer.TOKEN_TYPES[StandardTokenizer.ALPHANUM];
        static final String NUMBER = StandardTokenizer.TOKEN_TYPES[StandardTokenizer.NUM];

        /** What French, Catalan and Italian put before a vowel with an apostrophe; English has no word that starts so. */
        private static final CharArraySet ELISIONS = CharArraySet.unmodifiableSet(new CharArraySet(
                List.of(
                        "c", "d", "j", "l", "m", "n", "s", "t", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "all",
                        "dall", "dell", "nell", "sull", "coll", "un", "gl", "agl", "dagl", "degl", "negl", "sugl"),
                true));

        @Override
        protected TokenStreamComponents createComponents(String fieldName) {
            Tokenizer words = new StandardTokenizer();
            TokenStream tokens = new RunPairsFilter(words);
            tokens = new EnglishPossessiveFilter(tokens);
            tokens = new ElisionFilter(tokens, ELISIONS);
            tokens = new LowerCaseFilter(tokens);
            tokens = new DecimalDigitFilter(tokens);
            tokens = new ArabicNormalizationFilter(tokens);
            int scripts =
                    CJKBigramFilter.HAN | CJKBigramFilter.HIRAGANA | CJKBigramFilter.KATAKANA | CJKBigramFilter.HANGUL;
            tokens = new CJKBigramFilter(tokens, scripts, true);
            tokens = new ASCIIFoldingFilter(tokens);
            return new TokenStreamComponents(words, new PorterStemFilter(tokens));
        }
    }
}
