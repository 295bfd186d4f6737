package dev.groundwork.rag;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInputType;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The vector leg; its two steps, embedding and search, are hops of their own in the trace. */
final class VectorRetriever implements IndexLeg {

    private final SegmentReader index;
    private final EmbeddingModel model;
    private final boolean knowsQueries;

    VectorRetriever(SegmentReader index, EmbeddingModel model) {
        this.index = Objects.requireNonNull(index, "index");
        this.model = Objects.requireNonNull(model, "model");
        this.knowsQueries = model.supportedParameters().contains(EmbeddingRequestParameters.INPUT_TYPE);
    }

    @Override
    public String name() {
        return Hop.VECTOR;
    }

    @Override
    public SegmentReader reader() {
        return index;
    }

    @Override
    public List<Hit> retrieve(Question question, int limit, Deadline deadline) {
        Embedding embedding = embed(question.text());
        deadline.check(Hop.VECTOR);
        return index.searchVector(embedding, limit, question.filter());
    }

    /**
     * Retrieves, and writes both steps down.
     *
     * @param from gives the state of the index to search, once the question is embedded
     * @param embedded takes the question's vector
     */
    List<Hit> retrieve(
            Question question,
            int limit,
            Deadline deadline,
            Recorder recorder,
            Supplier<SegmentReader> from,
            Consumer<Embedding> embedded) {
        Recorder.OpenHop embedHop = recorder.begin(this, Hop.EMBED, 1).model(model.modelName());
        Embedding embedding;
        try {
            embedding = embedHop.work(() -> embed(question.text()));
            embedHop.ok(1);
            embedded.accept(embedding);
        } catch (RuntimeException e) {
            embedHop.failed(e);
            throw e;
        }
        deadline.check(Hop.VECTOR);
        Recorder.OpenHop searchHop = recorder.begin(this, Hop.VECTOR, 1);
        try {
            List<Hit> hits = searchHop.work(() -> from.get().searchVector(embedding, limit, question.filter()));
            searchHop.ok(hits);
            return hits;
        } catch (RuntimeException e) {
            searchHop.failed(e);
            throw e;
        }
    }

    /** Returns how much of a question the model understands, from 0 to 1; 1 where the model does not say. */
    double fluency(String text) {
        return model instanceof Fluent fluent ? fluent.fluency(text) : 1;
    }

    private Embedding embed(String text) {
        @Nullable Embedding embedding;
        if (knowsQueries) {
            List<Embedding> embeddings = model.embed(EmbeddingRequest.builder()
                            .input(text)
                            .inputType(EmbeddingInputType.QUERY)
                            .build())
                    .embeddings();
            embedding = embeddings.isEmpty() ? null : embeddings.getFirst();
        } else {
            embedding = model.embed(text).content();
        }
        if (embedding == null) {
            throw new EmbeddingFailedException(model.modelName(), "gave no vector for a question", null);
        }
        return embedding;
    }
}
