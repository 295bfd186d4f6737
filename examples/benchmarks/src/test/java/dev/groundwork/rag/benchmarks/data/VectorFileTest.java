package dev.groundwork.rag.benchmarks.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VectorFileTest {

    private static final float[][] VECTORS = {{1, -2.5f, 3}, {0, Float.MIN_VALUE, -0.0f}};

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = folder.resolve("some.vectors");
        VectorFile.write(file, VECTORS);
    }

    @Test
    void givesBackWhatWasWrittenAndLeavesNothingElse() throws IOException {
        assertThat(VectorFile.read(file))
                .hasValueSatisfying(read -> assertThat(read).isDeepEqualTo(VECTORS));
        assertThat(folder).isDirectoryContaining(file::equals);
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aFileThatIsCutShortAnywhereIsNone() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThat(VectorFile.read(file)).as("%d bytes", length).isEmpty();
        }
    }

    @Test
    void aFileWithAChangedByteIsNone() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        for (int i = 0; i < whole.length; i++) {
            byte[] changed = whole.clone();
            changed[i] ^= 1;
            Files.write(file, changed);
            assertThat(VectorFile.read(file)).as("byte %d", i).isEmpty();
        }
    }

    @Test
    void aFileThatIsNotThereIsNone() throws IOException {
        assertThat(VectorFile.read(folder.resolve("other.vectors"))).isEmpty();
    }
}
