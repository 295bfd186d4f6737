package dev.groundwork.rag.lucene;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.langchain4j.store.embedding.EmbeddingStoreWithFilteringIT;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * LangChain4j's conformance suite, with vectors of another length than one. It waits five minutes for what will not come, and heeds
 * no interrupt; hence the thread.
 */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OnDiskStoreFilteringKitIT extends EmbeddingStoreWithFilteringIT {

    @TempDir
    Path folder;

    private @Nullable LuceneIndex index;

    @Override
    protected EmbeddingStore<TextSegment> embeddingStore() {
        if (index == null) {
            index = LuceneIndex.open(folder);
        }
        return index.asEmbeddingStore();
    }

    @Override
    protected EmbeddingModel embeddingModel() {
        return new WordEmbedder(3.7f);
    }

    @Override
    protected boolean supportsContains() {
        return true;
    }

    @AfterEach
    void close() {
        if (index != null) {
            index.close();
        }
    }
}
