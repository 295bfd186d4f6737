package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.IngestReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Brings a saved index in step with documents. */
@CommandLine.Command(
        name = "ingest",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = "rag ingest --index DIR [OPTION]... PATH...",
        descriptionHeading = "%n",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        description = {
            "Bring a saved index in step with folders and files: what is new is added, what has changed replaced, what"
                    + " is gone deleted, and the rest left alone.",
            "",
            "Read are Markdown, HTML, PDF, Word, PowerPoint, Excel, EPUB, e-mail, CSV, JSON and plain text. Each file"
                    + " that can't be read is listed on standard error, and the rest goes on."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  rag ingest --index index docs",
            "  rag ingest --index index --json docs handbook.pdf",
            "",
            "Exit: 0 also where some files can't be read; 1 failure; 2 usage."
        })
final class IngestCommand extends Command {

    @Option(
            order = 1,
            names = "--index",
            paramLabel = "DIR",
            required = true,
            description = "Folder of the index; made if it does not exist.")
    private @Nullable Path index;

    @Mixin
    private final LogOptions logs = new LogOptions();

    @Parameters(paramLabel = "PATH", arity = "1..*", description = "Folders and files to read.")
    private final List<Path> paths = new ArrayList<>();

    IngestCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    public Integer call() throws InterruptedException {
        Surroundings at = surroundings();
        Session.Plan plan = new Session.Plan(
                paths, index, Legs.HYBRID, PoolPlan.none(), options().settings());
        try (Session session = Session.open(at, logs, plan)) {
            List<IngestReport> reports = session.ingest();
            at.out()
                    .println(
                            options().json()
                                    ? JsonOutput.ingest(reports)
                                    : IngestTotals.of(reports).line());
            return ExitCode.OK;
        }
    }
}
