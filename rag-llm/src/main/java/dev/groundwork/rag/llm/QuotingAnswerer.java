package dev.groundwork.rag.llm;

import dev.groundwork.rag.Citation;
import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.ExtractiveAnswerer;
import dev.groundwork.rag.Hit;
import dev.groundwork.rag.Hop;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.llm.SentenceScorer.Scored;
import dev.groundwork.rag.llm.Words.Word;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Answers with sentences of the sources, word for word but for Markdown's marks, each with its citation. Which sentences
 * is decided by the question's words in them, in their headings and beside them, by the hit's rank, and by what is asked
 * for: a definition, a number, a name. Calls no model; takes milliseconds for tens of hits.
 *
 * <p>Numbers {@code [n]} count sources in the order in which the answer uses them; sentences of one segment share one.
 *
 * <p>It finds what is said in the question's own words. It does not draw conclusions, and it does not translate.
 * Thread-safe; blocks only to compute.
 */
public final class QuotingAnswerer implements ExtractiveAnswerer {

    /** Sentences of an answer where no other number is given: enough for an answer and its condition. */
    public static final int DEFAULT_SENTENCES = 3;

    /**
     * The weighted share of the question's words that the best sentence must have, with its headings and neighbours.
     * Below it there is no answer.
     */
    public static final double LEAST_COVERED = 0.28;

    /** The same for questions of one or two words: half of so little is chance. */
    public static final double LEAST_COVERED_OF_TWO = 0.55;

    /** The same for scripts without spaces, where pairs of characters run across words and never all match. */
    public static final double LEAST_COVERED_IN_PAIRS = 0.15;

    /** The share of the best sentence's score that further ones must have. */
    private static final double NEAR_BEST = 0.5;

    /** Sentences with more of their words in common say the same. */
    private static final double DUPLICATE = 0.7;

    /** More than this is not read: it is a mistake, or no answer stands so far back. */
    private static final int MOST_HITS = 100;

    private final int sentences;

    /** Makes one that answers with at most {@link #DEFAULT_SENTENCES} sentences. */
    public QuotingAnswerer() {
        this(DEFAULT_SENTENCES);
    }

    /**
     * Makes one.
     *
     * @param sentences the most sentences of an answer, 1 to 20
     */
    public QuotingAnswerer(int sentences) {
        if (sentences < 1 || sentences > 20) {
            throw new IllegalArgumentException("sentences is " + sentences + ", must be from 1 to 20");
        }
        this.sentences = sentences;
    }

    @Override
    public Optional<CitedText> answer(Question question, List<Hit> hits, Deadline deadline)
            throws InterruptedException {
        QuestionWords asked = QuestionWords.of(question.text());
        if (asked.content().isEmpty()) {
            return Optional.empty();
        }
        List<SourceText> sources = new ArrayList<>();
        for (Hit hit : hits.subList(0, Math.min(hits.size(), MOST_HITS))) {
            deadline.check(Hop.EXTRACT);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            sources.add(new SourceText(hit));
        }
        List<Scored> scored = new ArrayList<>(new SentenceScorer(asked, sources).score());
        scored.sort(Comparator.comparingDouble(Scored::score).reversed());
        List<Scored> picked = pick(scored, sources, leastCovered(asked));
        return picked.isEmpty() ? Optional.empty() : Optional.of(write(picked, sources));
    }

    private static double leastCovered(QuestionWords asked) {
        if (asked.inPairs()) {
            return LEAST_COVERED_IN_PAIRS;
        }
        return asked.content().size() <= 2 ? LEAST_COVERED_OF_TWO : LEAST_COVERED;
    }

    private List<Scored> pick(List<Scored> scored, List<SourceText> sources, double leastCovered) {
        List<Scored> picked = new ArrayList<>();
        List<Set<String>> said = new ArrayList<>();
        double best = 0;
        for (Scored candidate : scored) {
            if (picked.size() >= sentences || candidate.score() < best * NEAR_BEST) {
                break;
            }
            Set<String> words = sources.get(candidate.source()).words(candidate.index()).stream()
                    .filter(Word::content)
                    .map(Word::stem)
                    .collect(Collectors.toSet());
            if (candidate.covered() >= leastCovered && said.stream().noneMatch(s -> same(s, words))) {
                picked.add(candidate);
                said.add(words);
                best = Math.max(best, candidate.score());
            }
        }
        return picked;
    }

    private static boolean same(Set<String> a, Set<String> b) {
        Set<String> common = new HashSet<>(a);
        common.retainAll(b);
        return common.size() >= DUPLICATE * Math.max(1, Math.min(a.size(), b.size()));
    }

    /** Writes the sources in the order of their best sentences, each source's sentences in its own order. */
    private static CitedText write(List<Scored> picked, List<SourceText> sources) {
        Map<Integer, List<Integer>> bySource = new LinkedHashMap<>();
        picked.forEach(p ->
                bySource.computeIfAbsent(p.source(), s -> new ArrayList<>()).add(p.index()));
        StringBuilder text = new StringBuilder();
        List<Citation> citations = new ArrayList<>();
        int number = 0;
        for (Map.Entry<Integer, List<Integer>> entry : bySource.entrySet()) {
            number++;
            SourceText source = sources.get(entry.getKey());
            int previous = -2;
            for (int i : entry.getValue().stream().sorted().toList()) {
                boolean together = previous >= 0
                        && source.sentence(previous).block()
                                == source.sentence(i).block();
                text.append(text.isEmpty() ? "" : together ? " " : "\n\n");
                String claim = source.readable(i);
                text.append(claim).append(" [").append(number).append(']');
                citations.add(new Citation(
                        number,
                        Citation.Verdict.QUOTED,
                        source.hit().id(),
                        source.hit().source(),
                        source.startLine(i),
                        source.endLine(i),
                        source.quote(i, i),
                        claim));
                previous = i;
            }
        }
        return new CitedText(text.toString(), citations);
    }
}
