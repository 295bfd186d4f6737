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

/** Vector search with a filter against Lucene itself, which is asked for as many as it takes to find .99 of the true ten. */
@Command(
        name = "filter",
        description = "Vector search with a filter of 1, 10 and 50 %% against raw Lucene at a recall of .99.")
final class FilterBenchmark extends Benchmark {

    private static final double ENOUGH = 0.99;
    private static final Target FASTER = Target.atMost(0.4);
    private static final Target RECALL = Target.atLeast(ENOUGH);

    FilterBenchmark(Surroundings surroundings) {
        super(surroundings, "filter", USUAL_SIZE);
    }

    @Override
    void measure(Run run, Report report) throws IOException {
        try (OurIndex ours = run.ours()) {
            List<Integer> segments = RawLucene.segments(ours.folder());
            report.note("segments of ours and of raw Lucene: " + segments);
            try (RawLucene raw = RawLucene.open(run.raw().withSegments(segments))) {
                for (Share share : List.of(Share.TENTH, Share.HUNDREDTH, Share.HALF)) {
                    compare(run, report, ours, raw, share);
                }
            }
        }
    }

    private static void compare(Run run, Report report, OurIndex ours, RawLucene raw, Share share) throws IOException {
        Exact exact = run.exact(share);
        int breadth = Breadth.reaching(ENOUGH, LIMIT, k -> run.recall(exact, share, raw.vectors(LIMIT, k, share)));
        Search<?> our = ours.vectors(LIMIT, share);
        Search<?> their = raw.vectors(LIMIT, breadth, share);
        double recall = run.recall(exact, share, our);
        double theirRecall = run.recall(exact, share, their);
        List<Timing> timings =
                run.rounds().measure("filter " + share.label(), 1, List.of(run.side(our), run.side(their)));
        Timing ourTime = timings.get(0);
        Timing theirTime = timings.get(1);
        String peer = "raw Lucene, K " + breadth;
        @Nullable Target target = share == Share.TENTH ? FASTER : null;
        report.add(
                Line.share(share.label() + ", p50", ourTime.p50(), peer, theirTime.p50(), target, recall, theirRecall));
        report.add(
                Line.share(share.label() + ", p99", ourTime.p99(), peer, theirTime.p99(), null, recall, theirRecall));
        report.add(Line.alone(
                share.label() + ", recall@10", "", recall, share == Share.TENTH ? RECALL : null, Double.NaN));
    }
}
