package dev.groundwork.rag.benchmarks;

import dev.groundwork.rag.benchmarks.data.Exact;
import dev.groundwork.rag.benchmarks.data.Share;
import dev.groundwork.rag.benchmarks.engines.OurIndex;
import dev.groundwork.rag.benchmarks.engines.RawLucene;
import dev.groundwork.rag.benchmarks.engines.Search;
import dev.groundwork.rag.benchmarks.measure.Line;
import dev.groundwork.rag.benchmarks.measure.Report;
import dev.groundwork.rag.benchmarks.measure.Target;
import dev.groundwork.rag.benchmarks.measure.Timing;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Search by vector and words together, fused, against both searches of Lucene itself one after the other. */
@Command(
        name = "hybrid",
        description = "Hybrid search against raw Lucene's vector search and BM25 one after the other.")
final class HybridBenchmark extends Benchmark {

    private static final Target TARGET = Target.atMost(0.85);

    HybridBenchmark(Surroundings surroundings) {
        super(surroundings, "hybrid", USUAL_SIZE);
    }

    @Override
    void measure(Run run, Report report) throws IOException {
        Exact exact = run.exact(Share.ALL);
        try (OurIndex ours = run.ours()) {
            List<Integer> segments = RawLucene.segments(ours.folder());
            report.note("segments of ours and of raw Lucene: " + segments);
            double recall = run.recall(exact, Share.ALL, ours.vectors(LIMIT, Share.ALL));
            report.note(
                    "recall is that of vector search alone; raw Lucene's is the broader of what .95 and k hits take");
            try (RawLucene raw = RawLucene.open(run.raw().withSegments(segments))) {
                int candidates = OurIndex.HYBRID_CANDIDATES;
                compare(run, report, exact, ours, recall, raw, candidates, LIMIT / 2, TARGET);
                compare(run, report, exact, ours, recall, raw, candidates, candidates, null);
                compare(run, report, exact, ours, recall, raw, LIMIT, LIMIT, null);
            }
        }
    }

    private static void compare(
            Run run,
            Report report,
            Exact exact,
            OurIndex ours,
            double recall,
            RawLucene raw,
            int candidates,
            int read,
            @Nullable Target target) {
        int equal = Breadth.reaching(
                recall - Breadth.EQUAL, LIMIT, k -> run.recall(exact, Share.ALL, raw.vectors(LIMIT, k, Share.ALL)));
        int breadth = Math.max(candidates, equal);
        Search<?> hybrid = ours.hybrid(LIMIT);
        Search<?> serial = raw.vectorsThenWords(candidates, breadth, read);
        double theirRecall = run.recall(exact, Share.ALL, raw.vectors(LIMIT, breadth, Share.ALL));
        List<Timing> timings = run.rounds()
                .measure(candidates + " candidates, " + read + " read", 1, List.of(run.side(hybrid), run.side(serial)));
        Timing ourTime = timings.get(0);
        Timing theirTime = timings.get(1);
        String peer = "raw kNN (K " + breadth + "), then raw BM25, " + candidates + " hits of each, " + read + " read";
        report.add(Line.share("1 caller, p50", ourTime.p50(), peer, theirTime.p50(), target, recall, theirRecall));
        report.add(Line.share("1 caller, p99", ourTime.p99(), peer, theirTime.p99(), null, recall, theirRecall));
    }
}
