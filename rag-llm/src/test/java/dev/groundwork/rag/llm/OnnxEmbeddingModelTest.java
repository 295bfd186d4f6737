package dev.groundwork.rag.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OnnxEmbeddingModelTest {

    @TempDir
    private Path folder;

    @Test
    void reportsAllProblemsOfItsSettingsTogether() {
        assertThatThrownBy(() -> OnnxEmbeddingModel.builder()
                        .maxTokens(2)
                        .intraOpThreads(0)
                        .parallelism(-1)
                        .modelName(" ")
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("model is missing; tokenizer is missing; pooling is missing: one of [CLS, MEAN];"
                        + " modelName is blank; maxTokens is 2, not 3 or more; intraOpThreads is 0, not 1 or more;"
                        + " parallelism is -1, not 1 or more");
    }

    @Test
    void namesTheFileThatIsMissing() throws IOException {
        Path missing = folder.resolve("weights.onnx");

        assertThatThrownBy(() -> builder(missing, BgeSmall.tokenizerJson()).build())
                .isInstanceOf(OnnxModelException.class)
                .hasMessageContaining(missing.toString())
                .hasMessageContaining("NoSuchFileException");
    }

    @Test
    void namesTheFileThatIsNoOnnxModel() throws IOException {
        Path file = Files.writeString(folder.resolve("weights.onnx"), "this is no model");

        assertThatThrownBy(() -> builder(file, BgeSmall.tokenizerJson()).build())
                .isInstanceOfSatisfying(
                        OnnxModelException.class, e -> assertThat(e.model()).isEqualTo(file.toString()))
                .hasMessageContaining("ONNX Runtime doesn't load it");
    }

    @Test
    void saysWhatTokenizerItFoundInstead() throws IOException {
        byte[] bpe = "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}}}".getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> OnnxEmbeddingModel.builder()
                        .model(BgeSmall.weights())
                        .tokenizer(bpe)
                        .pooling(Pooling.CLS)
                        .build())
                .isInstanceOf(OnnxModelException.class)
                .hasMessage("tokenizer bytes: not the tokenizer of a BERT model: model.type is BPE, not WordPiece");
    }

    @Test
    void saysWhichInputsItFoundInstead() throws IOException {
        byte[] weights = replaceAll(BgeSmall.weights(), "token_type_ids", "token_kind_ids");

        assertThatThrownBy(() -> OnnxEmbeddingModel.builder()
                        .model(weights)
                        .tokenizer(BgeSmall.tokenizerJson())
                        .pooling(Pooling.CLS)
                        .build())
                .isInstanceOf(OnnxModelException.class)
                .hasMessageContaining("expected int64 inputs")
                .hasMessageContaining("token_kind_ids");
    }

    /** From 1.29 on ONNX Runtime holds an HTTP client that reports usage; an embedded library must not bring one. */
    @Test
    void bringsAnOnnxRuntimeThatCannotReportUsage() throws IOException {
        try (InputStream in = OnnxEmbeddingModelTest.class.getResourceAsStream(
                "/ai/onnxruntime/native/linux-x64/libonnxruntime.so")) {
            String library = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);

            assertThat(library.contains("OrtGetApiBase")).isTrue();
            assertThat(library.contains("PosixTelemetry")).isFalse();
            assertThat(library.contains("mbedtls")).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({"1.20.0,false", "1.28.0,false", "1.29.0,true", "1.30.1-rc1,true", "2.0.0,true", "nightly,true"})
    void knowsWhichReleasesOfOnnxRuntimeReportUsage(String version, boolean reports) {
        assertThat(OnnxEmbeddingLoader.reportsByDefault(version)).isEqualTo(reports);
    }

    private static OnnxEmbeddingModel.Builder builder(Path weights, byte[] tokenizer) {
        return OnnxEmbeddingModel.builder().model(weights).tokenizer(tokenizer).pooling(Pooling.CLS);
    }

    private static byte[] replaceAll(byte[] bytes, String from, String to) {
        return new String(bytes, StandardCharsets.ISO_8859_1).replace(from, to).getBytes(StandardCharsets.ISO_8859_1);
    }
}
