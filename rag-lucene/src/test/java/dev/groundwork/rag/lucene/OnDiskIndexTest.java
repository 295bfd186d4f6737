package dev.groundwork.rag.lucene;

import dev.groundwork.rag.SegmentIndex;
import dev.groundwork.rag.SegmentIndexContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class OnDiskIndexTest extends SegmentIndexContract {

    @TempDir
    Path folder;

    @Override
    protected SegmentIndex openEmpty() {
        return LuceneIndex.open(folder.resolve("index"));
    }
}
