package dev.groundwork.rag.lucene;

import java.io.IOException;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.IOContext;

/**
 * Deletes nothing while Lucene's writer is abandoned. Where a commit failed, it may all the same be there, and Lucene
 * would delete the files that it names one after the other; when it is opened the next time it deletes what no commit
 * names.
 */
final class KeptFiles extends FilterDirectory {

    private volatile boolean keepAll;

    KeptFiles(Directory directory) {
        super(directory);
    }

    void keepAll(boolean keep) {
        keepAll = keep;
    }

    @Override
    public void copyFrom(Directory from, String file, String as, IOContext context) throws IOException {
        in.copyFrom(from, file, as, context); // which may link it
    }

    @Override
    public void deleteFile(String name) throws IOException {
        if (keepAll) {
            return;
        }
        try {
            super.deleteFile(name);
        } catch (Throwable t) {
            keepAll = true; // else the files of a commit would go whose own file has stayed
            throw t;
        }
    }
}
