package dev.groundwork.rag.examples.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import picocli.CommandLine;

/** Tells the user what went wrong: one line on standard error, and with {@code --json} one document on standard output. */
final class Problems implements CommandLine.IParameterExceptionHandler, CommandLine.IExecutionExceptionHandler {

    private final Surroundings surroundings;

    Problems(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public int handleParseException(CommandLine.ParameterException failure, String[] args) {
        CommandLine command = failure.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        StringBuilder message = new StringBuilder(Objects.requireNonNullElse(failure.getMessage(), "wrong usage"));
        if (failure instanceof CommandLine.UnmatchedArgumentException unmatched
                && !unmatched.getSuggestions().isEmpty()) {
            List<String> suggestions = unmatched.getSuggestions();
            message.append("; did you mean ")
                    .append(String.join(" or ", suggestions.subList(0, Math.min(3, suggestions.size()))))
                    .append('?');
        }
        message.append(" (see ").append(name).append(" --help)");
        tell(name, "usage", Display.line(message.toString(), 500), json(args));
        if (Command.debug(Arrays.asList(args).contains("--debug"), surroundings.environment())) {
            failure.printStackTrace(surroundings.err());
        }
        return ExitCode.USAGE;
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
        return handle(failure, command);
    }

    /** Tells of a failure of a command, whatever kind it is. */
    int handle(Throwable failure, CommandLine command) {
        boolean json = false;
        if (command.getCommand() instanceof Command ours) {
            json = ours.options().json();
            trace(failure, ours.options(), surroundings);
        }
        if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        tell(command.getCommandSpec().qualifiedName(), Failures.type(failure), Failures.message(failure), json);
        return Failures.exitCode(failure);
    }

    /** Shows where a failure comes from, to whoever asked for it. */
    static void trace(Throwable failure, CommonOptions options, Surroundings surroundings) {
        if (Command.debug(options.debug(), surroundings.environment())) {
            failure.printStackTrace(surroundings.err());
        }
    }

    private void tell(String name, String type, String message, boolean json) {
        surroundings.err().println(name + ": " + message);
        if (json) {
            surroundings.out().println(JsonOutput.failure(type, message));
        }
    }

    /** Whether JSON was asked for, where the arguments could not be read to their end. */
    private static boolean json(String[] args) {
        List<String> all = Arrays.asList(args);
        int end = all.indexOf("--");
        return (end < 0 ? all : all.subList(0, end)).contains("--json");
    }
}
