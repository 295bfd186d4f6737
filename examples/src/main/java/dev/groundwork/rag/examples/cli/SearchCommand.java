package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.IngestReport;
import dev.groundwork.rag.RagSettings;
import dev.groundwork.rag.SearchResult;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Finds passages, and stops before any answer. */
@CommandLine.Command(
        name = "search",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = {
            "rag search --index DIR [OPTION]... QUERY",
            "       rag search --docs PATH [--index DIR] [OPTION]... QUERY"
        },
        descriptionHeading = "%n",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        description = "Find passages of documents, best first, without answering.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  rag search --index index \"rotate API key\"",
            "  rag search --index index --k 3 --mode text \"ERR_4711\"",
            "  rag search --docs docs --json \"rotate API key\"",
            "",
            "Scores compare within one search only. Exit: 0, also where nothing is found; 1 failure; 2 usage."
        })
final class SearchCommand extends Command {

    @Mixin
    private final RetrievalOptions retrieval = new RetrievalOptions();

    @Mixin
    private final ModeOption mode = new ModeOption();

    @Mixin
    private final LogOptions logs = new LogOptions();

    @Parameters(
            paramLabel = "QUERY",
            arity = "0..*",
            description = "What to look for, in quotes; - reads it from standard input, @FILE from a file.")
    private final List<String> arguments = new ArrayList<>();

    SearchCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    public Integer call() throws InterruptedException {
        retrieval.check();
        RagSettings settings = retrieval.settings(options());
        Surroundings at = surroundings();
        String query = QuestionText.read(arguments, "query", settings.maxQuestionChars(), at.in());
        Session.Plan plan =
                new Session.Plan(retrieval.docs(), retrieval.index(), mode.legs(), PoolPlan.none(), settings);
        try (Session session = Session.open(at, logs, plan)) {
            List<IngestReport> ingested = session.ingest();
            SearchResult result = session.rag().search(retrieval.question(query));
            if (options().json()) {
                at.out().println(JsonOutput.search(result, ingested, session.places()));
            } else {
                new TextOutput(at.out(), at.outWidth()).search(result, session.places());
            }
            return ExitCode.OK;
        }
    }
}
