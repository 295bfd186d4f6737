package dev.groundwork.rag.benchmarks.engines;

import org.apache.lucene.analysis.Analyzer;
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

/** The same filters as in Groundwork's index, so that both sides write and look up the same words. */
final class RawAnalyzer extends Analyzer {

    @Override
    protected TokenStreamComponents createComponents(String fieldName) {
        Tokenizer words = new StandardTokenizer();
        TokenStream tokens = new EnglishPossessiveFilter(words);
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
