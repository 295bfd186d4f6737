package dev.groundwork.rag.benchmarks.engines;

import dev.groundwork.rag.benchmarks.data.Corpus;
import dev.groundwork.rag.benchmarks.data.Passage;
import dev.groundwork.rag.benchmarks.data.Query;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.EmbeddingMatch;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import java.util.ArrayList;
import java.util.List;

/** LangChain4j's store in memory, which compares all vectors. */
public final class LangChain4jStore implements Search<List<EmbeddingMatch<TextSegment>>> {

    private final InMemoryEmbeddingStore<TextSegment> store = new InMemoryEmbeddingStore<>();
    private final int limit;

    /** Fills one. */
    public LangChain4jStore(Corpus corpus, int limit) {
        this.limit = limit;
        List<String> ids = new ArrayList<>(corpus.size());
        List<Embedding> embeddings = new ArrayList<>(corpus.size());
        List<TextSegment> segments = new ArrayList<>(corpus.size());
        for (int i = 0; i < corpus.size(); i++) {
            Passage passage = corpus.passage(i);
            ids.add(Passage.id(i));
            embeddings.add(Embedding.from(corpus.vectors()[i]));
            segments.add(TextSegment.from(passage.text(), Metadata.from(passage.metadata(i))));
        }
        store.addAll(ids, embeddings, segments);
    }

    @Override
    public List<EmbeddingMatch<TextSegment>> search(Query query) {
        return store.search(EmbeddingSearchRequest.builder()
                        .queryEmbedding(Embedding.from(query.vector()))
                        .maxResults(limit)
                        .build())
                .matches();
    }

    @Override
    public int[] ordinals(List<EmbeddingMatch<TextSegment>> matches) {
        return matches.stream()
                .mapToInt(match -> Passage.ordinal(match.embeddingId()))
                .toArray();
    }
}
