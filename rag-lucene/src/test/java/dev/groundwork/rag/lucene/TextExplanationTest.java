package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.segment;
import static dev.groundwork.rag.lucene.Segments.upsert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.tuple;

import dev.groundwork.rag.IndexedSegment;
import dev.groundwork.rag.SegmentKeys;
import dev.groundwork.rag.lucene.TextExplanation.Match;
import dev.langchain4j.data.document.Metadata;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TextExplanationTest {

    private static final TextSettings DECLARED = TextSettings.defaults().declaredLanguage();

    private static LuceneIndex index(TextSettings settings, IndexedSegment... segments) {
        LuceneIndex index = LuceneIndex.builder().text(settings).open();
        index.apply(upsert(segments));
        return index;
    }

    private static Optional<TextExplanation> explain(LuceneIndex index, TextSettings settings, String id, String text) {
        TextSearch search = new TextSearch(new TextAnalyzer(), settings);
        return index.engine().read("explain", snapshot -> search.explain(snapshot, id, text));
    }

    @Test
    void namesTheWordsAndWhatEachCounts() {
        try (LuceneIndex index = index(
                DECLARED,
                segment("a", "Keys rotate. A key is a secret.", Metadata.from(SegmentKeys.TITLE, "Secrets"), 1, 0),
                segment("b", "Nothing of the kind", Metadata.from(SegmentKeys.TITLE, "Other"), 1, 0))) {
            TextExplanation why = explain(index, DECLARED, "a", "Which KEYS are secret, and which not?")
                    .orElseThrow();

            // idf = ln(1 + (2 - 1 + .5) / (1 + .5)) = .693; tf = freq / (freq + 1.2 (.25 + .75 length / average))
            Match keys = why.matches().get(0);
            assertThat(keys.words()).isEqualTo("KEYS");
            assertThat(keys.term()).isEqualTo("kei");
            assertThat(keys.field()).isEqualTo("text");
            assertThat(keys.language()).isEmpty();
            assertThat(keys.frequency()).isEqualTo(2);
            assertThat(keys.boost()).isEqualTo(1);
            assertThat(keys.idf()).isCloseTo(.6931, offset(1e-4));
            assertThat(keys.tf()).isCloseTo(2 / (2 + 1.2 * (.25 + .75 * 7 / 5.5)), offset(1e-4));
            Match secret = why.matches().get(1);
            assertThat(secret.words()).isEqualTo("secret");
            assertThat(secret.field()).isEqualTo("text");
            assertThat(secret.tf()).isCloseTo(1 / (1 + 1.2 * (.25 + .75 * 7 / 5.5)), offset(1e-4));
            Match title = why.matches().get(2);
            assertThat(title.words()).isEqualTo("secret");
            assertThat(title.field()).isEqualTo("title");
            assertThat(title.boost()).isEqualTo(.5);
            assertThat(title.tf()).isCloseTo(1 / 2.2, offset(1e-4));
            assertThat(title.score()).isCloseTo(.5 * .6931 / 2.2, offset(1e-4));
            assertThat(why.matches()).hasSize(3);
            assertThat(why.matches().stream().mapToDouble(Match::share).sum()).isCloseTo(1, offset(1e-9));
            assertThat(why.score())
                    .isCloseTo(
                            index.searchText("Which KEYS are secret, and which not?", 1, null)
                                    .get(0)
                                    .score()
                                    .value(),
                            offset(1e-6));
        }
    }

    @Test
    void namesTheFormThatCountsAndTheLanguageItIsFrom() {
        TextSettings german = TextSettings.defaults().language("de");
        try (LuceneIndex index =
                index(german, segment("a", "Die Häuser am See", 1, 0), segment("b", "Ein Wald", 1, 0))) {
            TextExplanation why = explain(index, german, "a", "Haus am See").orElseThrow();

            assertThat(why.matches())
                    .extracting(Match::words, Match::term, Match::language)
                    .contains(tuple("Haus", "haus", "de"))
                    .hasSize(3);
            assertThat(why.score())
                    .isCloseTo(
                            index.searchText("Haus am See", 1, null)
                                    .get(0)
                                    .score()
                                    .value(),
                            offset(1e-6));
        }
    }

    @Test
    void namesNeighbours() {
        TextSettings phrases = DECLARED.phraseBoost(.5f);
        try (LuceneIndex index =
                index(phrases, segment("a", "a key rotation plan", 1, 0), segment("b", "other", 1, 0))) {
            TextExplanation why = explain(index, phrases, "a", "key rotation").orElseThrow();

            assertThat(why.matches()).extracting(Match::words).contains("key", "rotation", "key rotation");
            Match pair = why.matches().stream()
                    .filter(match -> match.words().equals("key rotation"))
                    .findAny()
                    .orElseThrow();
            assertThat(pair.boost()).isEqualTo(.5);
            assertThat(pair.frequency()).isEqualTo(1);
            assertThat(pair.idf()).isCloseTo(2 * .6931, offset(1e-4));
            assertThat(why.score())
                    .isCloseTo(
                            index.searchText("key rotation", 1, null)
                                    .get(0)
                                    .score()
                                    .value(),
                            offset(1e-6));
        }
    }

    @Test
    void hasNoMatchWhereTheTextDoesNotFindTheSegment() {
        try (LuceneIndex index = index(DECLARED, segment("a", "alpha", 1, 0))) {
            for (String text : new String[] {"beta", "", "?"}) {
                TextExplanation why = explain(index, DECLARED, "a", text).orElseThrow();
                assertThat(why.score()).isZero();
                assertThat(why.matches()).isEmpty();
                assertThat(why).hasToString("a: 0.000");
            }
        }
    }

    @Test
    void isEmptyWhereThereIsNoSuchSegment() {
        try (LuceneIndex index = index(DECLARED, segment("a", "alpha", 1, 0))) {
            assertThat(explain(index, DECLARED, "b", "alpha")).isEmpty();
        }
    }

    @Test
    void readsLineByLine() {
        try (LuceneIndex index = index(DECLARED, segment("a", "Rotating keys", 1, 0), segment("b", "No", 1, 0))) {
            assertThat(explain(index, DECLARED, "a", "rotate it").orElseThrow()).hasToString("""
                a: 0.277
                  rotate (rotat) in text: 0.277 (100 %) = boost 1.00 x idf 0.693 x tf 0.400, 1 times\
                """);
        }
    }
}
