package dev.groundwork.rag.benchmarks.passages;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.output.Response;
import java.util.ArrayList;
import java.util.List;

/** Remembers what another model is given to embed. Thread-safe where the other one is. */
public final class RecordingModel implements EmbeddingModel {

    private final EmbeddingModel model;
    private final List<TextSegment> texts = new ArrayList<>();

    /** Makes one around a model, which is not closed. */
    public RecordingModel(EmbeddingModel model) {
        this.model = model;
    }

    /** Returns what was embedded so far. */
    public synchronized List<TextSegment> texts() {
        return List.copyOf(texts);
    }

    @Override
    public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
        synchronized (this) {
            texts.addAll(segments);
        }
        return model.embedAll(segments);
    }

    @Override
    public int dimension() {
        return model.dimension();
    }

    @Override
    public String modelName() {
        return model.modelName();
    }
}
