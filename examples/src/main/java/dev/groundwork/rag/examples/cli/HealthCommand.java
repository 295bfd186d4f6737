package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.Health;
import dev.groundwork.rag.RagException;
import dev.groundwork.rag.observability.HealthMonitor;
import dev.groundwork.rag.observability.HealthReport;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Says whether questions can be answered from a saved index. */
@CommandLine.Command(
        name = "health",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = "rag health --index DIR [OPTION]...",
        descriptionHeading = "%n",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        description = "Say whether questions can be answered from a saved index, with each part. Calls no language"
                + " model.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  rag health --index index",
            "  rag health --index index --json",
            "  rag health --index index --as spring-boot",
            "",
            "Exit: 0 up or degraded; 1 down; 2 usage."
        })
final class HealthCommand extends Command {

    @Option(order = 1, names = "--index", paramLabel = "DIR", required = true, description = "Folder of the index.")
    private @Nullable Path index;

    /** Shapes that frameworks know. */
    enum Shape {
        SPRING_BOOT,
        MICROPROFILE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    @Option(
            order = 2,
            names = "--as",
            paramLabel = "SHAPE",
            description = "Write the JSON of a framework's health endpoint: ${COMPLETION-CANDIDATES}.")
    private @Nullable Shape shape;

    @Mixin
    private final LogOptions logs = new LogOptions();

    @Mixin
    private final LlmOptions llms = new LlmOptions();

    HealthCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    public Integer call() throws InterruptedException {
        Surroundings at = surroundings();
        Session.Plan plan = new Session.Plan(
                List.of(), index, Legs.HYBRID, llms.plan(), options().settings());
        Health health;
        HealthReport report;
        try (Session session = Session.open(at, logs, plan);
                HealthMonitor monitor = HealthMonitor.builder().build()) {
            health = session.rag().health();
            monitor.watch(session.rag());
            report = monitor.report();
        } catch (RagException | FailureException e) {
            // An index that can't be opened is what this command is there to tell, not a failure of its own.
            String reason = Failures.message(e);
            health = new Health.Down(reason, Map.of(), Map.of("index", Health.down(reason, Map.of())));
            report = new HealthReport("default", Instant.now(), true, false, false, health, Map.of());
            Problems.trace(e, options(), at);
        }
        if (shape == Shape.SPRING_BOOT) {
            at.out().println(report.toSpringBootJson());
        } else if (shape == Shape.MICROPROFILE) {
            at.out().println(report.toMicroProfileJson(HealthReport.Probe.READINESS));
        } else if (options().json()) {
            at.out().println(JsonOutput.health(health));
        } else {
            new TextOutput(at.out(), at.outWidth()).health(health);
        }
        return health instanceof Health.Down ? ExitCode.FAILURE : ExitCode.OK;
    }
}
