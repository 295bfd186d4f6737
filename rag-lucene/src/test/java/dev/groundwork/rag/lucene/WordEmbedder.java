package dev.groundwork.rag.lucene;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.output.Response;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** An embedding model for tests: each word adds one at a place that its hash says, then the vector gets a length. */
record WordEmbedder(float length) implements EmbeddingModel {

    static final int DIMENSION = 256;

    private static final Pattern BETWEEN_WORDS = Pattern.compile("[^\\p{L}\\p{N}]+");

    static WordEmbedder unit() {
        return new WordEmbedder(1);
    }

    @Override
    public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
        return Response.from(
                segments.stream().map(segment -> embedding(segment.text())).toList());
    }

    private Embedding embedding(String text) {
        float[] vector = new float[DIMENSION];
        BETWEEN_WORDS
                .splitAsStream(text.toLowerCase(Locale.ROOT))
                .forEach(word -> vector[Math.floorMod(word.hashCode(), DIMENSION)]++);
        double sum = 0;
        for (float value : vector) {
            sum += value * value;
        }
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = (float) (length * vector[i] / Math.sqrt(sum));
        }
        return Embedding.from(vector);
    }

    @Override
    public int dimension() {
        return DIMENSION;
    }

    @Override
    public String modelName() {
        return "words";
    }
}
