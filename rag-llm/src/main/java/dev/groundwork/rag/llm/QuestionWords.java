package dev.groundwork.rag.llm;

import dev.groundwork.rag.llm.Words.Word;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a question asks for.
 *
 * @param content its words with a meaning of their own, each once
 * @param names which of those are names
 * @param definition whether it asks what something is or does
 * @param number whether it asks for a number or a time
 * @param name whether it asks for a person, a place or a name
 */
record QuestionWords(List<Word> content, BitSet names, boolean definition, boolean number, boolean name) {

    private static final int FLAGS = Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;
    private static final Pattern DEFINITION = Pattern.compile(
            "^\\s*(?:what(?:'s| is| are| does| do)\\b(?!.*\\b(?:number|year|date|percentage)\\b)|(?:please"
                    + " )?(?:define|explain|describe)\\b|was (?:ist|sind|macht|bedeutet|tut)\\b|qu'est-ce que|que"
                    + " fait\\b|qué (?:es|son|hace)\\b|(?:che )?cos'è\\b|o que é\\b|wat"
                    + " (?:is|zijn|doet)\\b)|什么是|是什么|什麼是|是什麼|とは",
            FLAGS);
    private static final Pattern NUMBER = Pattern.compile(
            "\\b(?:how (?:many|much|long|old|often|far|large|big|fast|high|tall)|when|(?:what|which|in what)"
                + " (?:year|date|day|time|number|percentage|percent|port|size|age|amount)|wie ?viele?|wann|wie"
                + " (?:lange|oft|groß|hoch|alt)|combien|quand|cuánt[oa]s?|cuándo|quant[ie]|quando|hoeveel|wanneer)\\b"
                + "|多少|几|幾|何时|什么时候|哪一年|哪年",
            FLAGS);
    private static final Pattern NAME = Pattern.compile(
            "\\b(?:who|whom|whose|where|which"
                + " (?:person|country|city|company|team)|wer|wem|wen|wo|woher|wohin|qui|où|quién|dónde|chi|dove|quem|onde)\\b"
                + "|谁|誰|哪里|哪裡|哪个|何处",
            FLAGS);

    /** Returns whether most of it is in a script without spaces. */
    boolean inPairs() {
        return content.stream().filter(w -> w.kind() == Words.Kind.PAIR).count() * 2 > content.size();
    }

    static QuestionWords of(String question) {
        List<Word> content = new ArrayList<>();
        BitSet names = new BitSet();
        Claim claim = Claim.of(question, 0, question.length());
        for (int i = 0; i < claim.content().size(); i++) {
            Word word = claim.content().get(i);
            if (content.stream().noneMatch(w -> Words.alike(w, word))) {
                names.set(content.size(), claim.required().get(i) && word.kind() == Words.Kind.PLAIN);
                content.add(word);
            }
        }
        boolean number = NUMBER.matcher(question).find();
        return new QuestionWords(
                content,
                names,
                DEFINITION.matcher(question).find(),
                number,
                !number && NAME.matcher(question).find());
    }
}
