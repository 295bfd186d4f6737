package dev.groundwork.rag.llm.faults;

import dev.groundwork.rag.Retriever;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Faults on purpose: wraps a model or a retriever so that some of its calls fail, hang, come late, break off or say
 * nonsense. What happens to the n-th call depends on the seed and on n alone, so a run can be repeated.
 *
 * <pre>{@code
 * Faults faults = Faults.seeded(42)
 *         .error(0.10, () -> new RateLimitException("injected"))
 *         .delay(0.20, Duration.ofMillis(300))
 *         .cut(0.05);
 * ChatModelPool pool = ChatModelPool.of(faults.into(primary), fallback);
 * }</pre>
 *
 * <p>A call has at most one of error, hang, cut and garbage, and may be late besides. Thread-safe once it is in use; what
 * it wraps shares its count of calls and its switch.
 */
public final class Faults {

    /** What can happen to a call. */
    public enum Kind {
        /** It throws. */
        ERROR,
        /** It says nothing until its thread is interrupted; a stream says nothing at all. */
        HANG,
        /**
         * It breaks off: a stream after some pieces, with an error; a whole answer before it arrived; a retriever's list in
         * the middle.
         */
        CUT,
        /** It says random characters; a retriever finds things in random order. */
        GARBAGE,
        /** It is late. */
        DELAY
    }

    private static final Duration LONGEST_DELAY = Duration.ofHours(1);

    private final long seed;
    private final Map<Kind, Double> rates = new EnumMap<>(Kind.class);
    private Supplier<? extends RuntimeException> error = () -> new IllegalStateException("injected");
    private Duration delay = Duration.ZERO;
    private final AtomicLong calls = new AtomicLong();
    private final Map<Kind, AtomicLong> injected = new EnumMap<>(Kind.class);
    private volatile boolean on = true;

    private Faults(long seed) {
        this.seed = seed;
        for (Kind kind : Kind.values()) {
            injected.put(kind, new AtomicLong());
        }
    }

    /** Returns a plan without faults. */
    public static Faults seeded(long seed) {
        return new Faults(seed);
    }

    /** Lets this share of calls, 0 to 1, throw what the supplier makes. */
    public Faults error(double rate, Supplier<? extends RuntimeException> thrown) {
        error = Objects.requireNonNull(thrown, "thrown");
        return rate(Kind.ERROR, rate);
    }

    /** Lets this share of calls, 0 to 1, hang. */
    public Faults hang(double rate) {
        return rate(Kind.HANG, rate);
    }

    /** Lets this share of calls, 0 to 1, break off. */
    public Faults cut(double rate) {
        return rate(Kind.CUT, rate);
    }

    /** Lets this share of calls, 0 to 1, say nonsense. */
    public Faults garbage(double rate) {
        return rate(Kind.GARBAGE, rate);
    }

    /** Lets this share of calls, 0 to 1, come late by up to so much; at most an hour. */
    public Faults delay(double rate, Duration most) {
        if (most.isNegative() || most.compareTo(LONGEST_DELAY) > 0) {
            throw new IllegalArgumentException("most is " + most + ", must be from 0 to " + LONGEST_DELAY);
        }
        delay = most;
        return rate(Kind.DELAY, rate);
    }

    private Faults rate(Kind kind, double rate) {
        if (!(rate >= 0 && rate <= 1)) {
            throw new IllegalArgumentException("rate is " + rate + ", must be from 0 to 1");
        }
        double others = 0;
        for (Map.Entry<Kind, Double> set : rates.entrySet()) {
            others += set.getKey() == kind || set.getKey() == Kind.DELAY ? 0 : set.getValue();
        }
        if (kind != Kind.DELAY && others + rate > 1 + 1e-9) {
            throw new IllegalArgumentException(
                    "rate is " + rate + ", which with the other faults' " + others + " is more than 1");
        }
        rates.put(kind, rate);
        return this;
    }

    /** Switches all faults on or off; they are on at first. */
    public Faults enabled(boolean value) {
        on = value;
        return this;
    }

    /** Returns how often this was injected. */
    public long injected(Kind kind) {
        return Objects.requireNonNull(injected.get(kind)).get();
    }

    /** Returns this model with faults. */
    public ChatModel into(ChatModel model) {
        return new FaultyChatModel(this, Objects.requireNonNull(model, "model"));
    }

    /** Returns this model with faults. */
    public StreamingChatModel into(StreamingChatModel model) {
        return new FaultyStreamingChatModel(this, Objects.requireNonNull(model, "model"));
    }

    /** Returns this retriever with faults. */
    public Retriever into(Retriever retriever) {
        return new FaultyRetriever(this, Objects.requireNonNull(retriever, "retriever"));
    }

    /** What happens to one call. */
    final class Fate {

        private final @Nullable Kind kind;
        private final long delayNanos;
        private final SplittableRandom random;

        private Fate(@Nullable Kind kind, long delayNanos, SplittableRandom random) {
            this.kind = kind;
            this.delayNanos = delayNanos;
            this.random = random;
        }

        @Nullable
        Kind kind() {
            return kind;
        }

        SplittableRandom random() {
            return random;
        }

        /** Waits, throws or hangs, as far as that is what happens. */
        void begin() {
            if (delayNanos > 0) {
                count(Kind.DELAY);
                await(delayNanos);
            }
            if (kind != null) {
                count(kind);
            }
            if (kind == Kind.ERROR) {
                throw error.get();
            }
        }

        /** Hangs until the thread is interrupted. */
        void hang() {
            await(Long.MAX_VALUE);
        }

        private void count(Kind what) {
            long unused = Objects.requireNonNull(injected.get(what)).incrementAndGet();
        }

        private void await(long nanos) {
            try {
                boolean unused = new CountDownLatch(1).await(nanos, TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while an injected fault held the call up", e);
            }
        }

        /** Returns random characters. */
        String garbage() {
            StringBuilder text = new StringBuilder();
            int length = 1 + random.nextInt(80);
            for (int i = 0; i < length; i++) {
                text.append((char) ('!' + random.nextInt(90)));
            }
            return text.toString();
        }
    }

    /** Decides what happens to the next call. */
    Fate next() {
        long number = calls.getAndIncrement();
        SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + number);
        if (!on) {
            return new Fate(null, 0, random);
        }
        double at = random.nextDouble();
        boolean late = random.nextDouble() < rates.getOrDefault(Kind.DELAY, 0.0);
        long nanos = late ? (long) (delay.toNanos() * random.nextDouble()) : 0;
        for (Map.Entry<Kind, Double> rate : rates.entrySet()) {
            if (rate.getKey() != Kind.DELAY) {
                at -= rate.getValue();
                if (at < 0) {
                    return new Fate(rate.getKey(), nanos, random);
                }
            }
        }
        return new Fate(null, nanos, random);
    }
}
