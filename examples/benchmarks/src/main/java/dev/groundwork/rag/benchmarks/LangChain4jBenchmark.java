package dev.groundwork.rag.benchmarks;

import dev.groundwork.rag.benchmarks.data.Exact;
import dev.groundwork.rag.benchmarks.data.Share;
import dev.groundwork.rag.benchmarks.engines.LangChain4jStore;
import dev.groundwork.rag.benchmarks.engines.OurIndex;
import dev.groundwork.rag.benchmarks.engines.Search;
import dev.groundwork.rag.benchmarks.measure.Line;
import dev.groundwork.rag.benchmarks.measure.Report;
import dev.groundwork.rag.benchmarks.measure.Rounds;
import dev.groundwork.rag.benchmarks.measure.Target;
import dev.groundwork.rag.benchmarks.measure.Timing;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;

/** Vector search against LangChain4j's store in memory. */
@Command(name = "langchain4j", description = "Vector search against LangChain4j's InMemoryEmbeddingStore.")
final class LangChain4jBenchmark extends Benchmark {

    private static final String PEER = "InMemoryEmbeddingStore";
    private static final Target FASTER = Target.atLeast(200);
    private static final Target RECALL = Target.atLeast(0.95);

    /** A call of the peer takes a tenth of a second; a round of all queries would take minutes. */
    private static final int PEERS_QUERIES = 50;

    private static final int PEERS_WARM_UP = 100;

    LangChain4jBenchmark(Surroundings surroundings) {
        super(surroundings, "langchain4j", USUAL_SIZE);
    }

    @Override
    void measure(Run run, Report report) throws IOException {
        Exact exact = run.exact(Share.ALL);
        LangChain4jStore store = new LangChain4jStore(run.corpus(), LIMIT);
        try (OurIndex index = run.ours()) {
            Search<?> ours = index.vectors(LIMIT, Share.ALL);
            double recall = run.recall(exact, Share.ALL, ours);
            int queries = Math.min(PEERS_QUERIES, run.corpus().queries().size());
            run.rounds().with(1, run.rounds().warmUpCalls()).measure("warming up", 1, List.of(run.side(ours)));
            Rounds rounds = run.rounds().with(Math.min(run.rounds().rounds(), 5), PEERS_WARM_UP);
            List<Timing> timings = rounds.measure("1 thread", 1, List.of(run.side(ours), run.side(store, queries)));
            Timing our = timings.get(0);
            Timing theirs = timings.get(1);
            report.add(Line.faster("1 thread, p50", our.p50(), PEER, theirs.p50(), FASTER, recall, 1));
            report.add(Line.faster("1 thread, p99", our.p99(), PEER, theirs.p99(), null, recall, 1));
            report.add(Line.alone("recall@10", "", recall, RECALL, recall));
            report.note("the peer compares all vectors, so its recall is 1; it is asked the first " + queries
                    + " queries a round");
        }
    }
}
