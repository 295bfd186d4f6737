package dev.groundwork.rag.observability;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AsyncLogSinkTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    private final List<String> written = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    /** Writes the first event only when it is released: a disk that hangs. */
    private LogSink blocked() {
        return new LogSink() {
            @Override
            public void write(LogEvent event) throws IOException {
                entered.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw new IOException("interrupted", e);
                }
                written.add(event.toJson());
            }

            @Override
            public void close() {
                closed.countDown();
            }
        };
    }

    private static LogEvent event(int number) {
        return new LogEvent.Builder("test").number("rag.number", number).build(false);
    }

    private static String json(int number) {
        return "{\"rag.number\":" + number + "}";
    }

    @Test
    void whatFindsTheQueueFullIsDroppedAndCounted() throws Exception {
        InMemoryMetrics metrics = new InMemoryMetrics();
        AsyncLogSink sink = AsyncLogSink.of(blocked(), "slow", 3, LONG, metrics);
        sink.write(event(0));
        entered.await();
        for (int i = 1; i <= 10; i++) {
            sink.write(event(i)); // returns although nothing is written
        }
        assertThat(sink.dropped()).containsExactly(Map.entry("queue_full", 7L));
        assertThat(metrics.counter("rag.telemetry.dropped", Map.of("sink", "slow", "reason", "queue_full")))
                .isEqualTo(7);

        release.countDown();
        sink.close();
        assertThat(written).containsExactly(json(0), json(1), json(2), json(3));
        assertThat(closed.getCount()).isZero();
    }

    @Test
    void whatWaitsIsBoundedInSizeToo() throws Exception {
        AsyncLogSink sink = AsyncLogSink.of(blocked(), "slow", 1_000_000, LONG, null);
        sink.write(event(0));
        entered.await();
        LogEvent large = new LogEvent.Builder("test")
                .text("rag.text", "x".repeat(1 << 20))
                .build(false);
        for (int i = 0; i < 100; i++) {
            sink.write(large);
        }
        assertThat(sink.dropped().get("queue_full")).isBetween(60L, 75L);
        release.countDown();
        sink.close();
    }

    @Test
    void closingWritesAllThatWaits() throws Exception {
        AsyncLogSink sink = AsyncLogSink.of(LogSink.lines(written::add));
        for (int i = 0; i < 5_000; i++) {
            sink.write(event(i));
        }
        sink.close();
        sink.close();

        assertThat(written).hasSize(5_000).startsWith(json(0)).endsWith(json(4_999));
        assertThat(sink.dropped()).isEmpty();
    }

    @Test
    void closingGivesUpOnASinkThatHangsAndCountsWhatWaits() throws Exception {
        AsyncLogSink sink = AsyncLogSink.of(blocked(), "slow", 10, Duration.ofMillis(1), null);
        sink.write(event(0));
        entered.await();
        sink.write(event(1));
        sink.write(event(2));
        sink.close();

        assertThat(sink.dropped()).containsEntry("close_timeout", 2L);
        sink.write(event(3));
        assertThat(sink.dropped()).containsEntry("closed", 1L);
        assertThat(closed.await(30, SECONDS)).isTrue();
        assertThat(written).isEmpty();
    }

    @Test
    void anInterruptionEndsTheClosingAndIsKept() throws Exception {
        AsyncLogSink sink = AsyncLogSink.of(blocked(), "slow", 10, Duration.ofHours(1), null);
        sink.write(event(0));
        entered.await();
        Thread.currentThread().interrupt();
        sink.close();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(closed.await(30, SECONDS)).isTrue();
    }

    @Test
    void anEventThatCantBeWrittenLeavesTheOthers() throws Exception {
        AsyncLogSink sink = AsyncLogSink.of(event -> {
            if (event.toJson().contains("1")) {
                throw new StackOverflowError();
            }
            written.add(event.toJson());
        });
        for (int i = 0; i < 3; i++) {
            sink.write(event(i));
        }
        sink.close();

        assertThat(written).containsExactly(json(0), json(2));
        assertThat(sink.dropped()).containsExactly(Map.entry("failed", 1L));
    }

    @Test
    void eachEventIsEitherWrittenOrCountedAlsoWhereItIsClosedMeanwhile() throws Exception {
        for (int round = 0; round < 50; round++) {
            written.clear();
            AsyncLogSink sink = AsyncLogSink.of(LogSink.lines(written::add), "race", 16, LONG, null);
            try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
                List<Future<?>> done = new ArrayList<>();
                for (int t = 0; t < 4; t++) {
                    done.add(threads.submit(() -> {
                        for (int i = 0; i < 100; i++) {
                            sink.write(event(i));
                        }
                    }));
                }
                sink.close();
                for (Future<?> one : done) {
                    one.get();
                }
            }
            long lost =
                    sink.dropped().values().stream().mapToLong(Long::longValue).sum();
            assertThat(written.size() + lost).isEqualTo(400);
        }
    }

    @Test
    void itFlushesWhenItHasCaughtUp() throws Exception {
        CountDownLatch flushed = new CountDownLatch(1);
        LogSink behind = new LogSink() {
            @Override
            public void write(LogEvent event) {}

            @Override
            public void flush() {
                flushed.countDown();
            }
        };
        try (AsyncLogSink sink = AsyncLogSink.of(behind)) {
            sink.write(event(1));
            assertThat(flushed.await(30, SECONDS)).isTrue();
        }
    }

    @Test
    void theThreadIsADaemonWithAName() throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
        try (AsyncLogSink sink = AsyncLogSink.of(event -> {
            threads.add(Thread.currentThread());
            seen.countDown();
        })) {
            sink.write(event(1));
            assertThat(seen.await(30, SECONDS)).isTrue();
        }
        assertThat(threads.getFirst().isDaemon()).isTrue();
        assertThat(threads.getFirst().getName()).isEqualTo("rag-log-log");
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> AsyncLogSink.of(blocked(), "x", 0, LONG, null)).hasMessageContaining("capacity is 0");
        assertThatThrownBy(() -> AsyncLogSink.of(blocked(), "x", 1, Duration.ofSeconds(-1), null))
                .hasMessageContaining("closeTimeout");
    }
}
