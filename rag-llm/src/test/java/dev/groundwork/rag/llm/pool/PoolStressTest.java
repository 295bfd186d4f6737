package dev.groundwork.rag.llm.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.CancelledException;
import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.DeadlineExceededException;
import dev.groundwork.rag.LlmPool.LlmStream;
import dev.groundwork.rag.LlmUnavailableException;
import dev.groundwork.rag.MemberStatus;
import dev.groundwork.rag.OverloadedException;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many threads at once: nothing leaks, nothing is let through twice. */
@Timeout(120)
class PoolStressTest {

    private static final ChatRequest REQUEST =
            ChatRequest.builder().messages(UserMessage.from("why?")).build();

    private static ChatModel working(AtomicInteger underWay, AtomicInteger most, int maxMillis) {
        SplittableRandom random = new SplittableRandom(3);
        return new ChatModel() {
            @Override
            public ChatResponse doChat(ChatRequest request) {
                int now = underWay.incrementAndGet();
                most.accumulateAndGet(now, Math::max);
                try {
                    long nanos;
                    synchronized (random) {
                        nanos = random.nextInt(maxMillis * 1_000) * 1_000L;
                    }
                    long end = System.nanoTime() + nanos;
                    for (long left = nanos; left > 0; left = end - System.nanoTime()) {
                        LockSupport.parkNanos(left);
                        if (Thread.interrupted()) {
                            Thread.currentThread().interrupt();
                            throw new IllegalStateException(new InterruptedException());
                        }
                    }
                    return ScriptedModel.response("ok", 1, 1);
                } finally {
                    underWay.decrementAndGet();
                }
            }
        };
    }

    @Test
    void tenThousandCallsOnAHundredPermitsWithTimeOutsAndCancelsLeakNothing() throws Exception {
        AtomicInteger underWay = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger ends = new AtomicInteger();
        AtomicInteger served = new AtomicInteger();
        int callers = 100;
        int each = 100;
        try (ChatModelPool pool = ChatModelPool.builder()
                .member(PoolMember.of("own", working(underWay, most, 4))
                        .tier(0)
                        .limits(Limits.none().concurrency(50))
                        .build())
                .member(PoolMember.of("lent", working(underWay, most, 4))
                        .tier(0)
                        .obeysInterruption(true)
                        .limits(Limits.none().concurrency(50))
                        .build())
                .build()) {
            CountDownLatch done = new CountDownLatch(callers);
            for (int i = 0; i < callers; i++) {
                int seed = i;
                Thread unused = Thread.ofVirtual().start(() -> {
                    SplittableRandom random = new SplittableRandom(seed);
                    for (int call = 0; call < each; call++) {
                        Deadline deadline = Deadline.after(Duration.ofMillis(1 + random.nextInt(12)));
                        try {
                            if (random.nextInt(3) == 0) {
                                RecordingHandler handler = new RecordingHandler();
                                LlmStream stream = pool.stream(REQUEST, deadline, handler);
                                if (random.nextBoolean()) {
                                    stream.cancel();
                                }
                                ends.addAndGet(handler.await().terminals.get());
                            } else {
                                pool.chat(REQUEST, deadline);
                                served.incrementAndGet();
                                ends.incrementAndGet();
                            }
                        } catch (DeadlineExceededException
                                | LlmUnavailableException
                                | CancelledException
                                | OverloadedException e) {
                            ends.incrementAndGet();
                        } catch (InterruptedException e) {
                            return;
                        }
                    }
                    done.countDown();
                });
            }
            done.await();

            assertThat(ends).hasValue(callers * each);
            assertThat(served.get()).isPositive();
            assertThat(most.get()).isLessThanOrEqualTo(100);
            Eventually.holds("permits full", () -> pool.engine().inFlight() == 0);
            assertThat(pool.engine().callsUnderWay()).isZero();
            assertThat(pool.waiting()).isZero();
            Eventually.holds("models quiet", () -> underWay.get() == 0);
            assertThat(pool.members()).allSatisfy(m -> {
                assertThat(m.inFlight()).isZero();
                assertThat(m.limitsLeft().get("concurrency")).isEqualTo(50.0);
            });
        }
    }

    @Test
    void sixtyFourThreadsNeverGetMoreThanTheLimitAndRefusedOnesCostNothing() throws Exception {
        VirtualClock clock = new VirtualClock(); // A minute that does not end.
        AtomicInteger sent = new AtomicInteger();
        ChatModel counts = new ChatModel() {
            @Override
            public ChatResponse doChat(ChatRequest request) {
                sent.incrementAndGet();
                return ScriptedModel.response("ok", 1, 1);
            }
        };
        try (ChatModelPool pool = ChatModelPool.builder()
                .clock(clock)
                .executor(Runnable::run)
                .member(PoolMember.of("a", counts)
                        .obeysInterruption(true)
                        .limits(Limits.none().requestsPerMinute(500))
                        .build())
                .build()) {
            List<Thread> threads = new ArrayList<>();
            AtomicInteger refused = new AtomicInteger();
            for (int i = 0; i < 64; i++) {
                threads.add(Thread.ofPlatform().start(() -> {
                    for (int call = 0; call < 50; call++) {
                        try {
                            pool.chat(REQUEST, Deadline.after(Duration.ofSeconds(30), clock::nanoTime));
                        } catch (LlmUnavailableException e) {
                            refused.incrementAndGet();
                        }
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(sent).hasValue(500);
            assertThat(refused).hasValue(64 * 50 - 500);
            clock.advance(Duration.ofSeconds(61));
            pool.chat(REQUEST, Deadline.after(Duration.ofSeconds(30), clock::nanoTime));
            assertThat(pool.members().getFirst().limitsLeft().get("requests")).isEqualTo(499.0);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aHundredThousandFailingCallsLeaveNothingOnTheHeap(boolean requestsFault) {
        AtomicInteger number = new AtomicInteger();
        ChatModel fails = new ChatModel() {
            @Override
            public ChatResponse doChat(ChatRequest request) {
                String message = "failure number " + number.incrementAndGet();
                throw requestsFault ? new InvalidRequestException(message) : new IllegalStateException(message);
            }
        };
        try (ChatModelPool pool = ChatModelPool.builder()
                .maxAttempts(1)
                .member(PoolMember.of("a", fails).obeysInterruption(true).build())
                .member(PoolMember.of("b", fails).obeysInterruption(true).build())
                .build()) {
            // Where members rest, calls end by their deadline; where requests are at fault, each is to reach a member.
            Duration timeout = requestsFault ? Duration.ofSeconds(20) : Duration.ofMillis(50);
            fail(pool, 20_000, timeout);
            long before = usedHeap();
            fail(pool, 100_000, timeout);
            long grown = usedHeap() - before;

            assertThat(number.get()).isGreaterThanOrEqualTo(requestsFault ? 120_000 : 1);
            assertThat(grown).isLessThanOrEqualTo(1 << 20);
            assertThat(pool.members()).extracting(MemberStatus::inFlight).containsOnly(0);
        }
    }

    private static void fail(ChatModelPool pool, int calls, Duration timeout) {
        int failed = 0;
        for (int i = 0; i < calls; i++) {
            try {
                pool.chat(REQUEST, Deadline.after(timeout));
            } catch (LlmUnavailableException | DeadlineExceededException e) {
                failed++;
            }
        }
        assertThat(failed).isEqualTo(calls);
    }

    private static long usedHeap() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            memory.gc();
            least = Math.min(least, memory.getHeapMemoryUsage().getUsed());
        }
        return least;
    }
}
