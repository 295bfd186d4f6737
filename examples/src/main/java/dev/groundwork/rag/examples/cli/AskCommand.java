package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.Answer;
import dev.groundwork.rag.IngestReport;
import dev.groundwork.rag.RagSettings;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Answers a question from documents. */
@CommandLine.Command(
        name = "ask",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = {
            "rag ask --docs PATH [--index DIR] [OPTION]... QUESTION",
            "       rag ask --index DIR [OPTION]... QUESTION"
        },
        descriptionHeading = "%n",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        description = {
            "Answer a question from documents, with citations as file and lines.",
            "",
            "Without --llm the answer consists of the documents' own sentences and needs neither key nor network. So it"
                    + " does where no model can be reached; the answer is then marked as degraded."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  rag ask --docs docs \"How is an API key rotated?\"",
            "  rag ask --docs docs --index index \"How is an API key rotated?\"",
            "  rag ask --index index --llm llama3.2@http://localhost:11434/v1 --stream \"How is ...?\"",
            "  rag ask --index index --json - < question.txt",
            "",
            "Exit: 0 answered, also where degraded; 3 the documents hold no answer; 1 failure; 2 usage."
        })
final class AskCommand extends Command {

    @Mixin
    private final RetrievalOptions retrieval = new RetrievalOptions();

    @Mixin
    private final LogOptions logs = new LogOptions();

    @Mixin
    private final LlmOptions llms = new LlmOptions();

    @Option(
            order = 21,
            names = "--stream",
            description = "Show the answer while it is written; with --json on standard error.")
    private boolean stream;

    @Parameters(
            paramLabel = "QUESTION",
            arity = "0..*",
            description = "The question, in quotes; - reads it from standard input, @FILE from a file.")
    private final List<String> arguments = new ArrayList<>();

    AskCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    public Integer call() throws InterruptedException {
        retrieval.check();
        RagSettings settings = retrieval.settings(options());
        Surroundings at = surroundings();
        String question = QuestionText.read(arguments, "question", settings.maxQuestionChars(), at.in());
        Session.Plan plan = new Session.Plan(retrieval.docs(), retrieval.index(), Legs.HYBRID, llms.plan(), settings);
        try (Session session = Session.open(at, logs, plan)) {
            List<IngestReport> ingested = session.ingest();
            TextOutput text = new TextOutput(at.out(), at.outWidth());
            Answer answer;
            if (stream) {
                WordWrap shown = options().json() ? new WordWrap(at.err(), at.errWidth()) : text.wrap();
                StreamedAnswer streamed = new StreamedAnswer(shown);
                answer = streamed.ask(session.rag(), retrieval.question(question));
                if (!options().json()) {
                    text.flags(answer, session.places());
                }
            } else {
                answer = session.rag().ask(retrieval.question(question));
                if (!options().json()) {
                    text.answer(answer, session.places());
                }
            }
            if (options().json()) {
                at.out().println(JsonOutput.answer(answer, ingested, session.places()));
            }
            return answer instanceof Answer.Abstained ? ExitCode.ABSTAINED : ExitCode.OK;
        }
    }
}
