package dev.groundwork.rag.benchmarks;

import dev.groundwork.rag.benchmarks.engines.OurIndex;
import dev.groundwork.rag.benchmarks.engines.RawLucene;
import dev.groundwork.rag.benchmarks.measure.Line;
import dev.groundwork.rag.benchmarks.measure.Progress;
import dev.groundwork.rag.benchmarks.measure.Report;
import dev.groundwork.rag.benchmarks.measure.Series;
import dev.groundwork.rag.benchmarks.measure.Target;
import dev.groundwork.rag.lucene.VectorProfile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Indexing against Lucene itself: the same vectors, words and metadata, from nothing until merges are done and all is committed. */
@Command(name = "index", description = "Indexing against raw Lucene, merges and the last commit included.")
final class IndexBenchmark extends Benchmark {

    private static final Target TARGET = Target.atLeast(0.95);

    /** A round takes a minute or two. */
    private static final int MOST_ROUNDS = 3;

    @Option(
            names = "--buffer",
            paramLabel = "MB",
            defaultValue = "16",
            description = "Heap for raw Lucene's unwritten segments. Default: ${DEFAULT-VALUE}, which is Lucene's.")
    private int peersBuffer;

    IndexBenchmark(Surroundings surroundings) {
        super(surroundings, "index", USUAL_SIZE);
    }

    @Override
    void measure(Run run, Report report) throws IOException {
        int rounds = Math.min(MOST_ROUNDS, run.rounds().rounds());
        double[] ours = new double[rounds];
        double[] theirs = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            boolean oursFirst = round % 2 == 0;
            if (oursFirst) {
                ours[round] = ours(run, "ours" + round, report);
            }
            theirs[round] = raw(run, "raw" + round, report);
            if (!oursFirst) {
                ours[round] = ours(run, "ours" + round, report);
            }
        }
        Series our = new Series(ours);
        Series their = new Series(theirs);
        report.add(new Line(
                "indexing",
                "docs/s",
                our.median(),
                "raw Lucene, " + OurIndex.INDEXING_THREADS + " indexing thread, " + peersBuffer + " MB buffer",
                their.median(),
                our.ratioTo(their),
                TARGET,
                Double.NaN,
                Double.NaN));
        report.note("medians of " + rounds + " rounds");
    }

    private static double ours(Run run, String folder, Report report) throws IOException {
        long start = System.nanoTime();
        Path path = run.work().resolve(folder);
        try (OurIndex index = OurIndex.bulk(path, VectorProfile.BALANCED);
                Progress bar = run.progress()
                        .start("Groundwork: indexing", run.corpus().size())) {
            index.add(run.corpus(), bar::step);
            index.commitAndMerge();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        report.note("segments of ours: " + RawLucene.segments(path));
        return run.corpus().size() / seconds;
    }

    private double raw(Run run, String folder, Report report) throws IOException {
        long start = System.nanoTime();
        Path path = run.work().resolve(folder);
        run.raw().write(path, OurIndex.INDEXING_THREADS, peersBuffer);
        double seconds = (System.nanoTime() - start) / 1e9;
        List<Integer> segments = RawLucene.segments(path);
        report.note("segments of raw Lucene: " + segments);
        return run.corpus().size() / seconds;
    }
}
