package dev.groundwork.rag.llm;

import dev.groundwork.rag.Hit;
import dev.groundwork.rag.SegmentKeys;
import dev.groundwork.rag.llm.Sentences.Kind;
import dev.groundwork.rag.llm.Sentences.Sentence;
import dev.groundwork.rag.llm.Words.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A hit's text taken apart into sentences and words, with the lines they stand on. Immutable. */
final class SourceText {

    private static final Pattern ITEM_MARK = Pattern.compile("(?:>[ \\t]?)*(?:[-*+•·▪◦‣]|\\d{1,3}[.)])[ \\t]+");

    private final Hit hit;
    private final String raw;
    private final String blanked;
    private final List<Sentence> sentences = new ArrayList<>();
    private final List<List<Word>> words = new ArrayList<>();
    private final List<Word> context;

    SourceText(Hit hit) {
        this.hit = hit;
        this.raw = hit.segment().text();
        this.blanked = Markup.blanked(raw);
        for (Sentence sentence : Sentences.of(raw)) {
            Sentence bare = mayHaveMark(sentence) ? withoutMark(sentence) : sentence;
            sentences.add(bare);
            words.add(Words.of(blanked, bare.start(), bare.end()));
        }
        this.context = Words.of(meta(SegmentKeys.TITLE) + " \n" + meta(SegmentKeys.HEADINGS) + " \n"
                + meta(SegmentKeys.SOURCE).replaceAll("\\.\\w{1,5}$", ""));
    }

    /** Lists that lost their lines on the way are running text with bullets in it. */
    private boolean mayHaveMark(Sentence sentence) {
        return sentence.kind() == Kind.ITEM
                || (sentence.kind() == Kind.PROSE && !Character.isDigit(raw.charAt(sentence.start())));
    }

    private Sentence withoutMark(Sentence sentence) {
        Matcher mark = ITEM_MARK.matcher(raw).region(sentence.start(), sentence.end());
        return mark.lookingAt() && mark.end() < sentence.end()
                ? new Sentence(mark.end(), sentence.end(), sentence.kind(), sentence.block())
                : sentence;
    }

    private String meta(String key) {
        Object value = hit.segment().metadata().toMap().get(key);
        return value == null ? "" : value.toString();
    }

    Hit hit() {
        return hit;
    }

    int size() {
        return sentences.size();
    }

    Sentence sentence(int i) {
        return sentences.get(i);
    }

    List<Word> words(int i) {
        return words.get(i);
    }

    /** Returns the words of title, headings and the document's name. */
    List<Word> context() {
        return context;
    }

    /** Returns the sentences from one to another, inclusive, word for word. */
    String quote(int first, int last) {
        return raw.substring(sentences.get(first).start(), sentences.get(last).end());
    }

    /** Returns a sentence as it reads, without markup. */
    String readable(int i) {
        return Markup.readable(
                blanked.substring(sentences.get(i).start(), sentences.get(i).end()));
    }

    /** Returns the line of the document that a sentence begins on, the segment's first where that can't be told. */
    int startLine(int i) {
        return linesAreExact() ? hit.startLine() + newlines(sentences.get(i).start()) : hit.startLine();
    }

    /** Returns the line of the document that a sentence ends on, the segment's last where that can't be told. */
    int endLine(int i) {
        return linesAreExact() ? hit.startLine() + newlines(sentences.get(i).end()) : lastLine();
    }

    /** Returns the segment's last line, which is never before its first. */
    int lastLine() {
        return Math.max(hit.startLine(), hit.endLine());
    }

    /** A segment's lines can be counted in its text only where that is a stretch of the document as it stands there. */
    private boolean linesAreExact() {
        int end = raw.length();
        while (end > 0 && Character.isWhitespace(raw.charAt(end - 1))) {
            end--;
        }
        int least = newlines(end);
        int span = hit.endLine() - hit.startLine();
        return hit.startLine() > 0 && span >= least && span <= newlines(raw.length());
    }

    private int newlines(int end) {
        int count = 0;
        for (int i = raw.indexOf('\n'); i >= 0 && i < end; i = raw.indexOf('\n', i + 1)) {
            count++;
        }
        return count;
    }
}
