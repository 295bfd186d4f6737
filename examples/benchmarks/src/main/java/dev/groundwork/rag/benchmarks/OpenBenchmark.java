package dev.groundwork.rag.benchmarks;

import dev.groundwork.rag.benchmarks.data.VectorFile;
import dev.groundwork.rag.benchmarks.engines.OurIndex;
import dev.groundwork.rag.benchmarks.measure.Line;
import dev.groundwork.rag.benchmarks.measure.Progress;
import dev.groundwork.rag.benchmarks.measure.Quantiles;
import dev.groundwork.rag.benchmarks.measure.Report;
import dev.groundwork.rag.benchmarks.measure.Series;
import dev.groundwork.rag.benchmarks.measure.Target;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/**
 * How long an index takes from the start of a program to its first answer, each time in a Java runtime of its own: as it is,
 * and with the archive of loaded classes that the runtime makes of a run. Beside it Lucene itself, which opens the same files
 * for writing, takes a reader, and searches about as broadly.
 */
@Command(name = "open", description = "Opening an index in a new JVM, until the first answer.")
final class OpenBenchmark extends Benchmark {

    private static final Target TARGET = Target.atMost(150);
    private static final int LEAST_RUNS = 7;
    private static final String PEER = "raw Lucene";

    /** From here on one run makes the archive. */
    private static final int ONE_STEP_ARCHIVE = 25;

    OpenBenchmark(Surroundings surroundings) {
        super(surroundings, "open", USUAL_SIZE);
    }

    /** A way to start the runtime. */
    private record Start(String name, List<String> options) {}

    @Override
    void measure(Run run, Report report) throws IOException, InterruptedException {
        Path index;
        try (OurIndex ours = run.ours()) {
            index = ours.folder();
        }
        Path query = run.work().resolve("query.vectors");
        VectorFile.write(query, new float[][] {run.corpus().queries().getFirst().vector()});
        int runs = Math.max(LEAST_RUNS, run.rounds().rounds());
        List<String> vectors = List.of("--add-modules", "jdk.incubator.vector");
        for (Start start : List.of(new Start("vector module", vectors), new Start("without it", List.of()))) {
            compare(run, report, runs, start, index, query);
            Start archived = archived(start, run.work().resolve("classes-" + start.options.size()), index, query);
            if (archived != null) {
                compare(run, report, runs, archived, index, query);
            }
        }
        report.note("from the first line of main; " + runs + " runs of each in turn, files in the page cache");
    }

    private static void compare(Run run, Report report, int runs, Start start, Path index, Path query)
            throws IOException, InterruptedException {
        double[][] ours = new double[2][runs];
        double[][] theirs = new double[2][runs];
        try (Progress bar = run.progress().start("opening, " + start.name, runs)) {
            for (int i = 0; i < runs; i++) {
                note(ours, i, child(start, List.of(), index, query));
                note(theirs, i, child(start, List.of("raw"), index, query));
                bar.step(1);
            }
        }
        add(report, "open, " + start.name, ours[0], theirs[0], null);
        add(report, "first answer, " + start.name, ours[1], theirs[1], TARGET);
        report.note(String.format(Locale.ROOT, "%s: the slowest of ours %.0f ms", start.name, Quantiles.max(ours[1])));
    }

    private static void note(double[][] to, int run, String[] millis) {
        to[0][run] = Double.parseDouble(millis[0]);
        to[1][run] = Double.parseDouble(millis[1]);
    }

    /** Adds the pair, and where there is a target a line of our own for it: it is one of milliseconds, not of a ratio. */
    private static void add(Report report, String what, double[] ours, double[] theirs, @Nullable Target target) {
        Series our = new Series(ours);
        Series their = new Series(theirs);
        report.add(new Line(
                what, "ms", our.median(), PEER, their.median(), our.ratioTo(their), null, Double.NaN, Double.NaN));
        if (target != null) {
            report.add(Line.alone(what, "ms", our.median(), target, Double.NaN));
        }
    }

    /** Has a run make an archive of the classes it loads; {@code null} where this runtime needs more than a run for it. */
    private static @Nullable Start archived(Start start, Path archive, Path index, Path query)
            throws IOException, InterruptedException {
        if (Runtime.version().feature() < ONE_STEP_ARCHIVE) {
            return null;
        }
        List<String> making = new ArrayList<>(start.options);
        making.add("-XX:AOTCacheOutput=" + archive);
        child(new Start("making", making), List.of(), index, query);
        if (Files.notExists(archive)) {
            return null;
        }
        List<String> using = new ArrayList<>(start.options);
        using.add("-XX:AOTCache=" + archive);
        return new Start(start.name + ", AOT cache", using);
    }

    private static String[] child(Start start, List<String> more, Path index, Path query)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(start.options);
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseParallelGC",
                "-cp",
                System.getProperty("java.class.path"),
                OpenProbe.class.getName(),
                index.toString(),
                query.toString()));
        command.addAll(more);
        Process process =
                new ProcessBuilder(command).redirectError(Redirect.DISCARD).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        if (status != 0) {
            throw new IOException("the child ended with status " + status);
        }
        List<String> lines = output.strip().lines().toList(); // the runtime tells of archives, too
        return lines.getLast().split(" ", -1);
    }
}
