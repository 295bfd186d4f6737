package dev.groundwork.rag.benchmarks.passages;

import dev.langchain4j.data.document.Document;
import dev.langchain4j.data.document.DocumentSplitter;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.document.splitter.DocumentSplitters;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.TokenCountEstimator;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** LangChain4j's recursive splitter, and its own store, searched by vector. */
public final class LangChain4jSide implements Side {

    private final EmbeddingModel model;
    private final String name;
    private final InMemoryEmbeddingStore<Passage> store = new InMemoryEmbeddingStore<>();
    private int size;

    /**
     * Splits and embeds.
     *
     * @param model embeds passages and questions alike, with no instruction, as Easy RAG does
     * @param tokens counts tokens
     */
    public LangChain4jSide(
            Map<String, String> documents,
            EmbeddingModel model,
            TokenCountEstimator tokens,
            int maxTokens,
            int overlapTokens) {
        this.model = model;
        this.name = "LangChain4j recursive " + maxTokens + "/" + overlapTokens + ", dense";
        DocumentSplitter splitter = DocumentSplitters.recursive(maxTokens, overlapTokens, tokens);
        Locator locator = new Locator(documents);
        documents.forEach((id, text) -> {
            List<TextSegment> segments = splitter.split(Document.from(text, Metadata.from("id", id)));
            List<Embedding> vectors = model.embedAll(segments).content();
            int after = 0;
            for (int i = 0; i < segments.size(); i++) {
                Spans.Span span = locator.find(id, segments.get(i).text(), after);
                after = span.start();
                store.add(vectors.get(i), new Passage(segments.get(i).text(), span));
                size++;
            }
        });
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public List<Passage> find(String question, int limit) {
        List<Passage> found = new ArrayList<>();
        store.search(EmbeddingSearchRequest.builder()
                        .queryEmbedding(model.embed(question).content())
                        .maxResults(limit)
                        .build())
                .matches()
                .forEach(match -> found.add(match.embedded()));
        return found;
    }

    @Override
    public void close() {}
}
