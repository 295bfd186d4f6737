package dev.groundwork.rag.lucene;

import dev.groundwork.rag.SegmentIndex;
import dev.groundwork.rag.SegmentIndexContract;

class InMemoryIndexTest extends SegmentIndexContract {

    @Override
    protected SegmentIndex openEmpty() {
        return LuceneIndex.inMemory();
    }
}
