package dev.groundwork.rag.llm.pool;

import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.LlmPool.LlmStream;
import dev.groundwork.rag.MemberStatus;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/** A pool in virtual time, on one thread, with scripted members; and what must hold of it after every fault. */
final class VirtualPool implements AutoCloseable {

    static final ChatRequest REQUEST =
            ChatRequest.builder().messages(UserMessage.from("why?")).build();

    final VirtualClock clock = new VirtualClock();
    final List<PoolEvent> events = new ArrayList<>();
    final List<RecordingHandler> handlers = new ArrayList<>();
    private final Map<String, ScriptedModel> models = new LinkedHashMap<>();
    private final ChatModelPool.Builder builder = ChatModelPool.builder()
            .clock(clock)
            .executor(Runnable::run)
            .random(new SplittableRandom(7))
            .closeTimeout(Duration.ZERO)
            .listener(events::add);
    private ChatModelPool pool;

    VirtualPool member(String name, ScriptedModel.Act... acts) {
        return member(name, unchanged -> unchanged, acts);
    }

    VirtualPool member(String name, UnaryOperator<PoolMember.Builder> settings, ScriptedModel.Act... acts) {
        builder.member(settings.apply(newMember(name, acts)).build());
        return this;
    }

    PoolMember.Builder newMember(String name, ScriptedModel.Act... acts) {
        ScriptedModel model = new ScriptedModel(clock, acts);
        models.put(name, model);
        return PoolMember.of(name, model.whole()).streaming(model);
    }

    VirtualPool with(UnaryOperator<ChatModelPool.Builder> settings) {
        ChatModelPool.Builder unused = settings.apply(builder);
        return this;
    }

    ChatModelPool pool() {
        if (pool == null) {
            pool = builder.build();
        }
        return pool;
    }

    ScriptedModel model(String name) {
        return models.get(name);
    }

    int calls(String name) {
        return models.get(name).calls.size();
    }

    MemberStatus status(String name) {
        return pool().members().stream()
                .filter(m -> m.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Asks with so much time. */
    RecordingHandler ask(Duration timeout) {
        return ask(timeout, new RecordingHandler());
    }

    RecordingHandler ask(Duration timeout, RecordingHandler handler) {
        LlmStream unused = stream(timeout, handler, Priority.NORMAL);
        return handler;
    }

    LlmStream stream(Duration timeout, RecordingHandler handler, Priority priority) {
        handlers.add(handler);
        return pool().withPriority(priority).stream(REQUEST, Deadline.after(timeout, clock::nanoTime), handler);
    }

    void pass(Duration time) {
        clock.advance(time);
    }

    void passSeconds(double seconds) {
        clock.advance(Duration.ofNanos((long) (seconds * 1e9)));
    }

    List<PoolEvent.AttemptEnded> attempts() {
        return events.stream()
                .filter(PoolEvent.AttemptEnded.class::isInstance)
                .map(PoolEvent.AttemptEnded.class::cast)
                .toList();
    }

    /** What holds after every fault. */
    void assertSound() {
        Map<String, Integer> calls = new LinkedHashMap<>();
        models.forEach((name, model) -> calls.put(name, model.calls.size()));
        ClosingChecks.assertSound(pool(), events, handlers, calls);
    }

    @Override
    public void close() {
        pool().close();
    }
}
