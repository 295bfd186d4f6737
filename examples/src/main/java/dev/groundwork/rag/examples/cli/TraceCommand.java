package dev.groundwork.rag.examples.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** Shows all that was logged of one question. */
@CommandLine.Command(
        name = "trace",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = "rag trace ID [FILE]...",
        descriptionHeading = "%n",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        description =
                "Show all that was logged of one question: its steps, with candidates and attempts where they were"
                        + " logged.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  rag ask --index index --log-level extended --log-file events.jsonl \"How is ...?\"",
            "  rag logs events.jsonl",
            "  rag trace 3f2a events.jsonl",
            "",
            "Exit: 0; 1 a file can't be opened, or there is no such question; 2 usage."
        })
final class TraceCommand implements Callable<Integer> {

    private final Surroundings surroundings;

    @Parameters(index = "0", paramLabel = "ID", description = "The question's request id, or the beginning of it.")
    private String id = "";

    @Parameters(
            index = "1..*",
            paramLabel = "FILE",
            arity = "0..*",
            description = "Logs, read in this order; - or none is standard input.")
    private final List<String> files = new ArrayList<>();

    TraceCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        return OneQuestion.show(id, files, new LogLines(surroundings.in()), new LogFilter(), surroundings, true);
    }
}
