package dev.groundwork.rag.benchmarks.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.model.TokenCountEstimator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextsOfLengthTest {

    private static final TokenCountEstimator WORDS = new TokenCountEstimator() {
        @Override
        public int estimateTokenCountInText(String text) {
            return text.split(" ", -1).length;
        }

        @Override
        public int estimateTokenCountInMessage(ChatMessage message) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int estimateTokenCountInMessages(Iterable<ChatMessage> messages) {
            throw new UnsupportedOperationException();
        }
    };

    @TempDir
    private Path folder;

    @Test
    void makesTextsOfTheWantedLengthAlwaysTheSame() throws IOException {
        TextsOfLength source = TextsOfLength.in(folder);

        List<String> texts = source.of(17, 20, WORDS);

        assertThat(source.name()).isEqualTo("common words by chance");
        assertThat(texts).hasSize(20).doesNotHaveDuplicates().isEqualTo(source.of(17, 20, WORDS));
        // [CLS] and [SEP] are two of the 17.
        assertThat(texts).allSatisfy(text -> assertThat(text.split(" ", -1)).hasSize(15));
    }

    @Test
    void takesTheSharedTextsWhereThereAreAny() throws IOException {
        Path collection = Files.createDirectory(folder.resolve("medquad"));
        Files.writeString(
                collection.resolve("corpus.jsonl"),
                "{\"_id\": \"1\", \"title\": \"\", \"text\": \"Ducks eat aquatic plants and snails every day.\"}\n");

        TextsOfLength source = TextsOfLength.in(folder);

        assertThat(source.name()).isEqualTo("shared texts");
        assertThat(source.of(5, 4, WORDS))
                .allSatisfy(text -> assertThat("Ducks eat aquatic plants and snails every day.".split(" ", -1))
                        .contains(text.split(" ", -1)));
    }
}
