package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.LlmUnavailableException;
import dev.groundwork.rag.MemberStatus;
import dev.groundwork.rag.RagException;
import dev.groundwork.rag.llm.pool.ChatModelPool;
import dev.groundwork.rag.llm.pool.PoolMember;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows the pool of language models. */
@CommandLine.Command(
        name = "pool",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = "rag pool --status [--llm MODEL@URL]... [--pool FILE] [OPTION]...",
        descriptionHeading = "%n",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        description = "Show the language models of a pool: which there are, with what limits, and with --probe whether"
                + " each one answers, how fast, and what its provider says is left.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  rag pool --status --pool pool.properties",
            "  rag pool --status --probe --llm llama3.2@http://localhost:11434/v1",
            "",
            "Exit: 0 every model that was asked answered; 1 one did not; 2 usage."
        })
final class PoolCommand extends Command {

    private static final ChatRequest PROBE = ChatRequest.builder()
            .messages(UserMessage.from("Answer with the one word: ready"))
            .build();

    @Mixin
    private final LlmOptions llms = new LlmOptions();

    @Option(order = 1, names = "--status", description = "Show each model's state and what is left of its limits.")
    private boolean status;

    @Option(
            order = 2,
            names = "--probe",
            description = "Ask each model for one word, which may cost a few tokens. Without it no model is called.")
    private boolean probe;

    @Option(
            order = 3,
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "20",
            description = "How long each model may take; ${DEFAULT-VALUE} by default.")
    private int timeout;

    PoolCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    public Integer call() {
        if (timeout < 1 || timeout > 3_600) {
            throw new UsageException("--timeout is " + timeout + ", must be from 1 to 3600");
        }
        if (!status && !probe) {
            throw new UsageException("say what to show: --status, or --probe to ask each model");
        }
        PoolPlan plan = llms.plan();
        if (plan.isEmpty()) {
            throw new UsageException("no model is named; give --llm MODEL@URL or --pool FILE");
        }
        Surroundings at = surroundings();
        Duration limit = Duration.ofSeconds(timeout);
        List<MemberStatus> members = new ArrayList<>();
        boolean allWell = true;
        if (probe) {
            // Each by itself: in a pool the first one would answer for all.
            for (Map.Entry<String, PoolMember> member :
                    plan.members(at.environment(), limit).entrySet()) {
                Probed probed = probe(member.getValue(), limit);
                members.add(probed.status());
                allWell &= probed.well();
                if (!probed.well()) {
                    at.err().println("rag pool: " + Display.line(member.getKey() + ": " + probed.problem(), 500));
                }
            }
        } else {
            try (ChatModelPool pool = plan.open(at.environment(), limit)) {
                members.addAll(pool.members());
            }
        }
        if (options().json()) {
            at.out().println(JsonOutput.pool(members));
        } else {
            new TextOutput(at.out(), at.outWidth()).pool(members);
        }
        return allWell ? ExitCode.OK : ExitCode.FAILURE;
    }

    private record Probed(MemberStatus status, boolean well, String problem) {}

    private static Probed probe(PoolMember member, Duration limit) {
        try (ChatModelPool pool = ChatModelPool.builder()
                .maxAttempts(1)
                .closeTimeout(Duration.ZERO)
                .member(member)
                .build()) {
            try {
                pool.chat(PROBE, Deadline.after(limit));
                return new Probed(pool.members().getFirst(), true, "");
            } catch (LlmUnavailableException e) {
                String problem = e.attempts().isEmpty()
                        ? "not asked"
                        : e.attempts().getLast().errorType();
                return new Probed(pool.members().getFirst(), false, problem);
            } catch (RagException e) {
                return new Probed(pool.members().getFirst(), false, Failures.message(e));
            }
        }
    }
}
