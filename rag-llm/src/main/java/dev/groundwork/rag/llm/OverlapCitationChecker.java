package dev.groundwork.rag.llm;

import dev.groundwork.rag.Citation;
import dev.groundwork.rag.Citation.Verdict;
import dev.groundwork.rag.CitationChecker;
import dev.groundwork.rag.Hit;
import dev.groundwork.rag.llm.CitationMarkers.Marker;
import dev.groundwork.rag.llm.Sentences.Sentence;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks citations by words: a source supports a sentence if it says it word for word, or if enough of the sentence's
 * content words stand in a passage of up to three sentences of it (or in its headings) and all of its numbers and names
 * stand in the source. Calls no model.
 *
 * <ul>
 *   <li>A marker belongs to the sentence it stands in, or that it follows on the same line.
 *   <li>Words are compared without case, width and common endings; Chinese, Japanese and Thai by pairs of characters.
 *   <li>A source supports a sentence also if it supports the part between the previous marker and its own.
 *   <li>Several sources of one sentence may support it together: if they cover it jointly, each that covers
 *       {@link #JOINT_SHARE} of it counts.
 *   <li>A sentence that says what the source says, but for a "not", is unsupported.
 * </ul>
 *
 * <p>It does not understand: a paraphrase without common words, or an answer in another language than its source, counts
 * as unsupported; words in another order count as support. Thread-safe; does not block.
 */
public final class OverlapCitationChecker implements CitationChecker {

    /**
     * The share of a sentence's content words that a source must have. Below it fall sentences that share a subject with
     * the source, and little else.
     */
    public static final double OVERLAP = 0.6;

    /** The same for scripts without spaces: a paraphrase breaks more pairs of characters than words. */
    public static final double PAIR_OVERLAP = 0.5;

    /** The share that each of several sources must have where they support a sentence only together. */
    public static final double JOINT_SHARE = 0.3;

    /** Parts of a sentence with fewer content words are not looked at by themselves. */
    private static final int SHORTEST_PART = 3;

    /** Makes one. */
    public OverlapCitationChecker() {}

    @Override
    public List<Citation> check(String answer, List<Hit> sources) {
        List<Marker> markers = CitationMarkers.in(answer);
        if (markers.isEmpty()) {
            return List.of();
        }
        String bare = without(markers, answer);
        List<Sentence> sentences = Sentences.of(bare);
        String text = Markup.blanked(bare);
        Map<Integer, SourceText> texts = new HashMap<>();
        List<Citation> citations = new ArrayList<>();
        Map<Integer, List<Marker>> bySentence = new LinkedHashMap<>();
        for (Marker marker : markers) {
            bySentence
                    .computeIfAbsent(sentenceOf(marker, sentences, bare), s -> new ArrayList<>())
                    .add(marker);
        }
        bySentence.forEach((index, own) -> {
            Sentence sentence = index < 0 ? null : sentences.get(index);
            int start = sentence == null ? 0 : sentence.start();
            int end = sentence == null ? 0 : sentence.end();
            citations.addAll(check(text, start, end, own, sources, texts));
        });
        return List.copyOf(citations);
    }

    private static List<Citation> check(
            String text, int start, int end, List<Marker> markers, List<Hit> sources, Map<Integer, SourceText> texts) {
        Claim whole = Claim.of(text, start, end);
        String claim = Markup.readable(text.substring(start, end));
        Set<Integer> numbers = new LinkedHashSet<>();
        Map<Integer, Support> supports = new HashMap<>();
        Map<Integer, Support> byPart = new HashMap<>();
        int partStart = start;
        for (Marker marker : markers) {
            int markerStart = Math.clamp(marker.start(), start, end);
            // Markers side by side share the part before the first of them.
            boolean apart = text.substring(partStart, markerStart)
                    .chars()
                    .anyMatch(c -> c != Markup.BLANK && !Character.isWhitespace(c));
            boolean isPart = apart && (partStart > start || markerStart < end);
            Claim part = isPart ? Claim.of(text, partStart, markerStart) : whole;
            for (int number : marker.numbers()) {
                numbers.add(number);
                if (number >= 1 && number <= sources.size()) {
                    SourceText source = texts.computeIfAbsent(number, n -> new SourceText(sources.get(n - 1)));
                    supports.computeIfAbsent(number, n -> Support.of(whole, source));
                    if (isPart && part.content().size() >= SHORTEST_PART) {
                        Support support = Support.of(part, source);
                        if (supported(part, support, false)) {
                            byPart.put(number, support);
                        }
                    }
                }
            }
            if (apart) {
                partStart = Math.clamp(marker.end(), start, end);
            }
        }
        boolean jointly = jointly(whole, supports.values());
        List<Citation> citations = new ArrayList<>();
        for (int number : numbers) {
            Support support = supports.get(number);
            SourceText source = texts.get(number);
            if (support == null || source == null) {
                citations.add(new Citation(number, Verdict.NO_SUCH_SOURCE, "", "", 0, 0, "", claim));
                continue;
            }
            Support part = byPart.get(number);
            if (supported(whole, support, jointly) || part == null) {
                citations.add(citation(number, claim, source, support, supported(whole, support, jointly)));
            } else {
                citations.add(citation(number, claim, source, part, true));
            }
        }
        return citations;
    }

    private static Citation citation(int number, String claim, SourceText source, Support support, boolean supported) {
        Hit hit = source.hit();
        if (!supported) {
            return new Citation(
                    number, Verdict.UNSUPPORTED, hit.id(), hit.source(), hit.startLine(), source.lastLine(), "", claim);
        }
        return new Citation(
                number,
                support.quoted() ? Verdict.QUOTED : Verdict.OVERLAPPING,
                hit.id(),
                hit.source(),
                source.startLine(support.first()),
                source.endLine(support.last()),
                source.quote(support.first(), support.last()),
                claim);
    }

    private static boolean supported(Claim claim, Support support, boolean jointly) {
        if (support.first() < 0 || support.contradicted() || claim.content().isEmpty()) {
            return false;
        }
        double share =
                support.covered().cardinality() / (double) claim.content().size();
        if (jointly && share >= JOINT_SHARE) {
            return true;
        }
        BitSet missing = (BitSet) claim.required().clone();
        missing.andNot(support.anywhere());
        return missing.isEmpty() && share >= threshold(claim);
    }

    private static boolean jointly(Claim claim, Collection<Support> supports) {
        if (supports.size() < 2) {
            return false;
        }
        BitSet covered = new BitSet();
        BitSet missing = (BitSet) claim.required().clone();
        for (Support support : supports) {
            if (!support.contradicted()) {
                covered.or(support.covered());
                missing.andNot(support.anywhere());
            }
        }
        return missing.isEmpty()
                && covered.cardinality() >= threshold(claim) * claim.content().size();
    }

    private static double threshold(Claim claim) {
        return claim.inPairs() ? PAIR_OVERLAP : OVERLAP;
    }

    private static String without(List<Marker> markers, String answer) {
        StringBuilder text = new StringBuilder(answer);
        for (Marker marker : markers) {
            for (int i = marker.start(); i < marker.end(); i++) {
                if (text.charAt(i) != '\n') {
                    text.setCharAt(i, Markup.BLANK);
                }
            }
        }
        return text.toString();
    }

    /** Returns the index of the sentence that a marker belongs to, -1 where there is no sentence at all. */
    private static int sentenceOf(Marker marker, List<Sentence> sentences, String text) {
        int before = -1;
        for (int i = 0; i < sentences.size(); i++) {
            Sentence sentence = sentences.get(i);
            if (sentence.start() <= marker.start() && marker.start() < sentence.end()) {
                return i;
            }
            if (sentence.end() <= marker.start()) {
                before = i;
            }
        }
        int after = before + 1 < sentences.size() ? before + 1 : -1;
        boolean sameLineBefore = before >= 0
                && text.substring(sentences.get(before).end(), marker.start()).indexOf('\n') < 0;
        boolean sameLineAfter = after >= 0
                && text.substring(marker.end(), sentences.get(after).start()).indexOf('\n') < 0;
        if (sameLineBefore || (before >= 0 && !sameLineAfter)) {
            return before;
        }
        return after;
    }
}
