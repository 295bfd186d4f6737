package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.RagSettings;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every command takes. */
final class CommonOptions {

    @Option(
            order = 31,
            names = "--json",
            description = "Write exactly one JSON document to standard output, also for a failure.")
    private boolean json;

    @Option(
            order = 33,
            names = "--settings",
            paramLabel = "FILE",
            description = "Properties file with rag.* settings, for instance rag.search.candidates=200.")
    private @Nullable Path settingsFile;

    @Option(order = 34, names = "--debug", description = "Show stack traces of failures; so does RAG_DEBUG=1.")
    private boolean debug;

    boolean json() {
        return json;
    }

    boolean debug() {
        return debug;
    }

    /**
     * Returns the settings of the file, or the defaults.
     *
     * @throws IllegalArgumentException if a key or a value is not legal
     * @throws FailureException if the file can't be read
     */
    RagSettings settings() {
        Path file = settingsFile;
        if (file == null) {
            return RagSettings.defaults();
        }
        try {
            return RagSettings.load(file);
        } catch (IOException e) {
            throw new FailureException("--settings " + file + ": " + Failures.describe(e), e);
        }
    }
}
