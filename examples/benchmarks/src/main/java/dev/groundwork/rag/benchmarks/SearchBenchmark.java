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
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Vector search against Lucene itself, at the same recall, on as many segments of the same sizes. */
@Command(name = "search", description = "Vector search against raw Lucene at the same recall, with 1 and 2 threads.")
final class SearchBenchmark extends Benchmark {

    private static final Target TARGET = Target.atMost(1.05);

    SearchBenchmark(Surroundings surroundings) {
        super(surroundings, "search", USUAL_SIZE);
    }

    @Override
    void measure(Run run, Report report) throws IOException {
        Exact exact = run.exact(Share.ALL);
        try (OurIndex ours = run.ours()) {
            List<Integer> segments = RawLucene.segments(ours.folder());
            Path likeOurs = run.raw().withSegments(segments);
            Path defaults = run.raw().withDefaults();
            report.note("segments of ours and of raw Lucene at equal recall: " + segments);
            report.note("segments of raw Lucene as its defaults leave it: " + RawLucene.segments(defaults));
            try (RawLucene equal = RawLucene.open(likeOurs);
                    RawLucene usual = RawLucene.open(defaults)) {
                Search<?> our = ours.vectors(LIMIT, Share.ALL);
                double ourRecall = run.recall(exact, Share.ALL, our);
                compare(run, report, exact, our, ourRecall, equal, "raw Lucene, same segments", TARGET);
                compare(run, report, exact, our, ourRecall, usual, "raw Lucene, defaults", null);
            }
        }
    }

    private static void compare(
            Run run,
            Report report,
            Exact exact,
            Search<?> our,
            double ourRecall,
            RawLucene raw,
            String name,
            @Nullable Target target) {
        int breadth =
                Breadth.reaching(ourRecall, LIMIT, k -> run.recall(exact, Share.ALL, raw.vectors(LIMIT, k, Share.ALL)));
        Search<?> their = raw.vectors(LIMIT, breadth, Share.ALL);
        double theirRecall = run.recall(exact, Share.ALL, their);
        String peer = name + ", K " + breadth;
        for (int threads = 1; threads <= 2; threads++) {
            String task = threads == 1 ? "1 thread" : threads + " threads";
            List<Timing> timings = run.rounds().measure(task, threads, List.of(run.side(our), run.side(their)));
            Timing ourTime = timings.get(0);
            Timing theirTime = timings.get(1);
            report.add(
                    Line.share(task + ", p50", ourTime.p50(), peer, theirTime.p50(), target, ourRecall, theirRecall));
            report.add(
                    Line.share(task + ", p99", ourTime.p99(), peer, theirTime.p99(), target, ourRecall, theirRecall));
        }
    }
}
