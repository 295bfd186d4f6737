package dev.groundwork.rag.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.lucene.TextAnalyzer.QueryTerm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextAnalyzerTest {

    private final TextAnalyzer analyzer = new TextAnalyzer();

    private String terms(String field, String text) {
        return String.join(
                " ",
                analyzer.words(field, TextAnalyzer.normalize(text), 100).terms().stream()
                        .map(QueryTerm::term)
                        .toList());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Rotating the server's KEYS|rotat the server kei",
                "Die Straße in Zürich|die strass in zurich",
                "l'école d’automne qu'il|ecol automn il",
                "dell'acqua un'altra L'AQUILA|acqua altra aquila",
                "O'Brien don't rock'n'roll|o'brien don't rock'n'rol",
                "level:error 3.14 ٤٢|level error 3.14 42",
                "水库|水 水库 库",
                "กุญแจเก่า|กุญ ญแ แจ จเ เก่ ก่า", // a mark belongs to its letter
                "ກະແຈ|ກະ ະແ ແຈ",
            })
    void makesWordsOfAnyLanguage(String text, String expected) {
        assertThat(terms(Fields.TEXT, text)).isEqualTo(expected);
        assertThat(terms(Fields.TITLE, text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ar|والكتاب الكتاب|كتاب",
                "cs|hradech hrady|hrad",
                "de|die Häuser Haus|haus",
                "el|της Αθήνας ΑΘΗΝΑ|αθην",
                "es|las canciones canción|cancion",
                "fi|taloissa talo|talo",
                "fr|les chevaux cheval|cheval",
                "hu|házakban ház|ház",
                "it|delle canzoni canzone|canzon",
                "nl|de huizen huiz|huiz",
                "no|husene huset|hus",
                "pt|as canções canção|canca",
                "ru|книги книгами|книг",
                "sv|bilarna bilar|bil",
                "tr|evlerin ev|ev",
            })
    void bringsFormsOfAWordTogetherInTheFieldOfItsLanguage(String language, String text, String expected) {
        assertThat(terms(Fields.ofLanguage(Fields.TEXT, language), text)).isEqualTo(expected);
        assertThat(terms(Fields.ofLanguage(Fields.TITLE, language), text)).isEqualTo(expected);
    }

    @Test
    void analyzesEveryLanguageThatIsToBeChosen() {
        for (String language : Languages.choices()) {
            String field = Fields.ofLanguage(Fields.TEXT, Languages.isAnalyzed(language) ? language : "");
            assertThat(terms(field, "groundwork")).as(language).startsWith("g");
        }
    }

    @Test
    void keepsTheFirstOfEqualTermsAndNeighboursOfAllWords() {
        TextAnalyzer.QueryWords words = analyzer.words(Fields.TEXT, "keys and key, 2 keys 水库 end", 100);

        assertThat(words.terms())
                .startsWith(new QueryTerm("kei", 0, 4), new QueryTerm("and", 5, 8), new QueryTerm("2", 14, 15));
        assertThat(words.neighbours())
                .containsExactly(
                        new QueryTerm("kei and", 0, 8),
                        new QueryTerm("and kei", 5, 12),
                        new QueryTerm("kei 2", 9, 15),
                        new QueryTerm("2 kei", 14, 20));
    }

    @Test
    void stopsAtTheLimit() {
        assertThat(analyzer.words(Fields.TEXT, "one two two three four", 3).terms())
                .extracting(QueryTerm::term)
                .containsExactly("on", "two", "three");
    }

    @Test
    void cutsNoPairInTwo() {
        assertThat(terms(Fields.TEXT, "ก")).isEqualTo("ก");
        assertThat(terms(Fields.TEXT, "กข")).isEqualTo("กข");
        assertThat(terms(Fields.TEXT, "กขค")).isEqualTo("กข ขค");
        assertThat(analyzer.words(Fields.TEXT, "x กขค", 10).terms())
                .containsExactly(new QueryTerm("x", 0, 1), new QueryTerm("กข", 2, 4), new QueryTerm("ขค", 3, 5));
    }
}
