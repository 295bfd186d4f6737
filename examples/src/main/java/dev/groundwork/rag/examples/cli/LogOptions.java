package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.observability.JsonEventLogger;
import dev.groundwork.rag.observability.LogLevel;
import dev.groundwork.rag.observability.LogSink;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is logged of a command's questions and ingestions, and where: for the commands that open a {@link Session}. */
final class LogOptions {

    @Option(
            order = 32,
            names = "--log-level",
            paramLabel = "LEVEL",
            description = "Write one JSON event a line to standard error: minimal (one a question), standard (one a"
                    + " step) or extended (with every candidate). What fails or is slow is always whole.")
    private @Nullable LogLevel level;

    @Option(
            order = 32,
            names = "--log-file",
            paramLabel = "FILE",
            description = "Append the events to this file instead; it rolls at 64 MB, five are kept. Read it with rag"
                    + " logs. Without --log-level the level is standard.")
    private @Nullable Path file;

    @Option(
            order = 32,
            names = "--log-slow",
            paramLabel = "SECONDS",
            description = "From this time on a question is slow, and logged whole; 5 if not given.")
    private @Nullable Double slow;

    @Option(
            order = 32,
            names = "--log-sample",
            paramLabel = "SHARE",
            description = "Share of questions that the level extended writes whole, from 0 to 1; all if not given.")
    private @Nullable Double sample;

    @Option(
            order = 32,
            names = "--log-content",
            description = "Log the texts of question, answer and passages too, without keys, e-mail addresses and card"
                    + " numbers.")
    private boolean content;

    /**
     * Opens the log.
     *
     * @return {@code null} where none is wanted
     * @throws UsageException if an option is out of its range
     */
    @Nullable
    JsonEventLogger open(PrintStream err) {
        Path to = file;
        LogLevel wanted = level == null && to != null ? LogLevel.STANDARD : level;
        if (wanted == null) {
            if (slow != null || sample != null || content) {
                throw new UsageException("--log-slow, --log-sample and --log-content need --log-level or --log-file");
            }
            return null;
        }
        JsonEventLogger.Builder builder =
                JsonEventLogger.builder().level(wanted).content(content);
        if (slow != null) {
            if (!(slow >= 0 && slow <= 86_400)) {
                throw new UsageException("--log-slow is " + slow + ", must be from 0 to 86400");
            }
            builder.slow(Duration.ofNanos(Math.round(slow * 1e9)));
        }
        if (sample != null) {
            if (!(sample >= 0 && sample <= 1)) {
                throw new UsageException("--log-sample is " + sample + ", must be from 0 to 1");
            }
            builder.sampling(sample);
        }
        if (to == null) {
            return builder.sink(LogSink.lines(err::println)).build();
        }
        if (to.toString().isBlank()) {
            throw new UsageException("--log-file is empty, must be a file");
        }
        return builder.file(to).build();
    }
}
