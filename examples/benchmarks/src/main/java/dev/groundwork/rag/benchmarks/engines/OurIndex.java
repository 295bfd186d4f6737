package dev.groundwork.rag.benchmarks.engines;

import static dev.langchain4j.store.embedding.filter.MetadataFilterBuilder.metadataKey;

import dev.groundwork.rag.Hit;
import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexStats;
import dev.groundwork.rag.IndexedSegment;
import dev.groundwork.rag.SegmentReader;
import dev.groundwork.rag.benchmarks.data.Corpus;
import dev.groundwork.rag.benchmarks.data.Passage;
import dev.groundwork.rag.benchmarks.data.Query;
import dev.groundwork.rag.benchmarks.data.Share;
import dev.groundwork.rag.lucene.Durability;
import dev.groundwork.rag.lucene.LuceneIndex;
import dev.groundwork.rag.lucene.VectorProfile;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.filter.Filter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Groundwork's index. All that the benchmarks ask of it goes through here. */
public final class OurIndex implements AutoCloseable {

    /** Segments that are applied at once when many are put in. */
    public static final int BATCH = 10_000;

    /** Threads that index at the same time, background merges aside. */
    public static final int INDEXING_THREADS = 1;

    /** Hits that each leg of a hybrid search contributes. */
    public static final int HYBRID_CANDIDATES = SegmentReader.HYBRID_CANDIDATES;

    private final Path folder;
    private final LuceneIndex index;

    private OurIndex(Path folder, LuceneIndex index) {
        this.folder = folder;
        this.index = index;
    }

    /** Makes or opens one that survives crashes write by write, as it does by default. */
    public static OurIndex open(Path folder, VectorProfile profile) {
        return open(folder, profile, Durability.everyWrite());
    }

    /** Makes one that is filled in one go: what it holds is on disk when {@link #settle} returns. */
    public static OurIndex bulk(Path folder, VectorProfile profile) {
        return open(folder, profile, Durability.none());
    }

    /** Opens one as an application does that does not say more than where it is. */
    public static OurIndex reopen(Path folder) {
        return new OurIndex(folder, LuceneIndex.open(folder));
    }

    private static OurIndex open(Path folder, VectorProfile profile, Durability durability) {
        return new OurIndex(
                folder,
                LuceneIndex.builder()
                        .path(folder)
                        .profile(profile)
                        .durability(durability)
                        .open());
    }

    /** Puts a corpus in, and tells after each batch how many passages it was. */
    public void add(Corpus corpus, IntConsumer done) {
        for (int start = 0; start < corpus.size(); start += BATCH) {
            int end = Math.min(corpus.size(), start + BATCH);
            List<IndexedSegment> segments = new ArrayList<>(end - start);
            for (int i = start; i < end; i++) {
                segments.add(segment(i, corpus.passage(i), corpus.vectors()[i]));
            }
            upsert(segments);
            done.accept(end - start);
        }
    }

    /** Puts segments in, or in the place of those of the same ids. */
    public void upsert(List<IndexedSegment> segments) {
        index.apply(List.of(new IndexChange.Upsert(segments)));
    }

    /** Deletes passages. */
    public void delete(List<String> ids) {
        index.apply(List.of(new IndexChange.Delete(ids)));
    }

    /** Returns a passage as the index takes it. */
    public static IndexedSegment segment(int ordinal, Passage passage, float[] vector) {
        Metadata metadata = Metadata.from(passage.metadata(ordinal));
        return new IndexedSegment(
                Passage.id(ordinal), TextSegment.from(passage.text(), metadata), Embedding.from(vector));
    }

    /** Searches by vector. */
    public Search<List<Hit>> vectors(int limit, Share share) {
        Filter filter = filter(share);
        return search(query -> index.searchVector(Embedding.from(query.vector()), limit, filter));
    }

    /** Searches by vector and words, and fuses. */
    public Search<List<Hit>> hybrid(int limit) {
        return search(query -> index.searchHybrid(Embedding.from(query.vector()), query.text(), limit, null));
    }

    private static @Nullable Filter filter(Share share) {
        return share == Share.ALL ? null : metadataKey(share.key()).isEqualTo(Share.WANTED);
    }

    private static Search<List<Hit>> search(Function<Query, List<Hit>> how) {
        return new Search<>() {
            @Override
            public List<Hit> search(Query query) {
                return how.apply(query);
            }

            @Override
            public int[] ordinals(List<Hit> hits) {
                return hits.stream().mapToInt(hit -> Passage.ordinal(hit.id())).toArray();
            }
        };
    }

    /** Commits what was put in, and waits for merges. */
    public void commitAndMerge() {
        index.commit();
        Background.awaitMerges();
    }

    /** Optimizes it: all committed, few parts, the breadth of searches measured. */
    public void settle() {
        index.optimize();
    }

    /** Returns size and parts. */
    public IndexStats stats() {
        return index.stats();
    }

    /** Returns the folder, to look at it with Lucene alone. */
    public Path folder() {
        return folder;
    }

    @Override
    public void close() {
        index.close();
    }
}
