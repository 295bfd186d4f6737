package dev.groundwork.rag.examples.eval;

import dev.groundwork.rag.Fingerprinted;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingParameter;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.output.Response;
import java.util.List;
import java.util.Set;

/** A model that does not tell how well it knows a language, so that its vectors always count the same. */
final class UnweighedModel implements EmbeddingModel, Fingerprinted {

    private final CachedEmbeddings model;

    UnweighedModel(CachedEmbeddings model) {
        this.model = model;
    }

    @Override
    public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
        return model.embedAll(segments);
    }

    @Override
    public EmbeddingResponse embed(EmbeddingRequest request) {
        return model.embed(request);
    }

    @Override
    public Set<EmbeddingParameter<?>> supportedParameters() {
        return model.supportedParameters();
    }

    @Override
    public int dimension() {
        return model.dimension();
    }

    @Override
    public String modelName() {
        return model.modelName();
    }

    @Override
    public String fingerprint() {
        return model.fingerprint();
    }
}
