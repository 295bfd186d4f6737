package dev.groundwork.rag.lucene;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How an index makes words of texts, and what they count. Immutable; each method returns a changed copy.
 *
 * <pre>{@code
 * TextSettings german = TextSettings.defaults().language("de").titleBoost(1);
 * }</pre>
 *
 * <p>Text of any language is found by its words as they are written, accents or not, Chinese and Japanese among them. Text
 * of a language that has an analysis of its own is found by other forms of its words as well: {@code Haus} by
 * {@code Häuser}. Of which language a segment is, its metadata say ({@link dev.groundwork.rag.SegmentKeys#LANGUAGE}), or
 * {@link #language}, or its text, {@link #detectLanguage}. A question needs no language: it is looked for in all those that
 * the index holds, and counted once.
 *
 * <p>Measured, BM25 alone, nDCG@10 of German questions (xquad_de): .928 without the language, .941 detected, .942 chosen; of
 * the English and Chinese sets the same in all three. An index of German text takes a tenth more space, a search in it up
 * to twice as long; where no segment is in a language of its own, nothing changes.
 *
 * <p>Languages are decided when an index is made: it refuses to be opened with others. Boosts may differ at each opening.
 */
public final class TextSettings {

    /**
     * What a word in title or headings counts beside one in the text. Measured, BM25 alone, nDCG@10 at 0, .3, .5, 1, 2:
     * medquad .741 .790 .808 .837 .852; scifact_train .690 .697 .697 .682 .622; xquad_en .967 throughout.
     */
    public static final float TITLE_BOOST = 0.5f;

    /**
     * What two neighbouring words count besides: nothing, for it gains no more than .001 anywhere. Measured, BM25 alone,
     * nDCG@10 at 0, .1, .3: medquad .808 .808 .804; scifact_train .697 .698 .696; xquad_en .967 .967 .968; xquad_de
     * .928 .926 .925; xquad_zh .967 throughout.
     */
    public static final float PHRASE_BOOST = 0;

    /** The largest boost. */
    public static final float MAX_BOOST = 100;

    private static final TextSettings DEFAULTS = new TextSettings(null, TITLE_BOOST, PHRASE_BOOST);

    private final @Nullable TextAnalysis analysis;
    private final float titleBoost;
    private final float phraseBoost;

    private TextSettings(@Nullable TextAnalysis analysis, float titleBoost, float phraseBoost) {
        this.analysis = analysis;
        this.titleBoost = titleBoost;
        this.phraseBoost = phraseBoost;
    }

    /**
     * Returns the defaults: languages as the index was made with, {@linkplain #detectLanguage() detected} in a new one;
     * {@link #TITLE_BOOST} and {@link #PHRASE_BOOST}.
     */
    public static TextSettings defaults() {
        return DEFAULTS;
    }

    /**
     * Says that all text is of one language, but for segments whose metadata say otherwise.
     *
     * @param code an ISO 639-1 code
     * @throws IllegalArgumentException if there is no analysis for it; the message lists those that there are
     */
    public TextSettings language(String code) {
        Objects.requireNonNull(code, "code");
        if (!Languages.choices().contains(code)) {
            throw new IllegalArgumentException("language is '" + code + "', must be one of "
                    + String.join(", ", Languages.choices())
                    + "; text of other languages is found without a setting");
        }
        return new TextSettings(TextAnalysis.of(code), titleBoost, phraseBoost);
    }

    /** Says that a segment's language is told by its text, unless its metadata say it. What is in doubt is in none. */
    public TextSettings detectLanguage() {
        return new TextSettings(TextAnalysis.DETECTED, titleBoost, phraseBoost);
    }

    /** Says that only metadata tell a segment's language. */
    public TextSettings declaredLanguage() {
        return new TextSettings(TextAnalysis.DECLARED, titleBoost, phraseBoost);
    }

    /**
     * Sets what a word in title or headings counts, where one in the text counts 1.
     *
     * @param value from 0, which leaves titles out, to {@link #MAX_BOOST}
     */
    public TextSettings titleBoost(float value) {
        return new TextSettings(analysis, checked("titleBoost", value), phraseBoost);
    }

    /**
     * Sets what it counts that two words which are neighbours in the question are so in the text, or have one word between
     * them, where each word by itself counts 1.
     *
     * @param value from 0, for which nothing is done, to {@link #MAX_BOOST}
     */
    public TextSettings phraseBoost(float value) {
        return new TextSettings(analysis, titleBoost, checked("phraseBoost", value));
    }

    private static float checked(String name, float value) {
        if (!(value >= 0 && value <= MAX_BOOST)) {
            throw new IllegalArgumentException(name + " is " + value + ", must be from 0 to " + MAX_BOOST);
        }
        return value;
    }

    /** Returns what a word in title or headings counts. */
    public float titleBoost() {
        return titleBoost;
    }

    /** Returns what two neighbouring words count besides. */
    public float phraseBoost() {
        return phraseBoost;
    }

    /** Returns what was said of languages; {@code null} for as the index was made. */
    @Nullable
    TextAnalysis analysis() {
        return analysis;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TextSettings that
                && Objects.equals(analysis, that.analysis)
                && titleBoost == that.titleBoost
                && phraseBoost == that.phraseBoost;
    }

    @Override
    public int hashCode() {
        return Objects.hash(analysis, titleBoost, phraseBoost);
    }

    @Override
    public String toString() {
        return "TextSettings[analysis=" + (analysis == null ? "as the index was made" : analysis) + ", titleBoost="
                + titleBoost + ", phraseBoost=" + phraseBoost + "]";
    }
}
