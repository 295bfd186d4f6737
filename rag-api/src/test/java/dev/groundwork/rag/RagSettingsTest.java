package dev.groundwork.rag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RagSettingsTest {

    @Test
    void readsAFileAndKeepsDefaultsForTheRest(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("rag.properties");
        Files.writeString(file, "rag.timeout=500ms\nrag.search.limit = 15\nrag.answer.extractive-fallback=false\n");

        RagSettings settings = RagSettings.load(file);

        assertThat(settings.timeout()).isEqualTo(Duration.ofMillis(500));
        assertThat(settings.limit()).isEqualTo(15);
        assertThat(settings.extractiveFallback()).isFalse();
        assertThat(settings.candidates()).isEqualTo(RagSettings.defaults().candidates());
    }

    @Test
    void namesAllProblemsTogether() {
        assertThatThrownBy(() -> RagSettings.of(Map.of(
                        "rag.search.limit", "0",
                        "rag.timeout", "soon",
                        "rag.answer.without-context", "yes",
                        "rag.search.candidates", "many",
                        "rag.serch.limit", "3")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rag.search.limit is 0, must be from 1 to 1000")
                .hasMessageContaining("rag.timeout is 'soon'")
                .hasMessageContaining("rag.answer.without-context is 'yes', must be true or false")
                .hasMessageContaining("rag.search.candidates is 'many', must be a number")
                .hasMessageContaining("rag.serch.limit is unknown");
    }

    @Test
    void changesOneValueAndKeepsTheOthers() {
        RagSettings settings = RagSettings.of(Map.of("rag.context.sources", "3", "rag.timeout", "PT2M"));

        RagSettings changed = settings.toBuilder().limit(7).build();

        assertThat(changed.limit()).isEqualTo(7);
        assertThat(changed.contextSources()).isEqualTo(3);
        assertThat(changed.timeout()).isEqualTo(Duration.ofMinutes(2));
        assertThat(changed.toBuilder().limit(settings.limit()).build()).isEqualTo(settings);
    }
}
