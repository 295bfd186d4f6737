package dev.groundwork.rag.benchmarks.pool;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What a call through the pool costs beside a direct one, with its allocation. */
@Command(
        name = "pool-overhead",
        mixinStandardHelpOptions = true,
        description = "A call through the pool beside a direct one: times of one thread, calls of several (JMH).")
public final class PoolOverhead implements Callable<Integer> {

    @Option(names = "--threads", defaultValue = "4", description = "For calls per second; ${DEFAULT-VALUE} by default.")
    private int threads;

    @Option(names = "--seconds", defaultValue = "2", description = "Of an iteration; ${DEFAULT-VALUE} by default.")
    private int seconds;

    /** Makes it. */
    public PoolOverhead() {}

    @Override
    public Integer call() throws RunnerException {
        new Runner(options(Mode.SampleTime, 1).timeUnit(TimeUnit.MICROSECONDS).build()).run();
        new Runner(options(Mode.Throughput, threads).timeUnit(TimeUnit.SECONDS).build()).run();
        return 0;
    }

    private ChainedOptionsBuilder options(Mode mode, int threadsOfRun) {
        return new OptionsBuilder()
                .include(OverheadState.class.getName())
                .mode(mode)
                .threads(threadsOfRun)
                .forks(1)
                .warmupIterations(3)
                .warmupTime(TimeValue.seconds(seconds))
                .measurementIterations(3)
                .measurementTime(TimeValue.seconds(seconds))
                .addProfiler(GCProfiler.class);
    }
}
