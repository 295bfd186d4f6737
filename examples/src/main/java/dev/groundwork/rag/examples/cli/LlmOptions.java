package dev.groundwork.rag.examples.cli;

import java.util.ArrayList;
import java.util.List;
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

    /** Returns the models, the preferred one first. */
    List<LlmTarget> targets() {
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
