package dev.groundwork.rag.benchmarks;

import dev.groundwork.rag.benchmarks.pool.PoolOverhead;
import dev.groundwork.rag.benchmarks.pool.PoolSimulation;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command line: {@code bench search}, {@code bench peers} and so on, one for each claim. */
@CommandLine.Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures Groundwork beside its peers, both in one run.",
        customSynopsis = "bench COMMAND [OPTION]...",
        commandListHeading = "%nCommands (each has its own --help):%n")
public final class BenchCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private CommandSpec spec;

    private BenchCommand() {}

    /** Runs a command of the shell and ends the process with its exit code. */
    public static void main(String[] args) {
        Logger.getLogger("").setLevel(Level.OFF); // libraries', which would write between the lines of a result
        System.exit(execute(Surroundings.ofProcess(), args));
    }

    /** Runs a command and returns its exit code: 0 measured, whatever the figures; 1 failed; 2 wrong usage. */
    static int execute(Surroundings surroundings, String... args) {
        CommandLine line = new CommandLine(new BenchCommand());
        List.of(
                        new SearchBenchmark(surroundings),
                        new IndexBenchmark(surroundings),
                        new FilterBenchmark(surroundings),
                        new LangChain4jBenchmark(surroundings),
                        new PeersBenchmark(surroundings),
                        new HybridBenchmark(surroundings),
                        new DurableBenchmark(surroundings),
                        new OpenBenchmark(surroundings),
                        new MillionBenchmark(surroundings),
                        new RecallBenchmark(surroundings),
                        new PassagesBenchmark(surroundings),
                        new IngestBenchmark(surroundings),
                        new EmbeddingBenchmark(surroundings),
                        new LoggingBenchmark(surroundings),
                        new MetricsBenchmark(surroundings))
                .forEach(line::addSubcommand);
        line.addSubcommand(new PoolSimulation(surroundings.out()))
                .addSubcommand(new PoolOverhead())
                .addSubcommand(new HelpCommand())
                .setOut(new PrintWriter(surroundings.out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(surroundings.err(), true, StandardCharsets.UTF_8))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    if (e instanceof IllegalArgumentException) {
                        surroundings.err().println("bench: " + e.getMessage());
                        return CommandLine.ExitCode.USAGE;
                    }
                    e.printStackTrace(surroundings.err());
                    return CommandLine.ExitCode.SOFTWARE;
                });
        return line.execute(args);
    }

    /** Called where no command is given. */
    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing; --help lists them");
    }
}
