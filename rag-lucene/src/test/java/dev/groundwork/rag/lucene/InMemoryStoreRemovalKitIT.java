package dev.groundwork.rag.lucene;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.langchain4j.store.embedding.EmbeddingStoreWithRemovalIT;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/**
 * LangChain4j's conformance suite, with vectors of length one. It waits five minutes for what will not come, and heeds
 * no interrupt; hence the thread.
 */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InMemoryStoreRemovalKitIT extends EmbeddingStoreWithRemovalIT {

    private final LuceneIndex index = LuceneIndex.inMemory();

    @Override
    protected EmbeddingStore<TextSegment> embeddingStore() {
        return index.asEmbeddingStore();
    }

    @Override
    protected EmbeddingModel embeddingModel() {
        return WordEmbedder.unit();
    }

    @AfterEach
    void close() {
        index.close();
    }
}
