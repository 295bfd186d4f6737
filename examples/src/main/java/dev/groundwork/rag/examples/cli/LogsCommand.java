package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.observability.LoggedEvent;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows logs of questions. */
@CommandLine.Command(
        name = "logs",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = "rag logs [OPTION]... [FILE]...",
        descriptionHeading = "%n",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        description = {
            "Show logged questions as a table, or one of them step by step.",
            "",
            "Reads JSON lines, plain or gzipped, and what Logback, Spring Boot, Log4j, slf4j-simple and"
                    + " java.util.logging make of them. Lines about something else are passed over."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  rag logs events.jsonl",
            "  rag logs --failed --since 2h events.jsonl.1 events.jsonl",
            "  rag logs --slow 500 --pipeline docs events.jsonl.gz",
            "  kubectl logs app | rag logs --request 3f2a",
            "",
            "Exit: 0; 1 a file can't be opened, or there is no such question; 2 usage."
        })
final class LogsCommand implements Callable<Integer> {

    private final Surroundings surroundings;

    @Mixin
    private final LogFilter filter = new LogFilter();

    @Option(
            order = 5,
            names = "--request",
            paramLabel = "ID",
            description = "Draw the steps of this question; the beginning of its id is enough.")
    private @Nullable String request;

    @Parameters(
            paramLabel = "FILE",
            arity = "0..*",
            description = "Logs, read in this order; - or none is standard input.")
    private final List<String> files = new ArrayList<>();

    LogsCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        filter.prepare(Clock.systemUTC());
        LogLines lines = new LogLines(surroundings.in());
        String id = request;
        if (id != null) {
            return OneQuestion.show(id, files, lines, filter, surroundings, false);
        }
        QuestionTable table = new QuestionTable(surroundings.out(), Ink.of(surroundings), filter);
        lines.read(files, (LoggedEvent event) -> table.take(event));
        surroundings.out().flush();
        surroundings.err().println(table.summary());
        OneQuestion.problems(lines, surroundings);
        return ExitCode.OK;
    }
}
