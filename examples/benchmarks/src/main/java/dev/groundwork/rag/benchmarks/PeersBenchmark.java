package dev.groundwork.rag.benchmarks;

import dev.groundwork.rag.benchmarks.data.Exact;
import dev.groundwork.rag.benchmarks.data.Share;
import dev.groundwork.rag.benchmarks.engines.HnswlibIndex;
import dev.groundwork.rag.benchmarks.engines.JVectorGraph;
import dev.groundwork.rag.benchmarks.engines.OurIndex;
import dev.groundwork.rag.benchmarks.engines.Search;
import dev.groundwork.rag.benchmarks.measure.Line;
import dev.groundwork.rag.benchmarks.measure.Report;
import dev.groundwork.rag.benchmarks.measure.Target;
import dev.groundwork.rag.benchmarks.measure.Timing;
import java.util.List;
import java.util.function.IntFunction;
import picocli.CommandLine.Command;

/** Vector search against other graphs in Java, each asked for enough to find .95 of the true ten. */
@Command(name = "peers", description = "Vector search against JVector and hnswlib at a recall of .95.")
final class PeersBenchmark extends Benchmark {

    private static final double ENOUGH = 0.95;
    private static final Target JVECTOR = Target.atLeast(2.2);
    private static final Target HNSWLIB = Target.atLeast(4.5);

    PeersBenchmark(Surroundings surroundings) {
        super(surroundings, "peers", USUAL_SIZE);
    }

    @Override
    void measure(Run run, Report report) throws Exception {
        Exact exact = run.exact(Share.ALL);
        try (OurIndex index = run.ours();
                JVectorGraph jvector = new JVectorGraph(run.corpus())) {
            HnswlibIndex hnswlib = new HnswlibIndex(run.corpus());
            Search<?> ours = index.vectors(LIMIT, Share.ALL);
            double recall = run.recall(exact, Share.ALL, ours);
            int jvectorBreadth = enough(run, exact, breadth -> jvector.vectors(LIMIT, breadth));
            int hnswlibBreadth = enough(run, exact, breadth -> hnswlib.vectors(LIMIT, breadth));
            Search<?> jvectors = jvector.vectors(LIMIT, jvectorBreadth);
            Search<?> hnswlibs = hnswlib.vectors(LIMIT, hnswlibBreadth);
            List<Timing> timings = run.rounds()
                    .measure("1 thread", 1, List.of(run.side(ours), run.side(jvectors), run.side(hnswlibs)));
            compare(
                    report,
                    timings.get(0),
                    recall,
                    "JVector 4.0.2, breadth " + jvectorBreadth,
                    timings.get(1),
                    JVECTOR,
                    run.recall(exact, Share.ALL, jvectors));
            compare(
                    report,
                    timings.get(0),
                    recall,
                    "hnswlib-core 1.2.1, ef " + hnswlibBreadth,
                    timings.get(2),
                    HNSWLIB,
                    run.recall(exact, Share.ALL, hnswlibs));
            report.note("ours returns ids, texts and metadata from disk; the peers return numbers, from memory");
        }
    }

    private static int enough(Run run, Exact exact, IntFunction<Search<?>> search) {
        return Breadth.reaching(ENOUGH, LIMIT, breadth -> run.recall(exact, Share.ALL, search.apply(breadth)));
    }

    private static void compare(
            Report report, Timing ours, double recall, String peer, Timing theirs, Target target, double theirRecall) {
        report.add(Line.faster("1 thread, p50", ours.p50(), peer, theirs.p50(), target, recall, theirRecall));
        report.add(Line.faster("1 thread, p99", ours.p99(), peer, theirs.p99(), null, recall, theirRecall));
    }
}
