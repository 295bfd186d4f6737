package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.llm.OnnxEmbeddingModel;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command line: {@code rag ask}, {@code ingest}, {@code search}, {@code eval} and so on. */
@CommandLine.Command(
        name = "rag",
        mixinStandardHelpOptions = true,
        description = "Answer questions from your documents, with citations, on this machine.",
        customSynopsis = "rag COMMAND [OPTION]...",
        descriptionHeading = "%n",
        optionListHeading = "%nOptions:%n",
        commandListHeading = "%nCommands (each has its own --help):%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  rag ask --docs docs \"How is an API key rotated?\"",
            "      reads the folder docs, answers with citations as file and lines",
            "  rag ingest --index index docs",
            "  rag ask --index index \"How is an API key rotated?\"",
            "      keeps what was read, so that the next question takes seconds",
            "",
            "Exit: 0 answered; 3 the documents hold no answer; 1 failure; 2 usage."
        })
public final class RagCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    private RagCommand() {}

    /** Runs a command of the shell and ends the process with its exit code. */
    public static void main(String[] args) {
        ProcessOutput processOutput = new ProcessOutput(new FileOutputStream(FileDescriptor.out));
        PrintStream out = new PrintStream(processOutput, false, StandardCharsets.UTF_8);
        PrintStream err = StandardError.open();
        System.setErr(err);
        quietLibraries();
        Surroundings surroundings = new Surroundings(
                System.in,
                out,
                err,
                System.getenv(),
                columns("rag.columns.out"),
                columns("rag.columns.err"),
                OnnxEmbeddingModel::bgeSmallEn);
        int exitCode = execute(surroundings, args);
        out.flush();
        String problem = processOutput.problem();
        if (problem != null) {
            err.println("rag: can't write to standard output: " + problem);
            exitCode = exitCode == ExitCode.OK ? ExitCode.FAILURE : exitCode;
        }
        err.flush();
        System.exit(exitCode);
    }

    /** Runs a command and returns its exit code. */
    static int execute(Surroundings surroundings, String... args) {
        Problems problems = new Problems(surroundings);
        CommandLine line = new CommandLine(new RagCommand());
        line.addSubcommand("ask", new AskCommand(surroundings))
                .addSubcommand("ingest", new IngestCommand(surroundings))
                .addSubcommand("search", new SearchCommand(surroundings))
                .addSubcommand("health", new HealthCommand(surroundings))
                .addSubcommand("eval", new EvalCommand(surroundings))
                .addSubcommand("pool", new PoolCommand(surroundings))
                .addSubcommand("logs", new LogsCommand(surroundings))
                .addSubcommand("trace", new TraceCommand(surroundings))
                .addSubcommand("help", new HelpCommand());
        line.setOut(new PrintWriter(surroundings.out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(surroundings.err(), true, StandardCharsets.UTF_8))
                // A question may begin with @, and @FILE means the question's file.
                .setExpandAtFiles(false)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(surroundings.outWidth() == 0 ? 100 : Math.clamp(surroundings.outWidth(), 60, 100))
                .setParameterExceptionHandler(problems)
                .setExecutionExceptionHandler(problems);
        line.getCommandSpec().version("rag " + version());
        line.getSubcommands().values().forEach(sub -> sub.getCommandSpec().version("rag " + version()));
        try {
            return line.execute(args);
        } catch (Error e) {
            // Picocli lets errors through; they get one line as every other failure does.
            CommandLine.ParseResult parsed = line.getParseResult();
            CommandLine command = parsed != null && parsed.hasSubcommand()
                    ? parsed.subcommand().commandSpec().commandLine()
                    : line;
            return problems.handle(e, command);
        }
    }

    /** Called where no command is given. */
    @Override
    public Integer call() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "a command is missing: ask, ingest, search, eval, health, pool, logs or trace");
    }

    private static String version() {
        return Objects.requireNonNullElse(RagCommand.class.getPackage().getImplementationVersion(), "development");
    }

    /** Java's own logging, which Lucene uses, must not write into the terminal; SLF4J's is set in its own file. */
    private static void quietLibraries() {
        Logger root = Logger.getLogger("");
        root.setLevel(Level.OFF);
    }

    private static int columns(String property) {
        return Math.max(0, Integer.getInteger(property, 0));
    }
}
