package dev.groundwork.rag.benchmarks.engines;

import com.github.jelmerk.hnswlib.core.DistanceFunctions;
import com.github.jelmerk.hnswlib.core.Item;
import com.github.jelmerk.hnswlib.core.SearchResult;
import com.github.jelmerk.hnswlib.core.hnsw.HnswIndex;
import dev.groundwork.rag.benchmarks.data.Corpus;
import dev.groundwork.rag.benchmarks.data.Query;
import java.io.Serial;
import java.util.ArrayList;
import java.util.List;

/** hnswlib in Java, in memory, 16/100 as Lucene's. It returns numbers and distances; texts and metadata it has none. */
public final class HnswlibIndex {

    private static final int NEIGHBOURS = 16;
    private static final int BEAM_WIDTH = 100;

    private final HnswIndex<Integer, float[], Numbered, Float> index;

    /** A vector and its passage's number. */
    @SuppressWarnings("ArrayRecordComponent") // compared by no one
    record Numbered(Integer id, float[] vector) implements Item<Integer, float[]> {
        @Serial
        private static final long serialVersionUID = 1;

        @Override
        public int dimensions() {
            return vector.length;
        }
    }

    /** Builds one, on all cores. */
    public HnswlibIndex(Corpus corpus) throws InterruptedException {
        index = HnswIndex.newBuilder(corpus.dimension(), DistanceFunctions.FLOAT_INNER_PRODUCT, corpus.size())
                .withM(NEIGHBOURS)
                .withEfConstruction(BEAM_WIDTH)
                .build();
        List<Numbered> items = new ArrayList<>(corpus.size());
        for (int i = 0; i < corpus.size(); i++) {
            items.add(new Numbered(i, corpus.vectors()[i]));
        }
        index.addAll(items);
    }

    /**
     * Searches.
     *
     * @param breadth its {@code ef}, which holds for all searches from now on
     */
    public Search<List<SearchResult<Numbered, Float>>> vectors(int limit, int breadth) {
        index.setEf(breadth);
        return new Search<>() {
            @Override
            public List<SearchResult<Numbered, Float>> search(Query query) {
                return index.findNearest(query.vector(), limit);
            }

            @Override
            public int[] ordinals(List<SearchResult<Numbered, Float>> results) {
                return results.stream().mapToInt(found -> found.item().id()).toArray();
            }
        };
    }
}
