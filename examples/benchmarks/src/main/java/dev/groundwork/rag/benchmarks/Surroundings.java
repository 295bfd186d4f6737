package dev.groundwork.rag.benchmarks;

import dev.groundwork.rag.benchmarks.measure.Progress;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;

/**
 * What a command has of its process.
 *
 * @param out results
 * @param err progress and problems
 * @param progress draws bars
 * @param data the folder of shared texts, where no option names one
 * @param cache the folder for what is kept between runs, where no option names one
 * @param clock what a result is dated by
 */
record Surroundings(PrintStream out, PrintStream err, Progress.Factory progress, Path data, Path cache, Clock clock) {

    static Surroundings ofProcess() {
        return new Surroundings(
                System.out,
                System.err,
                Progress.Factory.on(System.err, Integer.getInteger("bench.columns", 0)),
                Path.of(System.getProperty("bench.data", "../shared/data")),
                Path.of(System.getProperty("bench.cache", "examples/benchmarks/target/cache")),
                Clock.systemUTC());
    }
}
