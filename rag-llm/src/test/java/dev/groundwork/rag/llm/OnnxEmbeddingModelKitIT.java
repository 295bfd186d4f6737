package dev.groundwork.rag.llm;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.common.AbstractEmbeddingModelIT;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/**
 * LangChain4j's conformance suite of embedding models. What it asks for of images and of vectors cut to another dimension must be
 * refused, as this model has neither.
 */
class OnnxEmbeddingModelKitIT extends AbstractEmbeddingModelIT {

    private final List<OnnxEmbeddingModel> opened = new ArrayList<>();

    private OnnxEmbeddingModel open(OnnxEmbeddingModel.Builder builder) {
        OnnxEmbeddingModel model = builder.build();
        opened.add(model);
        return model;
    }

    @Override
    protected List<EmbeddingModel> models() {
        return List.of(open(OnnxEmbeddingModel.builder().bgeSmallEn()));
    }

    @Override
    protected EmbeddingModel modelWith(EmbeddingModelListener listener) {
        return open(OnnxEmbeddingModel.builder().bgeSmallEn().listeners(List.of(listener)));
    }

    /** One that is closed fails each call. */
    @Override
    protected EmbeddingModel failingModelWith(EmbeddingModelListener listener) {
        OnnxEmbeddingModel closed =
                open(OnnxEmbeddingModel.builder().bgeSmallEn().listeners(List.of(listener)));
        closed.close();
        return closed;
    }

    @Override
    protected boolean supportsDimensionsParameter() {
        return false;
    }

    @Override
    protected boolean supportsImageInput() {
        return false;
    }

    /** The suite's own is fetched over the network. */
    @Override
    protected ImageContent catImage() {
        return ImageContent.from("iVBORw0KGgo=", "image/png");
    }

    @AfterEach
    void close() {
        opened.forEach(OnnxEmbeddingModel::close);
    }
}
