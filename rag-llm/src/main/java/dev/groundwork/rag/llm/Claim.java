package dev.groundwork.rag.llm;

import dev.groundwork.rag.llm.Words.Kind;
import dev.groundwork.rag.llm.Words.Word;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A sentence of an answer, or a part of one, as it is looked for in a source.
 *
 * @param words all its words
 * @param content those with a meaning of their own
 * @param required which of those a source must have: numbers and names
 * @param quotation the words of its longest quotation, empty where it has none that is long enough
 */
record Claim(List<Word> words, List<Word> content, BitSet required, List<Word> quotation) {

    private static final Pattern QUOTATION = Pattern.compile(
            "\"([^\"\\n]{8,1000})\"|[“„]([^“”„\\n]{8,1000})[”“]|«([^»\\n]{8,1000})»|「([^」\\n]{4,1000})」");

    /** Where nouns are written like names, a capital says nothing. */
    private static final Set<String> GERMAN = Set.of(
            "der", "die", "das", "und", "ist", "ein", "eine", "nicht", "mit", "von", "wird", "werden", "dem", "den",
            "für");

    /** @param text blanked of markup */
    static Claim of(String text, int from, int to) {
        List<Word> words = Words.of(text, from, to);
        List<Word> content = words.stream().filter(Word::content).toList();
        boolean german =
                words.stream().filter(w -> GERMAN.contains(w.folded())).limit(2).count() == 2;
        BitSet required = new BitSet();
        for (int i = 0; i < content.size(); i++) {
            Word word = content.get(i);
            boolean first = word.start() == words.getFirst().start();
            if (word.kind() == Kind.NUMBER || (word.kind() == Kind.PLAIN && name(text, word, first || german))) {
                required.set(i);
            }
        }
        List<Word> quotation = List.of();
        Matcher matcher = QUOTATION.matcher(text).region(from, to);
        while (matcher.find()) {
            List<Word> quoted = Words.of(text, matcher.start() + 1, matcher.end() - 1);
            if (quoted.size() >= Support.SHORTEST_QUOTE && quoted.size() > quotation.size()) {
                quotation = quoted;
            }
        }
        return new Claim(words, content, required, quotation);
    }

    /** Returns whether most of it is in a script without spaces, where pairs of characters are compared. */
    boolean inPairs() {
        return content.stream().filter(w -> w.kind() == Kind.PAIR).count() * 2 > content.size();
    }

    private static boolean name(String text, Word word, boolean capitalSaysNothing) {
        String written = text.substring(word.start(), word.end());
        if (written.chars().anyMatch(Character::isDigit)) {
            return true;
        }
        boolean capital = Character.isUpperCase(written.codePointAt(0));
        boolean allCapitals = written.length() > 1
                && written.chars().filter(Character::isUpperCase).count() >= 2;
        return allCapitals || (capital && !capitalSaysNothing);
    }
}
