package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.Question;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** What the commands have in common. */
abstract class Command implements Callable<Integer> {

    @Mixin
    private final CommonOptions options = new CommonOptions();

    private final Surroundings surroundings;

    Command(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    final CommonOptions options() {
        return options;
    }

    final Surroundings surroundings() {
        return surroundings;
    }

    /**
     * Does the command's work.
     *
     * @return an {@link ExitCode}
     */
    @Override
    public abstract Integer call() throws InterruptedException;

    /** Checks {@code --k}. */
    static void checkLimit(int k) {
        if (k < 1 || k > Question.MAX_LIMIT) {
            throw new UsageException("--k is " + k + ", must be from 1 to " + Question.MAX_LIMIT);
        }
    }

    /** Returns whether a failure's stack trace is wanted. */
    static boolean debug(boolean option, Map<String, String> environment) {
        String variable = environment.getOrDefault("RAG_DEBUG", "");
        return option || !(variable.isEmpty() || variable.equals("0") || variable.equals("false"));
    }
}
