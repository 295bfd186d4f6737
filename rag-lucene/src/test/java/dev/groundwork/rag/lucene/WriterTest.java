package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.segment;
import static dev.groundwork.rag.lucene.Segments.upsert;
import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.IndexedSegment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexOutput;
import org.junit.jupiter.api.Test;

class WriterTest {

    private static final Manifest MANIFEST = new Manifest(null, 2);

    @Test
    void leavesTheLastCommitAndGoesOnWhicheverCallOfTheDiskFails() throws IOException {
        int failing = 1;
        while (commitsThroughAFailureOfCall(failing)) {
            failing++;
        }
        assertThat(failing).isGreaterThan(5); // create, sync, rename and sync of the folder were among them
    }

    /** Returns whether there was such a call. */
    private static boolean commitsThroughAFailureOfCall(int number) throws IOException {
        FailingDirectory directory = new FailingDirectory();
        Writer writer = new Writer(directory, new TextAnalyzer());
        writer.commit(plan("before", "before2"), MANIFEST);
        boolean failed = false;
        directory.callsUntilFailure = number;
        try {
            writer.commit(plan("meanwhile", "meanwhile2"), MANIFEST);
        } catch (IOException e) {
            failed = true;
            assertThat(e).hasMessage("disk failed");
        }
        directory.callsUntilFailure = 0;
        List<String> found = found(directory);
        assertThat(found).contains("before", "before2").hasSizeBetween(2, 4);
        assertThat(found.contains("meanwhile")).isEqualTo(found.contains("meanwhile2"));
        assertThat(failed || found.contains("meanwhile")).isTrue();

        writer.commit(plan("after", "after2"), MANIFEST);
        found.addAll(List.of("after", "after2"));
        assertThat(found(directory)).containsExactlyInAnyOrderElementsOf(found);
        writer.close();
        return failed;
    }

    private static ChangePlan plan(String... ids) {
        return ChangePlan.of(
                upsert(Arrays.stream(ids).map(id -> segment(id, "word", 1, 0)).toArray(IndexedSegment[]::new)));
    }

    private static List<String> found(FailingDirectory directory) throws IOException {
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
            Snapshot snapshot = new Snapshot("memory", reader);
            List<String> ids = new ArrayList<>();
            for (String id : List.of("before", "before2", "meanwhile", "meanwhile2", "after", "after2")) {
                snapshot.find(id).ifPresent(found -> ids.add(found.id()));
            }
            assertThat(snapshot.segments()).isEqualTo(ids.size());
            return ids;
        }
    }

    /** Fails once, at the n-th call that writes. */
    private static final class FailingDirectory extends FilterDirectory {

        private int callsUntilFailure;

        FailingDirectory() {
            super(new ByteBuffersDirectory());
        }

        private void count() throws IOException {
            if (callsUntilFailure > 0 && --callsUntilFailure == 0) {
                throw new IOException("disk failed");
            }
        }

        @Override
        public IndexOutput createOutput(String name, IOContext context) throws IOException {
            count();
            return super.createOutput(name, context);
        }

        @Override
        public void sync(Collection<String> names) throws IOException {
            count();
            super.sync(names);
        }

        @Override
        public void rename(String source, String dest) throws IOException {
            count();
            super.rename(source, dest);
        }

        @Override
        public void syncMetaData() throws IOException {
            count();
            super.syncMetaData();
        }
    }
}
