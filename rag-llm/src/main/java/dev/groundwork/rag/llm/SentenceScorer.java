package dev.groundwork.rag.llm;

import dev.groundwork.rag.llm.Sentences.Kind;
import dev.groundwork.rag.llm.Sentences.Sentence;
import dev.groundwork.rag.llm.Words.Word;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Scores the sentences of what was retrieved by how much of the question they answer: the question's words, the rare
 * ones more (their inverse frequency over these sentences), those of headings and neighbours less.
 */
final class SentenceScorer {

    /**
     * A sentence with its score.
     *
     * @param source which source it is of, from 0
     * @param index which sentence of that, from 0
     * @param score higher is better
     * @param covered the share of the question that it has, with headings and neighbours
     */
    record Scored(int source, int index, double score, double covered) {}

    private static final double FROM_HEADINGS = 0.5;
    private static final double FROM_NEIGHBOURS = 0.4;
    private static final double FOR_DEFINITION = 0.35;
    private static final double FOR_ANSWER_TYPE = 0.2;
    private static final double RANK_WEIGHT = 0.12;
    /** What rows of tables, announcements and references are worth beside statements. */
    private static final double BY_THE_WAY = 0.7;

    /** The weighted share of the question's names that a passage must have. */
    private static final double LEAST_NAMED = 0.3;

    private static final int SHORTEST = 3;
    private static final int SHORTEST_IN_PAIRS = 6;
    private static final int LONGEST_CHARS = 1_000;
    private static final int LONG_WORDS = 60;

    private static final Pattern ELSEWHERE = Pattern.compile(
            "^(?:see|refer to|(?:for|to learn) (?:more|further)|read more|siehe|weitere"
                    + " informationen|voir|véase|参见|参阅|详见)\\b",
            Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);

    private final QuestionWords question;
    private final List<SourceText> sources;
    private final Map<String, BitSet> matches = new HashMap<>();

    SentenceScorer(QuestionWords question, List<SourceText> sources) {
        this.question = question;
        this.sources = sources;
    }

