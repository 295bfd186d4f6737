package dev.groundwork.rag.llm.pool;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.groundwork.rag.CancelledException;
import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.DeadlineExceededException;
import dev.groundwork.rag.LlmAttempt;
import dev.groundwork.rag.LlmAttempt.Outcome;
import dev.groundwork.rag.LlmReply;
import dev.groundwork.rag.LlmUnavailableException;
import dev.groundwork.rag.MemberStatus;
import dev.groundwork.rag.OverloadedException;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.ContentFilteredException;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelRequestContext;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ChatModelPoolTest {

    private static final ChatRequest REQUEST =
            ChatRequest.builder().messages(UserMessage.from("why?")).build();

    private record Fake(Supplier<ChatResponse> answers) implements ChatModel {
        @Override
        public ChatResponse doChat(ChatRequest request) {
            return answers.get();
        }
    }

    private static ChatResponse response(String text) {
        return ChatResponse.builder().aiMessage(AiMessage.from(text)).build();
    }

    private static ChatModel says(String text) {
        return new Fake(() -> response(text));
    }

    private static ChatModel fails(Supplier<RuntimeException> error) {
        return new Fake(() -> {
            throw error.get();
        });
    }

    private static Deadline seconds(long seconds) {
        return Deadline.after(Duration.ofSeconds(seconds));
    }

    @Test
    void namesMembersAfterProviderAndModelWithNumbers() {
        try (ChatModelPool pool = ChatModelPool.of(says("a"), says("b"), says("c"))) {
            assertThat(pool.members()).extracting(MemberStatus::name).containsExactly("other", "other-2", "other-3");
        }
        assertThatThrownBy(ChatModelPool::of).hasMessageContaining("members is empty");
        assertThatThrownBy(() ->
                        ChatModelPool.builder().member("a", says("a"), null).member("a", says("b"), null))
                .hasMessageContaining("'a'");
        assertThatThrownBy(() -> ChatModelPool.builder().attemptTimeout(Duration.ZERO))
                .hasMessageContaining("attemptTimeout");
    }

    @Test
    void anAttemptSaysWhoRunsTheModelWhereThatIsKnown() {
        ChatModel known = new ChatModel() {
            @Override
            public ChatResponse doChat(ChatRequest request) {
                return response("because");
            }

            @Override
            public ModelProvider provider() {
                return ModelProvider.OPEN_AI;
            }

            @Override
            public ChatRequestParameters defaultRequestParameters() {
                return ChatRequestParameters.builder().modelName("large-1").build();
            }
        };
        try (ChatModelPool pool =
                ChatModelPool.builder().member("west", known, null).build()) {
            LlmAttempt attempt = pool.chat(REQUEST, seconds(5)).attempts().getFirst();
            assertThat(attempt.provider()).isEqualTo("openai");
            assertThat(attempt.model()).isEqualTo("large-1");
        }
        try (ChatModelPool pool = ChatModelPool.of(says("a"))) {
            LlmAttempt attempt = pool.chat(REQUEST, seconds(5)).attempts().getFirst();
            assertThat(attempt.provider()).isEmpty();
            assertThat(attempt.model()).isEmpty();
        }
    }

    @Test
    void leavesAMemberAloneUntilItsRateLimitHasPassed() {
        VirtualClock clock = new VirtualClock();
        AtomicInteger calls = new AtomicInteger();
        ChatModel limited = new Fake(() -> {
            if (calls.incrementAndGet() == 1) {
                throw new RateLimitException(new HttpException(429, "Please try again in 2s."));
            }
            return response("first");
        });
        try (ChatModelPool pool = ChatModelPool.builder()
                .member("a", limited, null)
                .member("b", says("second"), null)
                .clock(clock)
                .executor(Runnable::run)
                .build()) {
            assertThat(pool.chat(REQUEST, seconds(5)).attempts())
                    .extracting(LlmAttempt::outcome)
                    .containsExactly(Outcome.RATE_LIMITED, Outcome.SERVED);
            clock.advance(Duration.ofNanos(1_999_999_999L));
            assertThat(pool.chat(REQUEST, seconds(5)).attempts())
                    .extracting(LlmAttempt::outcome)
                    .containsExactly(Outcome.SERVED);
            assertThat(calls).hasValue(1);
            clock.advance(Duration.ofMillis(201));
            LlmReply reply = pool.chat(REQUEST, seconds(5));
            assertThat(reply.member()).isEqualTo("a");
            assertThat(reply.attempts()).hasSize(1);
        }
    }

    @Test
    void aFilteredRequestIsRejectedAndSaysNothingOfTheContent() {
        try (ChatModelPool pool =
                ChatModelPool.of(fails(() -> new ContentFilteredException("canary")), says("never"))) {
            LlmUnavailableException error =
                    catchThrowableOfType(LlmUnavailableException.class, () -> pool.chat(REQUEST, seconds(5)));

            assertThat(error.attempts()).extracting(LlmAttempt::outcome).containsExactly(Outcome.REJECTED);
            assertThat(error).hasMessageNotContaining("canary");
            assertThat(error.getCause()).hasMessageNotContaining("canary").hasNoCause();
            assertThat(requireNonNull(error.getCause()).getStackTrace()).isNotEmpty();
        }
    }

    @Test
    void returnsByTheDeadlineAlsoWhereAModelCantBeInterrupted() {
        CountDownLatch release = new CountDownLatch(1);
        ChatModel stubborn = new Fake(() -> {
            boolean interrupted = false;
            while (true) {
                try {
                    release.await();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            return response("late");
        });
        try (ChatModelPool pool = ChatModelPool.of(stubborn)) {
            long start = System.nanoTime();
            assertThatThrownBy(() -> pool.chat(REQUEST, Deadline.after(Duration.ofMillis(200))))
                    .isInstanceOf(DeadlineExceededException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(400));
            assertThat(pool.members().getFirst().inFlight())
                    .as("its thread is still at it")
                    .isEqualTo(1);

            release.countDown();
            Eventually.holds(
                    "thread given back", () -> pool.members().getFirst().inFlight() == 0);
            assertThat(pool.chat(REQUEST, seconds(5)).response().aiMessage().text())
                    .isEqualTo("late");
        }
    }

    @Test
    void closingEndsCallsUnderWay() throws Exception {
        CountDownLatch called = new CountDownLatch(1);
        ChatModel waits = new Fake(() -> {
            called.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return response("never");
        });
        ChatModelPool pool = ChatModelPool.of(waits);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread caller = Thread.ofVirtual().start(() -> {
            try {
                pool.chat(REQUEST, seconds(20));
            } catch (RuntimeException e) {
                thrown.set(e);
            }
        });
        assertThat(called.await(5, TimeUnit.SECONDS)).isTrue();

        pool.close();

        assertThat(caller.join(Duration.ofSeconds(5))).isTrue();
        assertThat(thrown.get()).isInstanceOf(CancelledException.class);
    }

    @Test
    void aModelThatDoesNotStreamServesAStreamAsOnePiece() throws Exception {
        try (ChatModelPool pool = ChatModelPool.of(fails(() -> new IllegalStateException("x")), says("whole"))) {
            RecordingHandler handler = new RecordingHandler();
            pool.stream(REQUEST, seconds(5), handler);
            handler.await();

            assertThat(handler.partials).containsExactly("whole");
            assertThat(requireNonNull(handler.reply).member()).isEqualTo("other-2");
        }
    }

    /** Streams from a thread of its own; says what it was told. */
    private record FakeStream(List<String> tokens, int ends) implements StreamingChatModel {
        @Override
        public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
            Thread.ofPlatform().daemon().start(() -> {
                tokens.forEach(handler::onPartialResponse);
                for (int i = 0; i < ends; i++) {
                    handler.onCompleteResponse(response(String.join("", tokens)));
                    handler.onError(new IllegalStateException("after the end"));
                }
            });
        }
    }

    private static ChatModelPool streaming(List<String> tokens, int ends) {
        return ChatModelPool.builder()
                .member("s", says("-"), new FakeStream(tokens, ends))
                .build();
    }

    @Test
    void hasOneEndWhateverTheProviderSays() throws Exception {
        List<String> tokens = java.util.stream.IntStream.range(0, 2_000)
                .mapToObj(i -> i + " ")
                .toList();
        try (ChatModelPool pool = streaming(tokens, 3)) {
            RecordingHandler handler = new RecordingHandler();
            pool.stream(REQUEST, seconds(10), handler);
            handler.await();
            Eventually.holds("stream gone", () -> pool.members().getFirst().inFlight() == 0);

            assertThat(handler.partials).isEqualTo(tokens);
            assertThat(handler.terminals).hasValue(1);
            assertThat(handler.overlapped).isFalse();
            assertThat(handler.calledAfterEnd).isFalse();
        }
    }

    @Test
    void aHandlerThatThrowsCancelsItsStream() throws Exception {
        try (ChatModelPool pool = streaming(List.of("a", "b", "c"), 1)) {
            RecordingHandler handler = new RecordingHandler(() -> {
                throw new IllegalStateException("handler");
            });
            pool.stream(REQUEST, seconds(5), handler);
            handler.await();

            assertThat(handler.partials).containsExactly("a");
            assertThat(handler.error)
                    .isInstanceOf(CancelledException.class)
                    .hasSuppressedException(new IllegalStateException("handler"));
            assertThat(pool.members().getFirst().state()).isEqualTo(MemberStatus.State.UP);
        }
    }

    @Test
    void aStreamThatIsCancelledBeforeItsFirstTokenEndsAtOnce() throws Exception {
        try (ChatModelPool pool = streaming(List.of(), 0)) {
            RecordingHandler handler = new RecordingHandler();
            pool.stream(REQUEST, seconds(20), handler).cancel();
            handler.await();

            assertThat(handler.error).isInstanceOf(CancelledException.class);
            assertThat(handler.terminals).hasValue(1);
        }
    }

    @Test
    void refusesMoreStreamsThanAllowed() throws Exception {
        try (ChatModelPool pool = ChatModelPool.builder()
                .member("s", says("-"), new FakeStream(List.of(), 0))
                .maxConcurrentCalls(1)
                .maxWaiting(0)
                .build()) {
            RecordingHandler first = new RecordingHandler();
            RecordingHandler second = new RecordingHandler();
            var stream = pool.stream(REQUEST, seconds(20), first);
            pool.stream(REQUEST, seconds(20), second);
            second.await();
            stream.cancel();
            first.await();

            assertThat(second.error).isInstanceOf(OverloadedException.class);
            assertThat(first.error).isInstanceOf(CancelledException.class);
        }
    }

    @Test
    void isALangChain4jModelThatCallsListenersOnce() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        ChatModelListener listener = new ChatModelListener() {
            @Override
            public void onRequest(ChatModelRequestContext context) {
                requests.incrementAndGet();
            }
        };
        ChatModel listened = new ChatModel() {
            @Override
            public ChatResponse doChat(ChatRequest request) {
                return response("per second");
            }

            @Override
            public List<ChatModelListener> listeners() {
                return List.of(listener);
            }

            @Override
            public Set<Capability> supportedCapabilities() {
                return Set.of(Capability.RESPONSE_FORMAT_JSON_SCHEMA);
            }
        };
        try (ChatModelPool pool = ChatModelPool.of(listened)) {
            assertThat(pool.chat("why?")).isEqualTo("per second");
            assertThat(requests).hasValue(1);
            assertThat(pool.supportedCapabilities()).containsExactly(Capability.RESPONSE_FORMAT_JSON_SCHEMA);

            List<String> heard = new ArrayList<>();
            CountDownLatch done = new CountDownLatch(1);
            pool.streaming().chat("why?", new StreamingChatResponseHandler() {
                @Override
                public void onPartialResponse(String partial) {
                    heard.add(partial);
                }

                @Override
                public void onCompleteResponse(ChatResponse response) {
                    heard.add("end");
                    done.countDown();
                }

                @Override
                public void onError(Throwable error) {
                    done.countDown();
                }
            });
            assertThat(done.await(5, TimeUnit.SECONDS)).isTrue();
            assertThat(heard).containsExactly("per second", "end");
            assertThat(requests).hasValue(2);
        }
        try (ChatModelPool pool = ChatModelPool.of(listened, says("less able"))) {
            assertThat(pool.supportedCapabilities()).isEmpty();
        }
    }
}
