package dev.groundwork.rag.benchmarks.data;

import dev.groundwork.rag.benchmarks.measure.Progress;
import dev.groundwork.rag.llm.OnnxEmbeddingModel;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingInputType;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Embeds texts with the model that Groundwork ships, once: the vectors are kept in a file. */
final class Embedder {

    private static final int BATCH = 256;

    private final Path cache;
    private final Progress.Factory progress;

    Embedder(Path cache, Progress.Factory progress) {
        this.cache = cache;
        this.progress = progress;
    }

    /**
     * Returns the vectors, of length 1.
     *
     * @param type whether they are asked or found
     */
    float[][] embed(List<String> texts, EmbeddingInputType type) throws IOException {
        try (OnnxEmbeddingModel model = OnnxEmbeddingModel.bgeSmallEn()) {
            String kind = type == EmbeddingInputType.QUERY ? "query" : "passage";
            Path file = cache.resolve(kind + "-" + key(texts, model.fingerprint()) + ".vectors");
            Optional<float[][]> kept = VectorFile.read(file);
            if (kept.isPresent() && kept.get().length == texts.size()) {
                return kept.get();
            }
            float[][] vectors = embed(model, texts, type);
            VectorFile.write(file, vectors);
            return vectors;
        }
    }

    private float[][] embed(OnnxEmbeddingModel model, List<String> texts, EmbeddingInputType type) {
        List<float[]> vectors = new ArrayList<>(texts.size());
        try (Progress bar = progress.start("embedding", texts.size())) {
            for (int start = 0; start < texts.size(); start += BATCH) {
                List<String> batch = texts.subList(start, Math.min(texts.size(), start + BATCH));
                EmbeddingRequest request = EmbeddingRequest.builder()
                        .inputs(batch.stream().map(EmbeddingInput::from).toList())
                        .parameters(EmbeddingRequestParameters.builder()
                                .inputType(type)
                                .build())
                        .build();
                for (Embedding embedding : model.embed(request).embeddings()) {
                    vectors.add(embedding.vector());
                }
                bar.step(batch.size());
            }
        }
        return vectors.toArray(float[][]::new);
    }

    private static String key(List<String> texts, String fingerprint) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(fingerprint.getBytes(StandardCharsets.UTF_8));
            for (String text : texts) {
                digest.update((byte) 0);
                digest.update(text.getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