    /** Returns every sentence that could answer, with its score. */
    List<Scored> score() throws InterruptedException {
        int n = question.content().size();
        List<List<BitSet>> matched = new ArrayList<>();
        int[] frequency = new int[n];
        int total = 0;
        for (SourceText source : sources) {
            List<BitSet> own = new ArrayList<>();
            for (int i = 0; i < source.size(); i++) {
                BitSet bits = matched(source.words(i));
                own.add(bits);
                bits.stream().forEach(b -> frequency[b]++);
                total++;
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
            matched.add(own);
        }
        double[] weight = new double[n];
        double all = 0;
        for (int i = 0; i < n; i++) {
            weight[i] = Math.log(1 + (total - frequency[i] + 0.5) / (frequency[i] + 0.5));
            all += weight[i];
        }
        List<Scored> scored = new ArrayList<>();
        for (int s = 0; s < sources.size(); s++) {
            BitSet headings = matched(sources.get(s).context());
            for (int i = 0; i < sources.get(s).size(); i++) {
                if (couldAnswer(sources.get(s), i)) {
                    scored.add(score(s, i, matched.get(s), headings, weight, all));
                }
            }
        }
        return scored;
    }

    private Scored score(int s, int i, List<BitSet> matched, BitSet headings, double[] weight, double all) {
        SourceText source = sources.get(s);
        BitSet own = matched.get(i);
        BitSet near = new BitSet();
        if (i > 0) {
            near.or(matched.get(i - 1));
        }
        if (i + 1 < matched.size()) {
            near.or(matched.get(i + 1));
        }
        double covered = 0;
        double direct = 0;
        double names = 0;
        double allNames = 0;
        for (int w = 0; w < weight.length; w++) {
            if (question.names().get(w)) {
                allNames += weight[w];
                names += own.get(w) || headings.get(w) || near.get(w) ? weight[w] : 0;
            }
            if (own.get(w)) {
                covered += weight[w];
                direct += weight[w];
            } else if (headings.get(w)) {
                covered += FROM_HEADINGS * weight[w];
            } else if (near.get(w)) {
                covered += FROM_NEIGHBOURS * weight[w];
            }
        }
        // A passage about something else has the frame of the question, and not what it asks about.
        boolean aboutOther = names < LEAST_NAMED * allNames;
        double share = all == 0 || aboutOther ? 0 : covered / all;
        double score = share;
        if (direct > 0) {
            if (question.definition() && defines(source, i)) {
                score += FOR_DEFINITION * direct / all;
            }
            if (hasAskedType(source, i)) {
                score += FOR_ANSWER_TYPE * share;
            }
        } else {
            score *= 0.5;
        }
        int words = source.words(i).size();
        if (words > LONG_WORDS) {
            score *= Math.sqrt((double) LONG_WORDS / words);
        }
        if (source.sentence(i).kind() == Kind.ROW || pointsElsewhere(source, i)) {
            score *= BY_THE_WAY;
        }
        return new Scored(s, i, score / (1 + RANK_WEIGHT * Math.log(1 + s)), share);
    }

    private BitSet matched(List<Word> words) {
        BitSet bits = new BitSet();
        for (Word word : words) {
            if (word.content()) {
                bits.or(matches.computeIfAbsent(word.folded(), f -> matched(word)));
            }
        }
        return bits;
    }

    private BitSet matched(Word word) {
        BitSet bits = new BitSet();
        for (int i = 0; i < question.content().size(); i++) {
            if (Words.alike(question.content().get(i), word)) {
                bits.set(i);
            }
        }
        return bits;
    }

    private static boolean couldAnswer(SourceText source, int i) {
        Sentence sentence = source.sentence(i);
        List<Word> words = source.words(i);
        if (sentence.kind() == Kind.HEADING || sentence.kind() == Kind.CODE || sentence.kind() == Kind.HEADER) {
            return false;
        }
        int least = words.stream().anyMatch(w -> w.kind() == Words.Kind.PAIR) ? SHORTEST_IN_PAIRS : SHORTEST;
        return words.size() >= least
                && sentence.end() - sentence.start() <= LONGEST_CHARS
                && words.stream().anyMatch(w -> w.kind() == Words.Kind.STOP || w.kind() == Words.Kind.PAIR)
                && !source.readable(i).endsWith("?");
    }

    /** Returns whether all that is asked for stands at the beginning, as a sentence's subject does. */
    private boolean defines(SourceText source, int i) {
        BitSet seen = new BitSet();
        int content = 0;
        for (Word word : source.words(i)) {
            if (word.content()) {
                BitSet bits = matches.getOrDefault(word.folded(), new BitSet());
                if (bits.isEmpty() && content > question.content().size()) {
                    break;
                }
                seen.or(bits);
                content++;
            }
        }
        return seen.cardinality() == question.content().size();
    }

    /** Returns whether a sentence announces what follows, or refers to another text. */
    private static boolean pointsElsewhere(SourceText source, int i) {
        String text = source.readable(i);
        return text.endsWith(":")
                || text.endsWith("：")
                || ELSEWHERE.matcher(text).find();
    }

    private boolean hasAskedType(SourceText source, int i) {
        List<Word> words = source.words(i);
        if (question.number()) {
            return words.stream()
                    .anyMatch(w -> w.kind() == Words.Kind.NUMBER
                            && question.content().stream().noneMatch(q -> Words.alike(q, w)));
        }
        if (question.name()) {
            String text = source.quote(i, i);
            int offset = source.sentence(i).start();
            return words.stream()
                    .skip(1)
                    .anyMatch(w -> w.content()
                            && Character.isUpperCase(text.codePointAt(w.start() - offset))
                            && question.content().stream().noneMatch(q -> Words.alike(q, w)));
        }
        return false;
    }
}
