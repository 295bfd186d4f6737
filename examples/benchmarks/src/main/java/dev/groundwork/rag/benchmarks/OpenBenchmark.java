package dev.groundwork.rag.benchmarks;

import dev.groundwork.rag.benchmarks.data.VectorFile;
import dev.groundwork.rag.benchmarks.engines.OurIndex;
import dev.groundwork.rag.benchmarks.measure.Line;
import dev.groundwork.rag.benchmarks.measure.Progress;
import dev.groundwork.rag.benchmarks.measure.Quantiles;
import dev.groundwork.rag.benchmarks.measure.Report;
import dev.groundwork.rag.benchmarks.measure.Target;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;

/** How long an index takes from the start of a program to its first answer, each time in a Java runtime of its own. */
@Command(name = "open", description = "Opening an index in a new JVM, until the first answer.")
final class OpenBenchmark extends Benchmark {

    private static final Target TARGET = Target.atMost(150);
    private static final int LEAST_RUNS = 7;

    OpenBenchmark(Surroundings surroundings) {
        super(surroundings, "open", USUAL_SIZE);
    }

    @Override
    void measure(Run run, Report report) throws IOException, InterruptedException {
        Path index;
        try (OurIndex ours = run.ours()) {
            index = ours.folder();
        }
        Path query = run.work().resolve("query.vectors");
        VectorFile.write(query, new float[][] {run.corpus().queries().getFirst().vector()});
        int runs = Math.max(LEAST_RUNS, run.rounds().rounds());
        double[] opened = new double[runs];
        double[] answered = new double[runs];
        try (Progress bar = run.progress().start("opening", runs)) {
            for (int i = 0; i < runs; i++) {
                String[] millis = child(index, query);
                opened[i] = Double.parseDouble(millis[0]);
                answered[i] = Double.parseDouble(millis[1]);
                bar.step(1);
            }
        }
        report.add(Line.alone("until it is open", "ms", Quantiles.median(opened), null, Double.NaN));
        report.add(Line.alone("until the first answer", "ms", Quantiles.median(answered), TARGET, Double.NaN));
        report.note(String.format(
                Locale.ROOT,
                "from the first line of main; %d runs, the slowest %.0f ms, files in the page cache",
                runs,
                Quantiles.max(answered)));
    }

    private static String[] child(Path index, Path query) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseParallelGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OpenProbe.class.getName(),
                        index.toString(),
                        query.toString())
                .redirectError(Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        if (status != 0) {
            throw new IOException("the child ended with status " + status);
        }
        return output.strip().split(" ", -1);
    }
}
