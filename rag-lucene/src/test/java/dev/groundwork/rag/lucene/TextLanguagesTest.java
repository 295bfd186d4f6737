package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.ids;
import static dev.groundwork.rag.lucene.Segments.segment;
import static dev.groundwork.rag.lucene.Segments.upsert;
import static dev.langchain4j.store.embedding.filter.MetadataFilterBuilder.metadataKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import dev.groundwork.rag.Hit;
import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexException;
import dev.groundwork.rag.IndexedSegment;
import dev.groundwork.rag.SegmentKeys;
import dev.langchain4j.data.document.Metadata;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Text of languages that have an analysis of their own. */
class TextLanguagesTest {

    private static final String ABOUT_HOUSES = "Die Häuser an der Straße sind alt und werden nicht mehr verkauft";

    private static LuceneIndex index(TextSettings settings, IndexedSegment... segments) {
        LuceneIndex index = LuceneIndex.builder().text(settings).open();
        index.apply(upsert(segments));
        return index;
    }

    private static List<String> find(LuceneIndex index, String text) {
        return ids(index.searchText(text, 10, null));
    }

    private static Map<String, Integer> fields(LuceneIndex index) {
        return index.engine().read("fields", snapshot -> snapshot.textFields().counts());
    }

    private static IndexedSegment inLanguage(String id, String text, String language) {
        return segment(id, text, Metadata.from(SegmentKeys.LANGUAGE, language), 1, 0);
    }

    @Test
    void findsOtherFormsOfAWordInTheLanguageThatWasChosen() {
        try (LuceneIndex index = index(TextSettings.defaults().language("de"), segment("a", "Häuser", 1, 0))) {
            assertThat(find(index, "Haus")).containsExactly("a");
            assertThat(find(index, "HAUSES")).containsExactly("a");
            assertThat(find(index, "hauser")).containsExactly("a");
            assertThat(find(index, "Maus")).isEmpty();
        }
    }

    @Test
    void findsOtherFormsOfAWordInTheLanguageThatTheTextIsIn() {
        try (LuceneIndex index = index(
                TextSettings.defaults(),
                segment("de", ABOUT_HOUSES, 1, 0),
                segment("fr", "Les chevaux de la ville ne sont pas dans les rues mais sur la place", 1, 0),
                segment("en", "The horses of the city are on the square", 1, 0))) {
            assertThat(fields(index))
                    .containsEntry("text", 3)
                    .containsEntry("text_de", 1)
                    .containsEntry("text_fr", 1)
                    .doesNotContainKey("text_en");
            assertThat(find(index, "Haus")).containsExactly("de");
            assertThat(find(index, "cheval")).containsExactly("fr");
            assertThat(find(index, "horse")).containsExactly("en");
        }
    }

    @Test
    void takesTheLanguageThatMetadataTellBeforeAnyOther() {
        for (TextSettings settings : List.of(
                TextSettings.defaults().declaredLanguage(),
                TextSettings.defaults().detectLanguage(),
                TextSettings.defaults().language("fr"))) {
            try (LuceneIndex index = index(
                    settings,
                    inLanguage("de", "Häuser", "de-AT"),
                    inLanguage("fi", ABOUT_HOUSES, "fi"),
                    inLanguage("pl", "Les chevaux de la ville ne sont pas dans les rues", "pl"))) {
                assertThat(fields(index).keySet())
                        .containsExactlyInAnyOrder("text", "title", "text_de", "title_de", "text_fi", "title_fi");
                assertThat(find(index, "Haus")).containsExactly("de");
                assertThat(find(index, "cheval")).isEmpty();
            }
        }
    }

    @Test
    void takesMetadataThatAreNoLanguageForNone() {
        try (LuceneIndex index = index(
                TextSettings.defaults().language("de"),
                segment("number", "Häuser", new Metadata().put(SegmentKeys.LANGUAGE, 7), 1, 0),
                inLanguage("blank", "Häuser", " "),
                inLanguage("unknown", "Häuser", "klingon"))) {
            assertThat(find(index, "Haus")).containsExactly("blank", "number");
            assertThat(find(index, "Häuser")).containsExactly("blank", "number", "unknown");
        }
    }

    @Test
    void looksForNoLanguageWhereOnlyMetadataTell() {
        try (LuceneIndex index = index(TextSettings.defaults().declaredLanguage(), segment("a", ABOUT_HOUSES, 1, 0))) {
            assertThat(find(index, "Haus")).isEmpty();
            assertThat(fields(index)).containsOnlyKeys("text", "title");
        }
    }

    @Test
    void addsNoFieldForALanguageThatAllTextServes() {
        try (LuceneIndex index = index(TextSettings.defaults().language("en"), segment("a", ABOUT_HOUSES, 1, 0))) {
            assertThat(fields(index)).containsOnlyKeys("text", "title");
        }
    }

    @Test
    void findsOtherFormsOfATitlesWords() {
        try (LuceneIndex index = index(
                TextSettings.defaults().language("de"),
                segment("title", "…", Metadata.from(SegmentKeys.TITLE, "Alte Häuser"), 1, 0),
                segment("headings", "…", Metadata.from(SegmentKeys.HEADINGS, "Städte › Häuser"), 1, 0))) {
            assertThat(find(index, "Haus")).containsExactlyInAnyOrder("title", "headings");
        }
    }

