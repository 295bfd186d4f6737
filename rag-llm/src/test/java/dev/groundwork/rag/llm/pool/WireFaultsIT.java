package dev.groundwork.rag.llm.pool;

import static dev.groundwork.rag.llm.pool.OpenAiTestServer.cutsAfter;
import static dev.groundwork.rag.llm.pool.OpenAiTestServer.fails;
import static dev.groundwork.rag.llm.pool.OpenAiTestServer.resets;
import static dev.groundwork.rag.llm.pool.OpenAiTestServer.says;
import static dev.groundwork.rag.llm.pool.OpenAiTestServer.stallsAfter;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.groundwork.rag.CancelledException;
import dev.groundwork.rag.DeadlineExceededException;
import dev.groundwork.rag.LlmAttempt.Outcome;
import dev.groundwork.rag.LlmPool.LlmStream;
import dev.groundwork.rag.LlmReply;
import dev.groundwork.rag.MemberStatus.State;
import dev.langchain4j.model.openai.OpenAiChatModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Members of {@link OpenAiMembers} over real HTTP on the loopback interface, with faults on the wire. */
@Timeout(60)
class WireFaultsIT extends OverTheWire {

    @Test
    void headersThatLangChain4jHidesAreObeyed() throws Exception {
        OpenAiTestServer server = server(fails(429, "slow down", "Retry-After-Ms", "300"), says("per second"));
        ChatModelPool pool = pool(server.baseUrl());
        long start = System.nanoTime();

        LlmReply reply = pool.chat(REQUEST, seconds(20));

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
        assertThat(reply.waited()).isBetween(Duration.ofMillis(250), Duration.ofSeconds(2));
        assertThat(reply.attempts()).extracting(a -> a.outcome()).containsExactly(Outcome.RATE_LIMITED, Outcome.SERVED);
        assertThat(server.calls()).isEqualTo(2);
        assertSound(pool);
    }

    @Test
    void whoServedIsToldWithItsUsageAndCost() throws Exception {
        OpenAiTestServer dead = server(fails(503, "out"));
        OpenAiTestServer serves = server(says("per second"));
        ChatModelPool pool = opened(builder()
                .member(member("a", dead.baseUrl()).price(new Price(1, 1)).build())
                .member(member("b", serves.baseUrl())
                        .price(new Price(2_000_000, 3_000_000))
                        .build()));

        LlmReply reply = pool.chat(REQUEST, seconds(20));

        assertThat(reply.member()).isEqualTo("b");
        assertThat(reply.response().tokenUsage().inputTokenCount()).isEqualTo(3);
        assertThat(reply.cost()).isEqualTo(2 * 3 + 3 * 2);
        assertThat(pool.members().get(1).cost()).isEqualTo(12);
        assertThat(pool.members().get(0).cost()).isZero();
        assertSound(pool);
    }

    @Test
    void connectionsThatCannotBeFailOver() throws Exception {
        OpenAiTestServer resetting = server(resets());
        OpenAiTestServer plain = server(says("not TLS"));
        OpenAiTestServer serves = server(says("per second"));
        ChatModelPool pool = pool(
                resetting.baseUrl(),
                OpenAiTestServer.deadUrl(),
                plain.baseUrl().replace("http:", "https:"),
                "http://host.invalid/v1",
                serves.baseUrl());

        LlmReply reply = pool.chat(REQUEST, seconds(20));

        assertThat(reply.member()).isEqualTo("e");
        assertThat(reply.attempts()).hasSize(5);
        Eventually.holds("nothing in flight", () -> pool.engine().inFlight() == 0);
    }

    @Test
    void aSilentServerIsLeftAfterTheFirstTokenLimitAndItsConnectionIsClosed() throws Exception {
        try (SilentServer silent = new SilentServer()) {
            OpenAiTestServer serves = server(says("increase per second"));
            ChatModelPool pool = opened(builder()
                    .firstTokenTimeout(Duration.ofMillis(300))
                    .member(member("a", silent.baseUrl()).build())
                    .member(member("b", serves.baseUrl()).build()));

            RecordingHandler handler = stream(pool, 20);

            assertThat(requireNonNull(handler.reply).member()).isEqualTo("b");
            assertThat(silent.gone.await(1, TimeUnit.SECONDS)).isTrue();
            Eventually.holds("nothing in flight", () -> pool.engine().inFlight() == 0);
        }
    }

