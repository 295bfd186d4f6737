package dev.groundwork.rag.llm.pool;

import static dev.groundwork.rag.llm.pool.OpenAiTestServer.cutsAfter;
import static dev.groundwork.rag.llm.pool.OpenAiTestServer.fails;
import static dev.groundwork.rag.llm.pool.OpenAiTestServer.garbles;
import static dev.groundwork.rag.llm.pool.OpenAiTestServer.hangs;
import static dev.groundwork.rag.llm.pool.OpenAiTestServer.resets;
import static dev.groundwork.rag.llm.pool.OpenAiTestServer.says;
import static dev.groundwork.rag.llm.pool.OpenAiTestServer.stallsAfter;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.groundwork.rag.CancelledException;
import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.DeadlineExceededException;
import dev.groundwork.rag.LlmAttempt;
import dev.groundwork.rag.LlmAttempt.Outcome;
import dev.groundwork.rag.LlmPool.LlmStream;
import dev.groundwork.rag.LlmReply;
import dev.groundwork.rag.LlmUnavailableException;
import dev.groundwork.rag.MemberStatus;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The pool over LangChain4j's OpenAI models and servers on the loopback interface. */
@Timeout(30)
class ChatModelPoolIT {

    private static final ChatRequest REQUEST = ChatRequest.builder()
            .messages(UserMessage.from("canary-prompt: what does rate do?"))
            .build();
    private static final String KEY = "canary-key";

