package dev.groundwork.rag.llm.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.DeadlineExceededException;
import dev.groundwork.rag.LlmUnavailableException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real threads that ask for more than the limits allow, in virtual time: minutes of it in seconds. */
@Timeout(120)
class LimitsUnderLoadTest {

    private static final int THREADS = 64;
    private static final int CALLS = 25;
    private static final int PROMPT = 11;
    private static final Duration STEP = Duration.ofMillis(50);
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    /** What a provider saw. */
    private record Sent(long at, long tokens) {}

    private final VirtualClock clock = new VirtualClock();
    private final Queue<Sent> sent = new ConcurrentLinkedQueue<>();
    private final Queue<PoolEvent> events = new ConcurrentLinkedQueue<>();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger left = new AtomicInteger(THREADS);

    private ChatModel counting(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return new ChatModel() {
            @Override
            public ChatResponse doChat(ChatRequest request) {
                int out;
                synchronized (random) {
                    out = 5 + random.nextInt(20);
                }
                sent.add(new Sent(clock.nanoTime(), PROMPT + out));
                return ScriptedModel.response("ok", PROMPT, out);
            }
        };
    }

    private void ask(ChatModelPool pool, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < CALLS; i++) {
            // Some can wait for their turn, and some can't.
            Duration patience = random.nextInt(3) == 0 ? Duration.ofMillis(200) : Duration.ofHours(1);
            try {
                pool.chat(VirtualPool.REQUEST, Deadline.after(patience, clock::nanoTime));
            } catch (LlmUnavailableException | DeadlineExceededException e) {
                refused.incrementAndGet();
            }
        }
        left.decrementAndGet();
    }

    @ParameterizedTest
    @CsvSource({"200, 100000", "100000, 5000", "160, 5500"})
    void sixtyFourThreadsNeverPassALimitInAnyMinuteAndRefusedCallsCostNothing(int rpm, int tpm) throws Exception {
        try (ChatModelPool pool = ChatModelPool.builder()
                .clock(clock)
                .executor(Runnable::run)
                .listener(events::add)
                .member(PoolMember.of("a", counting(rpm))
                        .obeysInterruption(true)
                        .limits(Limits.none().requestsPerMinute(rpm).tokensPerMinute(tpm))
                        .build())
                .build()) {
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int seed = i;
                threads.add(Thread.ofPlatform().daemon().start(() -> ask(pool, seed)));
            }
            while (left.get() > 0) {
                // Time stands still while anybody is neither waiting for its turn nor done.
                Eventually.holds("all wait", () -> pool.engine().inFlight() == 0 && pool.waiting() == left.get());
                assertLeft(pool, rpm, tpm);
                clock.advance(STEP);
            }
            for (Thread thread : threads) {
                thread.join();
            }

            assertThat(sent.size() + refused.get()).isEqualTo(THREADS * CALLS);
            assertThat(refused.get()).as("refused").isPositive();
            List<Sent> all =
                    sent.stream().sorted(Comparator.comparingLong(Sent::at)).toList();
            for (int i = 0; i < all.size(); i++) {
                long until = all.get(i).at() + MINUTE;
                List<Sent> minute = all.subList(i, all.size()).stream()
                        .takeWhile(s -> s.at() <= until)
                        .toList();
                assertThat(minute.size()).as("requests in a minute").isLessThanOrEqualTo(rpm);
                assertThat(minute.stream().mapToLong(Sent::tokens).sum())
                        .as("tokens in a minute")
                        .isLessThanOrEqualTo(tpm);
            }
            ClosingChecks.assertSound(pool, events, List.of(), Map.of("a", sent.size()));
        }
    }

    /** While nothing is under way, what is left is the limit without what was sent in the last minute, and a slot. */
    private void assertLeft(ChatModelPool pool, int rpm, int tpm) {
        Map<String, Double> shown = pool.members().getFirst().limitsLeft();
        long now = clock.nanoTime();
        List<Sent> recent = sent.stream().filter(s -> now - s.at() <= MINUTE).toList();
        List<Sent> slot = sent.stream()
                .filter(s -> now - s.at() > MINUTE && now - s.at() <= MINUTE + 300_000_000)
                .toList();
        double requests = rpm - shown.getOrDefault("requests", Double.NaN);
        double tokens = tpm - shown.getOrDefault("tokens", Double.NaN);
        assertThat(requests).isBetween((double) recent.size(), (double) recent.size() + slot.size());
        long surely = recent.stream().mapToLong(Sent::tokens).sum();
        long perhaps = slot.stream().mapToLong(Sent::tokens).sum();
        assertThat(tokens).as("tokens used").isCloseTo(surely + perhaps / 2.0, within(perhaps / 2.0 + tpm / 100.0));
    }
}
