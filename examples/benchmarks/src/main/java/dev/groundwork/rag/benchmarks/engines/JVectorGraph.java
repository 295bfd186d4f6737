package dev.groundwork.rag.benchmarks.engines;

import dev.groundwork.rag.benchmarks.data.Corpus;
import dev.groundwork.rag.benchmarks.data.Query;
import io.github.jbellis.jvector.graph.GraphIndexBuilder;
import io.github.jbellis.jvector.graph.GraphSearcher;
import io.github.jbellis.jvector.graph.ImmutableGraphIndex;
import io.github.jbellis.jvector.graph.ListRandomAccessVectorValues;
import io.github.jbellis.jvector.graph.RandomAccessVectorValues;
import io.github.jbellis.jvector.graph.SearchResult;
import io.github.jbellis.jvector.graph.similarity.DefaultSearchScoreProvider;
import io.github.jbellis.jvector.util.Bits;
import io.github.jbellis.jvector.vector.VectorSimilarityFunction;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import io.github.jbellis.jvector.vector.types.VectorTypeSupport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * JVector's graph in memory. Its nodes have 32 neighbours, as the lowest layer of Lucene's 16 has. It returns numbers and
 * scores; texts and metadata it has none. For one thread.
 */
public final class JVectorGraph implements AutoCloseable {

    private static final VectorTypeSupport TYPES =
            VectorizationProvider.getInstance().getVectorTypeSupport();
    private static final int NEIGHBOURS = 32;
    private static final int BEAM_WIDTH = 100;
    private static final float OVERFLOW = 1.2f;
    private static final float ALPHA = 1.2f;

    private final RandomAccessVectorValues vectors;
    private final GraphSearcher searcher;
    private final GraphIndexBuilder builder;

    /** Builds one, on all cores. */
    public JVectorGraph(Corpus corpus) {
        List<VectorFloat<?>> list = new ArrayList<>(corpus.size());
        for (float[] vector : corpus.vectors()) {
            list.add(TYPES.createFloatVector(vector));
        }
        vectors = new ListRandomAccessVectorValues(list, corpus.dimension());
        builder = GraphIndexBuilder.builder(vectors, VectorSimilarityFunction.DOT_PRODUCT, NEIGHBOURS)
                .withBeamWidth(BEAM_WIDTH)
                .withNeighborOverflow(OVERFLOW)
                .withAlpha(ALPHA)
                .build();
        ImmutableGraphIndex graph = builder.build(vectors);
        searcher = new GraphSearcher(graph);
    }

    /**
     * Searches.
     *
     * @param breadth how many the search keeps in sight, of which the first {@code limit} are returned
     */
    public Search<SearchResult> vectors(int limit, int breadth) {
        return new Search<>() {
            @Override
            public SearchResult search(Query query) {
                VectorFloat<?> vector = TYPES.createFloatVector(query.vector());
                return searcher.search(
                        DefaultSearchScoreProvider.exact(vector, VectorSimilarityFunction.DOT_PRODUCT, vectors),
                        limit,
                        breadth,
                        0,
                        0,
                        Bits.ALL);
            }

            @Override
            public int[] ordinals(SearchResult result) {
                return Arrays.stream(result.getNodes())
                        .mapToInt(node -> node.node)
                        .toArray();
            }
        };
    }

    @Override
    public void close() {
        try (builder;
                searcher) {
            // closes both
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
