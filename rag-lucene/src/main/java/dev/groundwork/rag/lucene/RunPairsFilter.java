package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.lucene.analysis.TokenFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.OffsetAttribute;
import org.apache.lucene.analysis.tokenattributes.TypeAttribute;

/**
 * Cuts what Thai, Lao, Khmer and Burmese write without spaces, which Unicode's segmentation leaves whole, into overlapping
 * pairs of letters, each with its marks. No dictionary is needed, and the terms are the same on every JDK.
 */
final class RunPairsFilter extends TokenFilter {

    private static final String RUN = StandardTokenizer.TOKEN_TYPES[StandardTokenizer.SOUTHEAST_ASIAN];

    private record Pair(String text, int start, int end) {}

    private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
    private final OffsetAttribute offset = addAttribute(OffsetAttribute.class);
    private final TypeAttribute type = addAttribute(TypeAttribute.class);
    private final Deque<Pair> pairs = new ArrayDeque<>();

    RunPairsFilter(TokenStream input) {
        super(input);
    }

    @Override
    public boolean incrementToken() throws IOException {
        if (pairs.isEmpty()) {
            if (!input.incrementToken()) {
                return false;
            }
            if (!type.type().equals(RUN)) {
                return true;
            }
            cut(term.toString(), offset.startOffset());
        }
        Pair pair = pairs.removeFirst();
        clearAttributes();
        term.setEmpty().append(pair.text);
        offset.setOffset(pair.start, pair.end);
        type.setType(RUN);
        return true;
    }

    private void cut(String run, int start) {
        int first = 0;
        int second = next(run, 0);
        do {
            int end = next(run, second);
            pairs.add(new Pair(run.substring(first, end), start + first, start + end));
            first = second;
            second = end;
        } while (second < run.length());
    }

    /** Returns where the letter after this one starts; marks belong to the letter before them. */
    private static int next(String run, int from) {
        int i = from;
        while (i < run.length() && (i == from || isMark(run.codePointAt(i)))) {
            i += Character.charCount(run.codePointAt(i));
        }
        return i;
    }

    private static boolean isMark(int c) {
        int type = Character.getType(c);
        return type == Character.NON_SPACING_MARK
                || type == Character.COMBINING_SPACING_MARK
                || type == Character.ENCLOSING_MARK;
    }

    @Override
    public void reset() throws IOException {
        super.reset();
        pairs.clear();
    }
}