    @Test
    void cancellingBeforeAnyAnswerClosesTheConnectionWithinASecond() throws Exception {
        try (SilentServer silent = new SilentServer()) {
            ChatModelPool pool = pool(silent.baseUrl());
            RecordingHandler handler = new RecordingHandler();
            LlmStream stream = pool.stream(REQUEST, seconds(20), handler);
            assertThat(silent.asked.await(5, TimeUnit.SECONDS)).isTrue();

            stream.cancel();
            handler.await();

            assertThat(silent.gone.await(1, TimeUnit.SECONDS)).isTrue();
            assertThat(handler.error).isInstanceOf(CancelledException.class);
            assertThat(pool.members().getFirst().state()).isEqualTo(State.UP);
            Eventually.holds("nothing in flight", () -> pool.engine().inFlight() == 0);
        }
    }

    @Test
    void interruptingACallerThatLendsItsThreadClosesTheConnection() throws Exception {
        try (SilentServer silent = new SilentServer()) {
            ChatModelPool pool = pool(silent.baseUrl());
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            AtomicReference<Boolean> flag = new AtomicReference<>();
            Thread caller = Thread.ofPlatform().start(() -> {
                thrown.set(catchThrowable(() -> pool.chat(REQUEST, seconds(20))));
                flag.set(Thread.currentThread().isInterrupted());
            });
            assertThat(silent.asked.await(5, TimeUnit.SECONDS)).isTrue();

            caller.interrupt();
            caller.join(5_000);

            assertThat(thrown.get()).isInstanceOf(CancelledException.class);
            assertThat(flag.get()).isTrue();
            assertThat(silent.gone.await(1, TimeUnit.SECONDS)).isTrue();
            assertThat(pool.members().getFirst().state()).isEqualTo(State.UP);
            Eventually.holds("nothing in flight", () -> pool.engine().inFlight() == 0);
        }
    }