    private final List<AutoCloseable> toClose = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable closeable : toClose.reversed()) {
            closeable.close();
        }
    }

    private OpenAiTestServer server(OpenAiTestServer.Reply... replies) throws Exception {
        OpenAiTestServer server = new OpenAiTestServer(replies);
        toClose.add(server);
        return server;
    }

    private ChatModelPool pool(String... urls) {
        ChatModelPool.Builder builder = ChatModelPool.builder()
                .streamIdleTimeout(Duration.ofMillis(400))
                .closeTimeout(Duration.ofMillis(100));
        for (int i = 0; i < urls.length; i++) {
            builder.member(
                    String.valueOf((char) ('a' + i)),
                    OpenAiChatModel.builder()
                            .baseUrl(urls[i])
                            .apiKey(KEY)
                            .modelName("m")
                            .maxRetries(0)
                            .build(),
                    OpenAiStreamingChatModel.builder()
                            .baseUrl(urls[i])
                            .apiKey(KEY)
                            .modelName("m")
                            .build());
        }
        ChatModelPool pool = builder.build();
        toClose.add(pool);
        return pool;
    }

    private static Deadline seconds(long seconds) {
        return Deadline.after(Duration.ofSeconds(seconds));
    }

    private static void assertQuiet(ChatModelPool pool) {
        Eventually.holds("nothing in flight", () -> pool.members().stream().allMatch(m -> m.inFlight() == 0));
        Eventually.holds(
                "no thread in use",
                () -> pool.engine().inFlight() == 0 && pool.engine().callsUnderWay() == 0);
    }

    static List<Arguments> faults() {
        return List.of(
                Arguments.of("RateLimitException (429)", fails(429, "slow down")),
                Arguments.of("InternalServerException (500)", fails(500, "oops")),
                Arguments.of("InternalServerException (503)", fails(503, "oops")),
                Arguments.of("AuthenticationException (401)", fails(401, KEY)),
                Arguments.of("ModelNotFoundException (404)", fails(404, "no model")),
                Arguments.of("Exception", resets()),
                Arguments.of("Exception", garbles()),
                Arguments.of("EmptyAnswer", says("")),
                Arguments.of("TimeLimit", hangs()));
    }

    @ParameterizedTest(name = "{index} {0}")
    @MethodSource("faults")
    void theSecondAnswersWhereTheFirstFails(String errorType, OpenAiTestServer.Reply fault) throws Exception {
        OpenAiTestServer first = server(fault);
        OpenAiTestServer second = server(says("per second"));
        ChatModelPool pool = pool(first.baseUrl(), second.baseUrl());

        LlmReply reply = pool.chat(REQUEST, seconds(2));

        int tries = errorType.contains("500") ? 2 : 1;
        assertThat(first.calls()).isEqualTo(tries);
        assertThat(reply.response().aiMessage().text()).isEqualTo("per second");
        assertThat(reply.member()).isEqualTo("b");
        assertThat(reply.attempts())
                .extracting(LlmAttempt::member)
                .containsExactly(tries == 2 ? new String[] {"a", "a", "b"} : new String[] {"a", "b"});
        assertThat(reply.attempts().getFirst().errorType()).contains(errorType).isNotEmpty();
        assertThat(reply.attempts().getLast().outcome()).isEqualTo(Outcome.SERVED);
        assertQuiet(pool);
    }

    @ParameterizedTest(name = "{index} {0}")
    @MethodSource("faults")
    void theSecondStreamsWhereTheFirstFailsBeforeItsFirstToken(String errorType, OpenAiTestServer.Reply fault)
            throws Exception {
        OpenAiTestServer first = server(fault);
        OpenAiTestServer second = server(says("increase per second"));
        ChatModelPool pool = pool(first.baseUrl(), second.baseUrl());
        RecordingHandler handler = new RecordingHandler();

        pool.stream(REQUEST, seconds(2), handler);
        handler.await();

        assertThat(first.calls()).isEqualTo(errorType.contains("500") ? 2 : 1);
        assertThat(handler.error).isNull();
        assertThat(handler.partials).containsExactly("increase ", "per ", "second");
        LlmReply reply = requireNonNull(handler.reply);
        assertThat(reply.member()).isEqualTo("b");
        assertThat(reply.response().aiMessage().text()).isEqualTo("increase per second");
        assertThat(reply.attempts().getFirst().errorType()).contains(errorType).isNotEmpty();
        assertThat(handler.terminals).hasValue(1);
        assertQuiet(pool);
    }

    @Test
    void saysWhatEachAttemptCameToWhenAllAreDead() throws Exception {
        OpenAiTestServer limited = server(fails(429, "canary-prompt " + KEY + ", please try again in 90s"));
        ChatModelPool pool = pool(OpenAiTestServer.deadUrl(), limited.baseUrl());

        LlmUnavailableException error =
                catchThrowableOfType(LlmUnavailableException.class, () -> pool.chat(REQUEST, seconds(5)));

        assertThat(error.attempts())
                .extracting(LlmAttempt::outcome)
                .as("the first is tried once more, as there is no other")
                .containsExactly(Outcome.FAILED, Outcome.RATE_LIMITED, Outcome.FAILED);
        assertThat(error.retryAfter().orElseThrow()).isBetween(Duration.ofSeconds(80), Duration.ofSeconds(92));
        java.io.StringWriter trace = new java.io.StringWriter();
        error.printStackTrace(new java.io.PrintWriter(trace));
        assertThat(trace.toString()).contains("RateLimitException (429)").doesNotContain("canary");
        assertThat(error.attempts().toString()).doesNotContain("canary");
        assertQuiet(pool);

        assertThatThrownBy(() -> pool.chat(REQUEST, seconds(5))).isInstanceOf(LlmUnavailableException.class);
        assertThat(limited.calls()).as("not asked while it rests").isEqualTo(1);
    }

    @Test
    void aRequestAtFaultGoesToNobodyElse() throws Exception {
        OpenAiTestServer first = server(fails(400, "bad request"));
        OpenAiTestServer second = server(says("never"));
        ChatModelPool pool = pool(first.baseUrl(), second.baseUrl());

        LlmUnavailableException error =
                catchThrowableOfType(LlmUnavailableException.class, () -> pool.chat(REQUEST, seconds(5)));

        assertThat(error.attempts())
                .singleElement()
                .satisfies(a -> assertThat(a.outcome()).isEqualTo(Outcome.REJECTED));
        assertThat(second.calls()).isZero();
        assertThat(pool.members()).extracting(MemberStatus::state).containsOnly(MemberStatus.State.UP);
    }

    @Test
    void returnsByTheDeadlineWhenEveryMemberHangs() throws Exception {
        OpenAiTestServer server = server(hangs());
        ChatModelPool pool = pool(server.baseUrl(), server.baseUrl());
        long start = System.nanoTime();

        assertThatThrownBy(() -> pool.chat(REQUEST, Deadline.after(Duration.ofMillis(500))))
                .isInstanceOf(DeadlineExceededException.class);

        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertThat(took).isBetween(Duration.ofMillis(490), Duration.ofSeconds(2));
        assertQuiet(pool);
    }

    @Test
    void aStreamEndsByItsDeadlineAlsoWhileTokensCome() throws Exception {
        OpenAiTestServer server = server(stallsAfter(3));
        ChatModelPool pool = pool(server.baseUrl());
        RecordingHandler handler = new RecordingHandler();
        long start = System.nanoTime();

        pool.stream(REQUEST, Deadline.after(Duration.ofMillis(300)), handler);
        handler.await();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(700));
        assertThat(handler.error).isInstanceOf(DeadlineExceededException.class);
        assertThat(handler.terminals).hasValue(1);
        assertQuiet(pool);
    }

    @Test
    void aStreamThatFallsSilentFailsAndIsEnded() throws Exception {
        OpenAiTestServer server = server(stallsAfter(2));
        ChatModelPool pool = pool(server.baseUrl());
        RecordingHandler handler = new RecordingHandler();

        pool.stream(REQUEST, seconds(20), handler);
        handler.await();

        assertThat(handler.partials).containsExactly("t0 ", "t1 ");
        assertThat(handler.error)
                .isInstanceOfSatisfying(
                        LlmUnavailableException.class,
                        e -> assertThat(e.attempts())
                                .singleElement()
                                .satisfies(a -> assertThat(a.outcome()).isEqualTo(Outcome.TIMED_OUT)));
        assertThat(server.disconnected.await(5, TimeUnit.SECONDS)).isTrue();
        assertQuiet(pool);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void aStreamThatIsCutNeverPassesForAWholeAnswer(int tokens) throws Exception {
        for (boolean politely : new boolean[] {true, false}) {
            OpenAiTestServer server = server(cutsAfter(tokens, politely));
            OpenAiTestServer other = server(says("another answer"));
            ChatModelPool pool = pool(server.baseUrl(), other.baseUrl());
            RecordingHandler handler = new RecordingHandler();

            pool.stream(REQUEST, seconds(5), handler);
            handler.await();

            assertThat(handler.reply).isNull();
            assertThat(handler.error).isInstanceOf(LlmUnavailableException.class);
            assertThat(handler.partials).as("no second answer is glued on").hasSizeLessThanOrEqualTo(tokens);
            assertThat(other.calls()).isZero();
            assertThat(handler.terminals).hasValue(1);
            assertQuiet(pool);
        }
    }

    @Test
    void cancellingAStreamReachesTheServer() throws Exception {
        OpenAiTestServer server = server(stallsAfter(1));
        ChatModelPool pool = pool(server.baseUrl());
        RecordingHandler handler = new RecordingHandler();

        LlmStream stream = pool.stream(REQUEST, seconds(20), handler);
        assertThat(handler.first.await(5, TimeUnit.SECONDS)).isTrue();
        stream.cancel();
        stream.cancel();
        handler.await();

        assertThat(handler.error).isInstanceOf(CancelledException.class);
        assertThat(server.disconnected.await(1, TimeUnit.SECONDS))
                .as("within a second")
                .isTrue();
        assertThat(handler.terminals).hasValue(1);
        assertThat(pool.members().getFirst().state()).isEqualTo(MemberStatus.State.UP);
        assertQuiet(pool);
    }

    @Test
    void interruptingTheCallerCancelsItsCall() throws Exception {
        OpenAiTestServer server = server(hangs());
        ChatModelPool pool = pool(server.baseUrl());
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicReference<Boolean> flag = new AtomicReference<>();
        Thread caller = new Thread(() -> {
            try {
                pool.chat(REQUEST, seconds(20));
            } catch (RuntimeException e) {
                thrown.set(e);
                flag.set(Thread.currentThread().isInterrupted());
            }
        });
        caller.start();
        assertThat(server.hanging.await(5, TimeUnit.SECONDS)).isTrue();

        caller.interrupt();
        caller.join(2_000);

        assertThat(thrown.get()).isInstanceOf(CancelledException.class);
        assertThat(flag.get()).isTrue();
        assertQuiet(pool);
    }

    @Test
    void closingCancelsWhatIsUnderWay() throws Exception {
        OpenAiTestServer server = server(stallsAfter(1));
        ChatModelPool pool = pool(server.baseUrl());
        RecordingHandler handler = new RecordingHandler();
        pool.stream(REQUEST, seconds(20), handler);
        assertThat(handler.first.await(5, TimeUnit.SECONDS)).isTrue();

        pool.close();
        pool.close();
        handler.await();

        assertThat(handler.error).isInstanceOf(CancelledException.class);
        assertThatThrownBy(() -> pool.chat(REQUEST, seconds(1))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> pool.stream(REQUEST, seconds(1), new RecordingHandler()))
                .isInstanceOf(IllegalStateException.class);
        assertQuiet(pool);
    }
}
