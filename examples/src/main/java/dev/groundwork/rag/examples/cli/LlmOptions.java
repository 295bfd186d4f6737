package dev.groundwork.rag.examples.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which language models write answers. */
final class LlmOptions {

    @Option(
            order = 11,
            names = "--llm",
            paramLabel = "MODEL@URL",
            description = "A language model and its OpenAI-compatible endpoint, for instance"
                    + " llama3.2@http://localhost:11434/v1. May be given several times: the first is preferred, the"
                    + " others stand in. The key is taken from RAG_LLM_API_KEY, else OPENAI_API_KEY.")
    private final List<String> llms = new ArrayList<>();

    @Option(
            order = 12,
            names = "--pool",
            paramLabel = "FILE",
            description = "A properties file with language models and how they are used together: tiers, limits, quota"
                    + " groups, budgets. rag-llm/README.md lists the keys. Models of --llm stand in for those.")
    private @Nullable Path poolFile;

    /** Returns which models there are and how they are used. */
    PoolPlan plan() {
        return new PoolPlan(targets(), poolFile == null ? null : PoolFile.read(poolFile));
    }

    /** Returns the models of --llm, the preferred one first. */
    private List<LlmTarget> targets() {
        List<LlmTarget> targets = new ArrayList<>();
        for (String llm : llms) {
            LlmTarget target;
            try {
                target = LlmTarget.parse(llm);
            } catch (IllegalArgumentException e) {
                // The value is not repeated, it may hold a password.
                throw new UsageException("--llm number " + (targets.size() + 1) + ": " + e.getMessage());
            }
            if (targets.stream().anyMatch(other -> other.name().equals(target.name()))) {
                throw new UsageException("--llm " + target.name() + " is given twice");
            }
            targets.add(target);
        }
        return targets;
    }
}
