package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.llm.pool.ChatModelPool;
import dev.groundwork.rag.llm.pool.PoolMember;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which language models there are, and how they are used.
 *
 * @param targets the models of {@code --llm}, the preferred one first
 * @param file the file of {@code --pool}; {@code null} where there is none
 */
record PoolPlan(List<LlmTarget> targets, @Nullable PoolFile file) {

    static PoolPlan none() {
        return new PoolPlan(List.of(), null);
    }

    boolean isEmpty() {
        return targets.isEmpty() && file == null;
    }

    /** Returns the members in order: those of the file, then those of the options. */
    Map<String, PoolMember> members(Map<String, String> environment, Duration timeout) {
        Map<String, PoolMember> members = new LinkedHashMap<>();
        if (file != null) {
            members.putAll(file.members(environment, timeout));
        }
        for (LlmTarget target : targets) {
            members.put(
                    target.name(),
                    target.member(target.name(), () -> LlmTarget.key(environment, null), timeout, false, false)
                            .build());
        }
        return members;
    }

    /** Returns the pool of them. */
    ChatModelPool open(Map<String, String> environment, Duration timeout) {
        ChatModelPool.Builder builder = ChatModelPool.builder();
        if (file != null) {
            file.configure(builder);
        }
        members(environment, timeout).values().forEach(builder::member);
        return builder.build();
    }
}
