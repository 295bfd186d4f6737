package dev.groundwork.rag.benchmarks.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedTextsTest {

    @TempDir
    private Path data;

    @Test
    void longerRunsMakeUpTheNumberAndNoTextComesTwice() throws IOException {
        Files.createDirectories(data.resolve("xquad_en"));
        Files.writeString(data.resolve("xquad_en/corpus.jsonl"), """
            {"_id": "1", "title": "", "text": "The first sentence of all. The second sentence of all."}
            {"_id": "2", "title": "", "text": "The first sentence of all. The third sentence of all."}
            """);
        List<Passage> passages = SharedTexts.read(data, 5);
        assertThat(passages)
                .extracting(Passage::text)
                .containsExactlyInAnyOrder(
                        "The first sentence of all.",
                        "The second sentence of all.",
                        "The third sentence of all.",
                        "The first sentence of all. The second sentence of all.",
                        "The first sentence of all. The third sentence of all.");
        assertThat(passages).extracting(Passage::source).containsOnly("xquad_en");
        assertThat(SharedTexts.read(data, 5)).isEqualTo(passages);
    }

    @Test
    void knowsAFolderWithoutTexts() {
        assertThat(SharedTexts.in(data)).isFalse();
    }
}
