package dev.groundwork.rag.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LanguagesTest {

    @ParameterizedTest
    @CsvSource({
        "de, de",
        "DE, de",
        "de-AT, de",
        "pt_BR, pt",
        "' fr ', fr",
        "nb, no",
        "nn-NO, no",
        "hr, sr",
        "en, ",
        "en-US, ",
        "zh, ",
        "pl, ",
        "german, ",
        "'', ",
        "-, ",
    })
    void readsLanguageTags(String tag, String code) {
        assertThat(Languages.ofTag(tag)).isEqualTo(code);
    }

    @Test
    void namesAllThatMayBeChosen() {
        assertThat(String.join(" ", Languages.choices()))
                .isEqualTo(
                        "ar bg bn ca cs da de el en es et eu fa fi fr ga gl hi hu hy id it ja km ko lo lt lv my ne nl "
                                + "no pt ro ru sr sv ta te th tr zh");
    }

    @Test
    void makesNoAnalyzerOfALanguageThatHasNone() {
        assertThatThrownBy(() -> Languages.analyzer("en"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("en");
    }
}
