package dev.groundwork.rag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.filter.Filter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SharedSnapshotTest {

    private final List<String> calls = new ArrayList<>();

    @Test
    void givesTwoLegsOfAnIndexOneStateAndLetsItGo() {
        CountingReader index = new CountingReader("index");
        IndexLeg first = new TextRetriever(index);
        IndexLeg second = new TextRetriever(index);
        IndexLeg ofAnother = new TextRetriever(new CountingReader("other"));
        SharedSnapshot shared = SharedSnapshot.of(List.of(first, ofAnother, second));
        assertThat(shared).isNotNull();

        SegmentReader read = shared.of(first);
        assertThat(shared.of(second)).isSameAs(read).isNotSameAs(index);
        assertThat(shared.of(ofAnother)).isSameAs(ofAnother.reader());
        shared.close();

        assertThat(calls).containsExactly("snapshot of index", "close of index");
        assertThat(shared.of(first)).isSameAs(index);
    }

    @Test
    void pinsNothingWhereLegsReadDifferentIndexesOrNone() {
        Retriever own = new Retriever() {
            @Override
            public String name() {
                return "own";
            }

            @Override
            public List<Hit> retrieve(Question question, int limit, Deadline deadline) {
                return List.of();
            }
        };

        assertThat(SharedSnapshot.of(List.of(own, own))).isNull();
        assertThat(SharedSnapshot.of(List.of(
                        new TextRetriever(new CountingReader("a")), new TextRetriever(new CountingReader("b")))))
                .isNull();
    }

    @Test
    void pinsNothingBeforeALegAsks() {
        SegmentReader index = new CountingReader("index");
        SharedSnapshot shared = SharedSnapshot.of(List.of(new TextRetriever(index), new TextRetriever(index)));
        assertThat(shared).isNotNull();

        shared.close();

        assertThat(calls).isEmpty();
    }

    private final class CountingReader implements SegmentSnapshot {

        private final String name;

        CountingReader(String name) {
            this.name = name;
        }

        @Override
        public SegmentSnapshot snapshot() {
            calls.add("snapshot of " + name);
            return new CountingReader(name);
        }

        @Override
        public void close() {
            calls.add("close of " + name);
        }

        @Override
        public List<Hit> searchVector(Embedding query, int limit, @Nullable Filter filter) {
            return List.of();
        }

        @Override
        public List<Hit> searchText(String text, int limit, @Nullable Filter filter) {
            return List.of();
        }

        @Override
        public Optional<TextSegment> get(String id) {
            return Optional.empty();
        }

        @Override
        public long count(@Nullable Filter filter) {
            return 0;
        }

        @Override
        public List<IndexedSegment> scan(@Nullable String after, int limit, @Nullable Filter filter) {
            return List.of();
        }
    }
}
