package dev.groundwork.rag.llm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.RagDefaults;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class LlmDefaultsTest {

    @Test
    void theModulesDefaultsAreFound() {
        RagDefaults defaults = ServiceLoader.load(RagDefaults.class).findFirst().orElseThrow();

        assertThat(defaults.promptAugmenter()).isInstanceOf(NumberedSourcesAugmenter.class);
        assertThat(defaults.citationChecker()).isInstanceOf(OverlapCitationChecker.class);
        assertThat(defaults.extractiveAnswerer()).isInstanceOf(QuotingAnswerer.class);
    }
}
