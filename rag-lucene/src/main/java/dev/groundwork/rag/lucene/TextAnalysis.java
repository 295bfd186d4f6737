package dev.groundwork.rag.lucene;

import dev.groundwork.rag.SegmentKeys;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What decides which terms a text has in the index: kept in its manifest, for terms of two kinds would not find each other.
 * All text has the words of any language; text of a language that has an analysis of its own has that one's, too.
 *
 * @param id names the versions of the analyses, and how a segment's language is known
 */
record TextAnalysis(String id) {

    /** Changes whenever the terms of any text may change, and whenever a text may be taken for another language. */
    private static final String VERSION = TextAnalyzer.ID + " languages/1 ";

    /** A segment is in the language that its metadata say; else in the one that it is taken for. */
    static final TextAnalysis DETECTED = new TextAnalysis(VERSION + "detected");

    /** A segment is in the language that its metadata say, or in none. */
    static final TextAnalysis DECLARED = new TextAnalysis(VERSION + "declared");

    /** What an index has where nothing else is asked for. */
    static final TextAnalysis DEFAULT = DETECTED;

    /** A segment is in the language that its metadata say; else in this one. */
    static TextAnalysis of(String language) {
        return new TextAnalysis(VERSION + language);
    }

    /** Returns whether this version of the code makes these terms. */
    boolean isKnown() {
        return equals(DETECTED)
                || equals(DECLARED)
                || (id.startsWith(VERSION) && Languages.choices().contains(mode()));
    }

    private String mode() {
        return id.substring(VERSION.length());
    }

    /**
     * Returns the language whose analysis a segment has besides.
     *
     * @param metadata the segment's
     * @param text its text, {@linkplain TextAnalyzer#normalize normalized}
     * @return a code; {@code null} for none
     */
    @Nullable
    String language(Map<String, Object> metadata, String text) {
        if (metadata.get(SegmentKeys.LANGUAGE) instanceof String tag && !tag.isBlank()) {
            return Languages.ofTag(tag);
        }
        if (equals(DECLARED)) {
            return null;
        }
        return equals(DETECTED) ? LanguageDetector.detect(text) : Languages.ofTag(mode());
    }

    /** Names it as a message does. */
    @Override
    public String toString() {
        return id;
    }
}
