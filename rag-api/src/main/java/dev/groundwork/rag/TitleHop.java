package dev.groundwork.rag;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.store.embedding.filter.Filter;
import dev.langchain4j.store.embedding.filter.comparison.IsIn;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The second step of a question that takes two: a document whose title the best hits name is looked for, and raised. "Which
 * country is the director of this film from?" finds the film; the director, of whom the question says nothing, stands in its
 * text.
 *
 * <p>It raises by no more than a quarter of what the hit has that names the title, so that what words and vectors agree on
 * stays in front: a document that the question itself is far from gets into the ranking, and not to its top. Only names are
 * followed, written with capitals and the same as the title, that one document has, or two.
 */
final class TitleHop {

    /** The part of the naming hit's score that the named one gets. */
    private static final double RAISE = 0.25;

    /** The most names that are looked for. */
    private static final int MAX_NAMES = 400;

    /** The most segments that are found by them. */
    private static final int MAX_FOUND = 20;

    /** A title that more documents have is a subject, and no name of one of them. */
    private static final int MAX_NAMESAKES = 2;

    /** Text beyond is not read for names. */
    private static final int MAX_CHARS = 4_000;

    private static final int MAX_NAME_WORDS = 6;
    private static final int MIN_NAME_CHARS = 3;

    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+(?:[.'’&/-][\\p{L}\\p{N}]+)*");
    private static final Pattern POSSESSIVE = Pattern.compile("['’]s$");

    /** Small words within names. */
    private static final Set<String> WITHIN = Set.of(
            "of", "the", "and", "in", "on", "for", "to", "de", "la", "le", "du", "der", "von", "van", "und", "at");

    private static final Comparator<Ranked> BEST_FIRST =
            Comparator.comparingDouble((Ranked r) -> -r.score).thenComparing(r -> r.hit.id());

    private final Hit hit;

    private TitleHop(Hit hit) {
        this.hit = hit;
    }

    private record Ranked(Hit hit, double score) {}

    /**
     * Looks for what the best hits name.
     *
     * @param filter the question's
     * @param embedding its vector
     * @param fused the ranking so far, scores from 0 to 1
     * @param cosines of what the vector leg found, which say what one is worth here
     * @param vectorWeight what the vector leg counts
     * @param sources how many of the best hits are read
     * @return the ranking with what was found, each hit with a score of hop {@link Hop#TITLES}; the given one where nothing was
     */
    static List<Hit> follow(
            @Nullable Filter filter,
            Embedding embedding,
            SegmentReader index,
            List<Hit> fused,
            MinMax cosines,
            double vectorWeight,
            int sources) {
        Map<String, TitleHop> names = names(fused.subList(0, Math.min(sources, fused.size())));
        if (names.isEmpty()) {
            return fused;
        }
        Filter titled = new IsIn(SegmentKeys.TITLE, names.keySet());
        List<Hit> found = index.searchVector(embedding, MAX_FOUND, filter == null ? titled : filter.and(titled));
        Map<String, Set<String>> documents = new HashMap<>();
        found.forEach(hit ->
                documents.computeIfAbsent(title(hit), t -> new HashSet<>()).add(hit.source()));
        Map<String, Double> raised = new HashMap<>();
        Map<String, Hit> added = new LinkedHashMap<>();
        fused.forEach(hit -> added.put(hit.id(), hit));
        for (Hit hit : found) {
            TitleHop from = names.get(title(hit));
            if (from != null && documents.getOrDefault(title(hit), Set.of()).size() <= MAX_NAMESAKES) {
                raised.put(hit.id(), RAISE * from.hit.score().value());
                added.putIfAbsent(hit.id(), hit);
            }
        }
        return raised.isEmpty() ? fused : ranked(added.values().stream().toList(), raised, cosines, vectorWeight);
    }

    private static List<Hit> ranked(List<Hit> hits, Map<String, Double> raised, MinMax cosines, double vectorWeight) {
        List<Ranked> ranking = new ArrayList<>();
        for (Hit hit : hits) {
            Score last = hit.score();
            double base = last.kind() == Score.Kind.FUSED
                    ? last.value()
                    : cosines.tellsApart() ? vectorWeight * Math.clamp(cosines.scale(last.value()), 0, 1) : 0;
            ranking.add(new Ranked(hit, Math.min(1, base + raised.getOrDefault(hit.id(), 0.0))));
        }
        ranking.sort(BEST_FIRST);
        List<Hit> result = new ArrayList<>();
        for (Ranked one : ranking) {
            result.add(one.hit.with(new Score(Hop.TITLES, Score.Kind.FUSED, one.score, result.size() + 1)));
        }
        return result;
    }

    /** Returns each name with the best hit that has it; no hit's own title. */
    private static Map<String, TitleHop> names(List<Hit> sources) {
        Map<String, TitleHop> names = new LinkedHashMap<>();
        for (Hit hit : sources) {
            Set<String> own = namesIn(hit.segment().text());
            own.remove(title(hit));
            for (String name : own) {
                if (names.size() < MAX_NAMES) {
                    names.putIfAbsent(name, new TitleHop(hit));
                }
            }
        }
        return names;
    }

    private static String title(Hit hit) {
        String title = hit.segment().metadata().getString(SegmentKeys.TITLE);
        return title == null ? "" : title;
    }

    private record Word(int start, int end, boolean capital, boolean within) {}

    /** Returns every run of up to six words that begins and ends with a capital or a digit, as it stands in the text. */
    static Set<String> namesIn(String whole) {
        String text = whole.length() <= MAX_CHARS ? whole : whole.substring(0, MAX_CHARS);
        List<Word> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(text);
        while (matcher.find()) {
            int first = text.codePointAt(matcher.start());
            boolean capital = Character.isUpperCase(first) || Character.isTitleCase(first) || Character.isDigit(first);
            words.add(new Word(matcher.start(), matcher.end(), capital, WITHIN.contains(matcher.group())));
        }
        Set<String> names = new HashSet<>();
        for (int from = 0; from < words.size(); from++) {
            if (words.get(from).capital()) {
                addNames(text, words, from, names);
            }
        }
        return names;
    }

    private static void addNames(String text, List<Word> words, int from, Set<String> names) {
        int start = words.get(from).start();
        int last = start;
        for (int to = from; to < Math.min(words.size(), from + MAX_NAME_WORDS); to++) {
            Word word = words.get(to);
            boolean apart = to > from && !joins(text.substring(words.get(to - 1).end(), word.start()));
            if (apart || !(word.capital() || word.within())) {
                return;
            }
            last = word.end();
            if (word.capital() && last - start >= MIN_NAME_CHARS) {
                String name = text.substring(start, last);
                names.add(name);
                String bare = POSSESSIVE.matcher(name).replaceFirst("");
                if (bare.length() >= MIN_NAME_CHARS) {
                    names.add(bare);
                }
            }
        }
    }

    /** Returns whether what stands between two words may stand within a name: a space, a comma, the dot of an initial. */
    private static boolean joins(String gap) {
        return gap.equals(" ") || gap.equals(", ") || gap.equals(". ") || gap.equals(": ") || gap.equals("\n");
    }
}
