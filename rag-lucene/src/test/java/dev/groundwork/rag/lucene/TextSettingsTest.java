package dev.groundwork.rag.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextSettingsTest {

    @Test
    void leavesLanguagesAsTheIndexHasThemByDefault() {
        TextSettings defaults = TextSettings.defaults();

        assertThat(defaults.analysis()).isNull();
        assertThat(defaults.titleBoost()).isEqualTo(.5f);
        assertThat(defaults.phraseBoost()).isZero();
        assertThat(defaults)
                .hasToString("TextSettings[analysis=as the index was made, titleBoost=0.5, phraseBoost=0.0]");
    }

    @Test
    void namesTheAnalysisForTheManifest() {
        TextSettings defaults = TextSettings.defaults();

        assertThat(defaults.language("de").analysis()).hasToString("unicode-porter/2 languages/1 de");
        assertThat(defaults.detectLanguage().analysis()).hasToString("unicode-porter/2 languages/1 detected");
        assertThat(defaults.declaredLanguage().analysis()).hasToString("unicode-porter/2 languages/1 declared");
    }

    @Test
    void knowsItsOwnAnalysesAndNoOthers() {
        for (String language : Languages.choices()) {
            assertThat(TextAnalysis.of(language).isKnown()).as(language).isTrue();
        }
        assertThat(TextAnalysis.DETECTED.isKnown()).isTrue();
        assertThat(TextAnalysis.DECLARED.isKnown()).isTrue();
        assertThat(TextAnalysis.of("xx").isKnown()).isFalse();
        assertThat(new TextAnalysis("unicode-porter/1").isKnown()).isFalse();
        assertThat(new TextAnalysis("").isKnown()).isFalse();
    }

    @Test
    void keepsWhatWasSetBefore() {
        TextSettings settings =
                TextSettings.defaults().titleBoost(2).phraseBoost(.25f).language("fr");

        assertThat(settings.titleBoost()).isEqualTo(2);
        assertThat(settings.phraseBoost()).isEqualTo(.25f);
        assertThat(settings.detectLanguage().titleBoost()).isEqualTo(2);
        assertThat(settings.declaredLanguage().phraseBoost()).isEqualTo(.25f);
        assertThat(settings.titleBoost(1).analysis()).isEqualTo(TextAnalysis.of("fr"));
        assertThat(settings)
                .isEqualTo(
                        TextSettings.defaults().language("fr").phraseBoost(.25f).titleBoost(2))
                .hasSameHashCodeAs(
                        TextSettings.defaults().language("fr").phraseBoost(.25f).titleBoost(2))
                .isNotEqualTo(settings.titleBoost(1))
                .isNotEqualTo(settings.phraseBoost(1))
                .isNotEqualTo(settings.language("de"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"xx", "", "DE", "deu", "german", "de-AT", "pl"})
    void refusesALanguageThatItHasNoAnalysisForAndListsThoseThatItHas(String code) {
        assertThatThrownBy(() -> TextSettings.defaults().language(code))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("language is '" + code + "', must be one of ar, bg, ")
                .hasMessageContaining(" de, ")
                .hasMessageContaining(" en, ")
                .hasMessageContaining(", zh");
    }

    @ParameterizedTest
    @ValueSource(floats = {-0.01f, 100.01f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void refusesABoostOutOfRange(float boost) {
        assertThatThrownBy(() -> TextSettings.defaults().titleBoost(boost))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("titleBoost is " + boost + ", must be from 0 to 100.0");
        assertThatThrownBy(() -> TextSettings.defaults().phraseBoost(boost))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("phraseBoost is " + boost + ", must be from 0 to 100.0");
    }

    @Test
    void takesTheBoundsOfBoosts() {
        assertThat(TextSettings.defaults().titleBoost(0).titleBoost()).isZero();
        assertThat(TextSettings.defaults().phraseBoost(100).phraseBoost()).isEqualTo(100);
    }
}
