package dev.groundwork.rag.llm.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.LlmPool.LlmStream;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;

/** Pools with servers on the loopback interface, closed after each test, and what must hold of them after every fault. */
abstract class OverTheWire {

    static final ChatRequest REQUEST = ChatRequest.builder()
            .messages(UserMessage.from("canary-prompt: what does rate do?"))
            .build();

    final List<AutoCloseable> toClose = new ArrayList<>();
    final List<PoolEvent> events = new CopyOnWriteArrayList<>();
    final List<OpenAiTestServer> servers = new ArrayList<>();
    final List<RecordingHandler> handlers = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable closeable : toClose.reversed()) {
            closeable.close();
        }
    }

    OpenAiTestServer server(OpenAiTestServer.Reply... replies) throws Exception {
        OpenAiTestServer server = new OpenAiTestServer(replies);
        toClose.add(server);
        servers.add(server);
        return server;
    }

    static PoolMember.Builder member(String name, String url) {
        return OpenAiMembers.at(url, "m").apiKey(() -> "canary-key").member(name);
    }

    ChatModelPool.Builder builder() {
        return ChatModelPool.builder()
                .streamIdleTimeout(Duration.ofMillis(400))
                .closeTimeout(Duration.ofMillis(100))
                .listener(events::add);
    }

    /** Opens one of members a, b, c at these addresses. */
    ChatModelPool pool(String... urls) {
        ChatModelPool.Builder builder = builder();
        for (int i = 0; i < urls.length; i++) {
            builder.member(member(String.valueOf((char) ('a' + i)), urls[i]).build());
        }
        return opened(builder);
    }

    ChatModelPool opened(ChatModelPool.Builder builder) {
        ChatModelPool pool = builder.build();
        toClose.add(pool);
        return pool;
    }

    static Deadline seconds(double seconds) {
        return Deadline.after(Duration.ofMillis((long) (seconds * 1e3)));
    }

    RecordingHandler stream(ChatModelPool pool, double timeout) throws InterruptedException {
        return stream(pool, timeout, new RecordingHandler());
    }

    RecordingHandler stream(ChatModelPool pool, double timeout, RecordingHandler handler) throws InterruptedException {
        LlmStream unused = begin(pool, seconds(timeout), handler);
        return handler.await();
    }

    LlmStream begin(ChatModelPool pool, Deadline deadline, RecordingHandler handler) {
        handlers.add(handler);
        return pool.stream(REQUEST, deadline, handler);
    }

    /** Nothing is left behind, and what went over the wire is what the events tell. */
    void assertSound(ChatModelPool pool, String... replaced) {
        Eventually.holds("nothing in flight", () -> pool.engine().isQuiet());
        Eventually.holds("no call", () -> pool.engine().callsUnderWay() == 0);
        ClosingChecks.assertSound(pool, events, handlers, Map.of(), replaced);
        long told =
                events.stream().filter(PoolEvent.AttemptEnded.class::isInstance).count();
        assertThat(told)
                .isEqualTo(servers.stream().mapToInt(OpenAiTestServer::calls).sum());
        assertThat(events.toString()).doesNotContain("canary");
    }
}
