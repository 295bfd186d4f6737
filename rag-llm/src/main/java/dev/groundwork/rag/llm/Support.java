package dev.groundwork.rag.llm;

import dev.groundwork.rag.llm.Words.Kind;
import dev.groundwork.rag.llm.Words.Word;
import java.util.BitSet;
import java.util.List;

/**
 * How much of a claim stands in a source.
 *
 * @param quoted whether the claim stands there word for word
 * @param first the first of the sentences that support it best, -1 where none does
 * @param last the last of them, inclusive
 * @param covered which of the claim's content words stand in those sentences or in the source's headings
 * @param anywhere which of them stand anywhere in the source
 * @param contradicted whether the sentence that says the same says it with a "not" more or less
 */
record Support(boolean quoted, int first, int last, BitSet covered, BitSet anywhere, boolean contradicted) {

    /** Adjacent sentences that may support a claim together. */
    static final int LONGEST_PASSAGE = 3;
    /** A quotation of fewer words may be chance. */
    static final int SHORTEST_QUOTE = 4;
    /** The share of words that two sentences have to have in common, each way, to say the same. */
    private static final double SAME_STATEMENT = 0.6;
    /** What one more sentence has to add to a passage, as a share of the claim's words. */
    private static final double WORTH_A_SENTENCE = 0.1;

    static Support of(Claim claim, SourceText source) {
        int n = source.size();
        List<Word> content = claim.content();
        BitSet context = matched(content, source.context());
        BitSet[] bySentence = new BitSet[n];
        BitSet anywhere = (BitSet) context.clone();
        for (int i = 0; i < n; i++) {
            bySentence[i] = matched(content, source.words(i));
            anywhere.or(bySentence[i]);
        }
        int[] quote = find(claim.words(), source);
        if (quote.length == 0 && !claim.quotation().isEmpty()) {
            quote = find(claim.quotation(), source);
        }
        boolean quoted = quote.length > 0;
        int first = quoted ? quote[0] : -1;
        int last = quoted ? quote[1] : -1;
        BitSet covered = new BitSet();
        if (!quoted) {
            double best = 0;
            for (int from = 0; from < n; from++) {
                BitSet union = new BitSet();
                for (int to = from; to < Math.min(n, from + LONGEST_PASSAGE); to++) {
                    union.or(bySentence[to]);
                    double worth = union.cardinality() / Math.max(1.0, content.size()) - WORTH_A_SENTENCE * (to - from);
                    if (!union.isEmpty() && worth > best + 1e-9) {
                        best = worth;
                        first = from;
                        last = to;
                    }
                }
            }
        }
        for (int i = Math.max(0, first); i <= last; i++) {
            covered.or(bySentence[i]);
        }
        boolean contradicted = !quoted && first >= 0 && contradicted(claim, source, bySentence, first, last);
        covered.or(context);
        return new Support(quoted, first, last, covered, anywhere, contradicted);
    }

    private static BitSet matched(List<Word> wanted, List<Word> words) {
        BitSet matched = new BitSet(wanted.size());
        for (int i = 0; i < wanted.size(); i++) {
            Word want = wanted.get(i);
            for (Word word : words) {
                if (word.content() && Words.alike(want, word)) {
                    matched.set(i);
                    break;
                }
            }
        }
        return matched;
    }

    private static boolean contradicted(Claim claim, SourceText source, BitSet[] bySentence, int first, int last) {
        int most = first;
        for (int i = first; i <= last; i++) {
            if (bySentence[i].cardinality() > bySentence[most].cardinality()) {
                most = i;
            }
        }
        List<Word> said = source.words(most).stream().filter(Word::content).toList();
        double there =
                bySentence[most].cardinality() / Math.max(1.0, claim.content().size());
        double back = matched(said, claim.content()).cardinality() / Math.max(1.0, said.size());
        return there >= SAME_STATEMENT
                && back >= SAME_STATEMENT
                && Negation.in(claim.words()) != Negation.in(source.words(most));
    }

    /** Returns the first and the last sentence that a run of words goes through, or nothing. */
    private static int[] find(List<Word> run, SourceText source) {
        boolean enough =
                run.size() >= SHORTEST_QUOTE || (run.size() >= 2 && run.stream().anyMatch(w -> w.kind() == Kind.PAIR));
        if (!enough) {
            return new int[0];
        }
        String head = run.getFirst().folded();
        for (int i = 0; i < source.size(); i++) {
            List<Word> words = source.words(i);
            for (int j = 0; j < words.size(); j++) {
                if (words.get(j).folded().equals(head)) {
                    int last = runsTo(run, source, i, j);
                    if (last >= 0) {
                        return new int[] {i, last};
                    }
                }
            }
        }
        return new int[0];
    }

    private static int runsTo(List<Word> run, SourceText source, int sentence, int word) {
        int s = sentence;
        int w = word;
        for (Word wanted : run) {
            while (w >= source.words(s).size()) {
                s++;
                w = 0;
                if (s >= source.size()) {
                    return -1;
                }
            }
            if (!source.words(s).get(w++).folded().equals(wanted.folded())) {
                return -1;
            }
        }
        return s;
    }
}