    @Test
    void theDeadlineClosesTheConnectionAndLeavesTheCallersThreadUninterrupted() throws Exception {
        try (SilentServer silent = new SilentServer()) {
            ChatModelPool pool = pool(silent.baseUrl());

            Throwable thrown = catchThrowable(() -> pool.chat(REQUEST, seconds(0.3)));

            assertThat(thrown).isInstanceOf(DeadlineExceededException.class);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            assertThat(silent.gone.await(1, TimeUnit.SECONDS)).isTrue();
            Eventually.holds("nothing in flight", () -> pool.engine().inFlight() == 0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8})
    void aStreamThatIsCutAtAnyTokenRestartsOrIsPartialAndNeverPassesForWhole(int tokens) throws Exception {
        for (boolean politely : new boolean[] {true, false}) {
            OpenAiTestServer cut = server(cutsAfter(tokens, politely));
            OpenAiTestServer other = server(says("another whole answer"));
            ChatModelPool pool = pool(cut.baseUrl(), other.baseUrl());

            RecordingHandler plain = stream(pool, 20);
            assertThat(plain.reply).isNull();
            assertThat(other.calls()).isZero();

            RecordingHandler restarts = stream(pool, 20, new RecordingHandler().restartable());
            assertThat(restarts.text()).isEqualTo("another whole answer");
            assertThat(requireNonNull(restarts.reply).member()).isEqualTo("b");
        }
    }

    @Test
    void aStreamThatStallsIsEndedOnTheServerToo() throws Exception {
        OpenAiTestServer stalls = server(stallsAfter(2));
        OpenAiTestServer other = server(says("whole"));
        ChatModelPool pool = pool(stalls.baseUrl(), other.baseUrl());

        RecordingHandler handler = stream(pool, 20, new RecordingHandler().restartable());

        assertThat(handler.text()).isEqualTo("whole");
        assertThat(stalls.disconnected.await(2, TimeUnit.SECONDS)).isTrue();
        assertSound(pool);
    }

    @Test
    void aKeyThatIsRotatedIsUsedAtOnceAndARefusedOneIsAskedForAgain() throws Exception {
        AtomicReference<String> key = new AtomicReference<>("old");
        OpenAiTestServer.Reply checks = (server, exchange, stream) -> {
            if (exchange.getRequestHeaders().getFirst("Authorization").equals("Bearer new")) {
                says("hello").answer(server, exchange, stream);
            } else {
                key.set("new"); // Rotated while the request was under way.
                fails(401, "bad key").answer(server, exchange, stream);
            }
        };
        OpenAiTestServer server = server(checks);
        ChatModelPool pool = opened(builder()
                .member(OpenAiMembers.at(server.baseUrl(), "m")
                        .apiKey(key::get)
                        .member("a")
                        .build()));

        LlmReply reply = pool.chat(REQUEST, seconds(20));

        assertThat(server.keys()).containsExactly("Bearer old", "Bearer new");
        assertThat(reply.attempts()).extracting(a -> a.outcome()).containsExactly(Outcome.FAILED, Outcome.SERVED);
        assertThat(pool.members().getFirst().state()).isEqualTo(State.UP);
        assertSound(pool);
    }

    @Test
    void aModelThatRetriesByItselfIsNoticed() throws Exception {
        OpenAiTestServer server = server(fails(500, "x"), fails(500, "x"), says("third time lucky"));
        OpenAiChatModel retries = OpenAiChatModel.builder()
                .baseUrl(server.baseUrl())
                .apiKey("k")
                .modelName("m")
                .maxRetries(2)
                .httpClientBuilder(PoolHttpClient.builder())
                .build();
        ChatModelPool pool = opened(builder().member("a", retries, null));

        pool.chat(REQUEST, seconds(20));

        assertThat(events)
                .filteredOn(PoolEvent.OwnRetriesDetected.class::isInstance)
                .containsExactly(new PoolEvent.OwnRetriesDetected("a", 3));
    }

    @Test
    void limitsInHeadersAreLearned() throws Exception {
        OpenAiTestServer.Reply tells = (server, exchange, stream) -> {
            exchange.getResponseHeaders().add("x-ratelimit-limit-requests", "100");
            exchange.getResponseHeaders().add("x-ratelimit-remaining-requests", "7");
            exchange.getResponseHeaders().add("x-ratelimit-reset-requests", "1h");
            says("hi").answer(server, exchange, stream);
        };
        OpenAiTestServer server = server(tells);
        ChatModelPool pool = pool(server.baseUrl());

        pool.chat(REQUEST, seconds(20));

        assertThat(pool.members().getFirst().limitsLeft().get("requests")).isBetween(7.0, 7.1);
        assertSound(pool);
    }

    @Test
    void timersFireAndOthersAreServedWhileHandlersBlockListenersThrowAndTheCommonPoolIsFull() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        int workers = ForkJoinPool.getCommonPoolParallelism();
        CountDownLatch busy = new CountDownLatch(workers);
        for (int i = 0; i < workers + 4; i++) {
            // On the common pool, without naming it.
            CompletableFuture<Boolean> unused = new CompletableFuture<Boolean>().completeAsync(() -> {
                busy.countDown();
                try {
                    return release.await(60, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            });
        }
        assertThat(busy.await(10, TimeUnit.SECONDS)).isTrue();
        try (SilentServer silent = new SilentServer()) {
            OpenAiTestServer serves = server(says("one two three"));
            ChatModelPool pool = opened(builder()
                    .listener(event -> {
                        throw new IllegalStateException("listener");
                    })
                    .firstTokenTimeout(Duration.ofMillis(200))
                    .member(member("a", silent.baseUrl()).build())
                    .member(member("b", serves.baseUrl()).build()));
            RecordingHandler blocked = new RecordingHandler(() -> {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            LlmStream unused = pool.stream(REQUEST, seconds(30), blocked);
            assertThat(blocked.first.await(10, TimeUnit.SECONDS)).isTrue();

            RecordingHandler other = stream(pool, 20);

            assertThat(other.text()).isEqualTo("one two three");
            release.countDown();
            assertThat(blocked.await().text()).isEqualTo("one two three");
            Eventually.holds("nothing in flight", () -> pool.engine().inFlight() == 0);
        } finally {
            release.countDown();
        }
    }

    @Test
    void nothingIsLostWhileMembersAreReplacedUnderLoadAndThePoolIsClosed() throws Exception {
        OpenAiTestServer one = server(says("one"));
        OpenAiTestServer two = server(says("two"));
        ChatModelPool pool = opened(builder()
                .closeTimeout(Duration.ofSeconds(10))
                .member(member("a", one.baseUrl()).build()));
        AtomicInteger served = new AtomicInteger();
        List<Thread> callers = new ArrayList<>();
        CountDownLatch half = new CountDownLatch(100);
        for (int i = 0; i < 4; i++) {
            callers.add(Thread.ofVirtual().start(() -> {
                for (int call = 0; call < 50; call++) {
                    if (pool.chat(REQUEST, seconds(20))
                                    .response()
                                    .aiMessage()
                                    .text()
                                    .length()
                            == 3) {
                        served.incrementAndGet();
                    }
                    half.countDown();
                }
            }));
        }
        assertThat(half.await(30, TimeUnit.SECONDS)).isTrue();
        pool.replace(member("a", two.baseUrl()).build());
        Eventually.holds("the old one is quiet", () -> pool.engine().inFlight() <= 4);
        for (Thread caller : callers) {
            caller.join();
        }
        pool.close();

        assertThat(served).hasValue(200);
        assertThat(one.calls() + two.calls()).isEqualTo(200);
        assertThat(two.calls()).isPositive();
        assertSound(pool, "a");
    }
}
