package dev.groundwork.rag.benchmarks;

import dev.groundwork.rag.benchmarks.data.Corpus;
import dev.groundwork.rag.benchmarks.data.Exact;
import dev.groundwork.rag.benchmarks.data.Query;
import dev.groundwork.rag.benchmarks.data.Share;
import dev.groundwork.rag.benchmarks.engines.OurIndex;
import dev.groundwork.rag.benchmarks.engines.RawIndexing;
import dev.groundwork.rag.benchmarks.engines.Search;
import dev.groundwork.rag.benchmarks.measure.Progress;
import dev.groundwork.rag.benchmarks.measure.Rounds;
import dev.groundwork.rag.lucene.VectorProfile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What a benchmark works with.
 *
 * @param corpus what is indexed and asked
 * @param cache kept for the next run
 * @param work deleted after this one
 * @param rounds the measure
 * @param progress draws bars
 */
record Run(Corpus corpus, Path cache, Path work, Rounds rounds, Progress.Factory progress) {

    /** So many queries an index has seen before it is measured: it takes the last 256 for what is asked. */
    static final int ASKED_BEFORE = 256;

    /** Builds our index of the corpus, optimized and asked for a while, as an application leaves it; to be closed. */
    OurIndex ours() {
        OurIndex index = ours("ours", VectorProfile.BALANCED);
        corpus.queries().stream().limit(ASKED_BEFORE).forEach(index.vectors(Benchmark.LIMIT, Share.ALL)::search);
        index.settle(); // measures anew how broad searches have to be, now with what is asked
        return index;
    }

    /** Builds our index of the corpus in a folder of its own, to be closed. */
    OurIndex ours(String folder, VectorProfile profile) {
        OurIndex index = OurIndex.bulk(work.resolve(folder), profile);
        try (Progress bar = progress.start("Groundwork: indexing", corpus.size())) {
            index.add(corpus, bar::step);
            index.settle();
        }
        return index;
    }

    /** Makes the indexes of Lucene itself. */
    RawIndexing raw() {
        return new RawIndexing(corpus, cache, progress);
    }

    /** Returns what an exact search finds. */
    Exact exact(Share share) throws IOException {
        return Exact.of(corpus, share, Benchmark.LIMIT, cache);
    }

    /** Returns recall@10 over all queries. */
    double recall(Exact exact, Share share, Search<?> search) {
        List<Query> queries = corpus.queries();
        return exact.recall(
                queries,
                query -> search.find(queries.get(query)),
                passage -> share.matches(passage) ? corpus.vectors()[passage] : null);
    }

    /** Returns a side that asks all queries. */
    Rounds.Side side(Search<?> search) {
        return side(search, corpus.queries().size());
    }

    /** Returns a side that asks the first queries. */
    Rounds.Side side(Search<?> search, int queries) {
        return new Rounds.Side(queries, query -> search.search(corpus.queries().get(query)));
    }
}
