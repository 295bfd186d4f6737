package dev.groundwork.rag.benchmarks;

import dev.groundwork.rag.benchmarks.data.Exact;
import dev.groundwork.rag.benchmarks.data.Share;
import dev.groundwork.rag.benchmarks.engines.OurIndex;
import dev.groundwork.rag.benchmarks.engines.RawLucene;
import dev.groundwork.rag.benchmarks.engines.Search;
import dev.groundwork.rag.benchmarks.measure.Line;
import dev.groundwork.rag.benchmarks.measure.Progress;
import dev.groundwork.rag.benchmarks.measure.Report;
import dev.groundwork.rag.benchmarks.measure.Rounds;
import dev.groundwork.rag.benchmarks.measure.Timing;
import dev.groundwork.rag.lucene.VectorProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A million vectors: what an index of that size costs and finds. */
@Command(name = "million", description = "A million synthetic vectors: indexing, size, opening, speed and recall.")
final class MillionBenchmark extends Benchmark {

    private static final int SIZE = 1_000_000;

    @Option(
            names = "--index",
            paramLabel = "DIR",
            description = "Where the index is kept: used if there is one, else made. Otherwise it is gone afterwards.")
    private @Nullable Path kept;

    @Option(
            names = "--profile",
            defaultValue = "BALANCED",
            description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private VectorProfile profile = VectorProfile.BALANCED;

    MillionBenchmark(Surroundings surroundings) {
        super(surroundings, "million", SIZE, List.of(DataKind.SYNTHETIC));
    }

    @Override
    void measure(Run run, Report report) throws IOException {
        Path folder = kept == null ? run.work().resolve("million") : kept;
        if (!Files.exists(folder)) {
            build(run, report, folder);
        }
        long start = System.nanoTime();
        try (OurIndex index = OurIndex.open(folder, profile)) {
            report.add(Line.alone("opening", "ms", (System.nanoTime() - start) / 1e6, null, Double.NaN));
            report.add(Line.alone("size", "MB", index.stats().bytes() / 1e6, null, Double.NaN));
            report.note("segments: " + RawLucene.segments(folder));
            Rounds rounds = run.rounds()
                    .with(Math.min(run.rounds().rounds(), 7), run.rounds().warmUpCalls());
            for (Share share : Share.values()) {
                Exact exact = run.exact(share);
                Search<?> search = index.vectors(LIMIT, share);
                double recall = run.recall(exact, share, search);
                Timing timing = rounds.measure(share.label(), 1, List.of(run.side(search)))
                        .getFirst();
                report.add(
                        Line.alone(share.label() + ", p50", "µs", timing.p50().median(), null, recall));
                report.add(
                        Line.alone(share.label() + ", p99", "µs", timing.p99().median(), null, recall));
            }
        }
    }

    private void build(Run run, Report report, Path folder) {
        long start = System.nanoTime();
        try (OurIndex index = OurIndex.bulk(folder, profile)) {
            try (Progress bar =
                    run.progress().start("Groundwork: indexing", run.corpus().size())) {
                index.add(run.corpus(), bar::step);
                index.commitAndMerge();
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            report.add(Line.alone("indexing", "docs/s", run.corpus().size() / seconds, null, Double.NaN));
            report.note(String.format(Locale.ROOT, "built in %.0f s, profile %s", seconds, profile));
            index.settle();
        }
    }
}
