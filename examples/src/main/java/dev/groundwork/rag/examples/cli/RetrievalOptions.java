package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.Question;
import dev.groundwork.rag.RagSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code ask} and {@code search} both take: where to look, how much, how long. */
final class RetrievalOptions {

    @Option(
            order = 1,
            names = "--docs",
            paramLabel = "PATH",
            description = "Folder or file to read first; may be given several times. Without --index it is kept in"
                    + " memory and forgotten in the end.")
    private final List<Path> docs = new ArrayList<>();

    @Option(
            order = 2,
            names = "--index",
            paramLabel = "DIR",
            description = "Folder of a saved index. With --docs it is brought up to date first, without it is only"
                    + " read.")
    private @Nullable Path index;

    @Option(
            order = 3,
            names = "--k",
            paramLabel = "N",
            description = "How many passages to take, from 1 to 1,000. If not given,"
                    + " search takes 10, and ask 12 for a prompt or 30 to quote from.")
    private @Nullable Integer k;

    @Option(
            order = 4,
            names = "--timeout",
            paramLabel = "TIME",
            description = "How long the question may take in all, for instance 500ms, 30s or 2m; 30s if not given."
                    + " Reading documents does not count.")
    private @Nullable String timeout;

    List<Path> docs() {
        return docs;
    }

    @Nullable
    Path index() {
        return index;
    }

    /** Checks that there is something to look into, before anything is loaded. */
    void check() {
        if (docs.isEmpty() && index == null) {
            throw new UsageException("there is nothing to look into: give --docs PATH, --index DIR or both");
        }
        if (k != null) {
            Command.checkLimit(k);
        }
    }

    /** Returns the settings as these options change them. */
    RagSettings settings(CommonOptions options) {
        RagSettings settings = options.settings();
        RagSettings.Builder changed = settings.toBuilder();
        if (k != null) {
            changed.limit(k).contextSources(Math.min(k, 100)).extractiveSources(k);
        }
        if (timeout != null) {
            changed.timeout(duration(timeout));
        }
        return changed.build();
    }

    /** Returns the question; what these options say about it is in the settings. */
    Question question(String text) {
        return Question.of(text);
    }

    private static Duration duration(String text) {
        try {
            return RagSettings.of(Map.of("rag.timeout", text)).timeout();
        } catch (IllegalArgumentException e) {
            throw new UsageException(
                    "--timeout is '" + text + "', must be from 1ms to 24h, for instance 500ms, 30s or" + " 2m");
        }
    }
}