    @Test
    void countsASegmentOnceThatIsFoundInTwoFields() {
        IndexedSegment[] segments = {
            segment("a", "Das Haus steht am See", 1, 0), segment("b", "Der Wald ist dunkel", 1, 0)
        };
        try (LuceneIndex plain = index(TextSettings.defaults().declaredLanguage(), segments);
                LuceneIndex german = index(TextSettings.defaults().language("de"), segments)) {
            Hit once = plain.searchText("Haus", 10, null).get(0);
            Hit twice = german.searchText("Haus", 10, null).get(0);

            // .6931 = ln(1 + 1.5 / 1.5); the German field holds less words, "das" and "am" are left out
            assertThat(once.score().value()).isCloseTo(.6931 * 1 / (1 + 1.2 * (.25 + .75 * 5 / 4.5)), offset(1e-4));
            assertThat(twice.score().value()).isCloseTo(.6931 * 1 / (1 + 1.2 * (.25 + .75 * 3 / 2.5)), offset(.1));
            assertThat(twice.score().value()).isLessThan(1.2 * once.score().value());
        }
    }

    @Test
    void weighsAWordAsRareAsItIsInTheWholeIndexAndNotInItsLanguage() {
        // "the" is in every English segment and in one German one, where it is rare
        try (LuceneIndex index = index(
                TextSettings.defaults().declaredLanguage(),
                inLanguage("quotes", "the Zauberberg ist ein Roman über einen Berg und seine Gäste", "de"),
                inLanguage("de2", "Ein anderer Roman über andere Leute und ihre Sorgen", "de"),
                inLanguage("de3", "Kein Roman, aber eine Novelle über einen Falken", "de"),
                inLanguage("en1", "The garden of the house is behind the wall", "en"),
                inLanguage("en2", "The tower stands by the river in the valley", "en"),
                inLanguage("en3", "The mountain is higher than the clouds", "en"))) {
            assertThat(find(index, "the garden")).startsWith("en1");
            assertThat(find(index, "the tower")).startsWith("en2");
            double quoted = index.searchText("the", 10, null).stream()
                    .filter(hit -> hit.id().equals("quotes"))
                    .findAny()
                    .orElseThrow()
                    .score()
                    .value();
            assertThat(quoted)
                    .isLessThan(index.searchText("the", 1, null).get(0).score().value());
        }
    }

    @Test
    void followsASegmentThatChangesItsLanguage() {
        try (LuceneIndex index = index(TextSettings.defaults(), inLanguage("a", "Häuser", "de"))) {
            assertThat(find(index, "Haus")).containsExactly("a");
            index.apply(upsert(inLanguage("a", "chevaux", "fr")));

            assertThat(find(index, "Haus")).isEmpty();
            assertThat(find(index, "cheval")).containsExactly("a");
            index.apply(List.of(new IndexChange.Delete(List.of("a"))));
            assertThat(find(index, "cheval")).isEmpty();
        }
    }

    @Test
    void keepsToAFilterInAFieldOfALanguage() {
        try (LuceneIndex index = index(
                TextSettings.defaults().language("de"),
                segment("a", "Häuser", Metadata.from("k", "1"), 1, 0),
                segment("b", "Häuser", Metadata.from("k", "2"), 1, 0))) {
            assertThat(ids(index.searchText("Haus", 10, metadataKey("k").isEqualTo("2"))))
                    .containsExactly("b");
        }
    }

    @Test
    void ordersTiesByIdInAFieldOfALanguage() {
        try (LuceneIndex index = LuceneIndex.builder()
                .text(TextSettings.defaults().language("de"))
                .open()) {
            for (String id : List.of("d", "b", "e", "a", "c")) {
                index.apply(upsert(segment(id, "Häuser", 1, 0)));
            }
            assertThat(find(index, "Haus")).containsExactly("a", "b", "c", "d", "e");
            assertThat(ids(index.searchText("Haus", 2, null))).containsExactly("a", "b");
        }
    }

    @Test
    void findsWordsThatOneAnalysisPartsAndAnotherDoesNot() {
        try (LuceneIndex index = index(
                TextSettings.defaults().language("fa"),
                segment("a", "کتاب\u200cها", 1, 0),
                segment("b", "خانه", 1, 0))) {
            assertThat(find(index, "کتاب\u200cها")).containsExactly("a");
            assertThat(find(index, "کتاب")).containsExactly("a");
            assertThat(find(index, "کتاب\u200cخانه")).containsExactlyInAnyOrder("a", "b"); // two words in one
        }
    }

    // ---- the manifest

    @Test
    void refusesToOpenAnIndexWithOtherLanguagesThanItWasMadeWith(@TempDir Path folder) {
        TextSettings german = TextSettings.defaults().language("de");
        LuceneIndex.builder().path(folder).text(german).open().close();

        assertThatThrownBy(() -> LuceneIndex.builder()
                        .path(folder)
                        .text(TextSettings.defaults().detectLanguage())
                        .open())
                .isInstanceOf(IndexException.class)
                .hasMessageContaining("languages/1 de")
                .hasMessageContaining("languages/1 detected");
        LuceneIndex.builder().path(folder).text(german.titleBoost(1)).open().close();
    }

    @Test
    void keepsToTheLanguagesOfTheIndexWhereNoneAreAskedFor(@TempDir Path folder) {
        LuceneIndex.builder()
                .path(folder)
                .text(TextSettings.defaults().language("de"))
                .open()
                .close();
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.apply(upsert(segment("a", "Häuser", 1, 0)));
            assertThat(find(index, "Haus")).containsExactly("a");
        }
        try (LuceneIndex index = LuceneIndex.openReadOnly(folder)) {
            assertThat(find(index, "Haus")).containsExactly("a");
        }
    }
}
