package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.Fingerprinted;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.output.Response;
import java.util.List;
import java.util.Locale;

/** An embedding model that counts words: texts with the same words are near each other. */
class WordModel implements EmbeddingModel, Fingerprinted {

    private static final int DIMENSION = 64;

    private final String name;

    WordModel(String name) {
        this.name = name;
    }

    @Override
    public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
        return Response.from(segments.stream().map(s -> embedding(s.text())).toList());
    }

    private static Embedding embedding(String text) {
        float[] vector = new float[DIMENSION];
        vector[0] = 0.1f;
        for (String word : text.toLowerCase(Locale.ROOT).split("\\W+", -1)) {
            vector[Math.floorMod(word.hashCode(), DIMENSION)] += 1;
        }
        return Embedding.from(vector);
    }

    @Override
    public int dimension() {
        return DIMENSION;
    }

    @Override
    public String modelName() {
        return name;
    }

    @Override
    public String fingerprint() {
        return name + "/1";
    }
}
