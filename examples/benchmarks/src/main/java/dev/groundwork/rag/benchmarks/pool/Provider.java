package dev.groundwork.rag.benchmarks.pool;

import dev.groundwork.rag.llm.pool.PoolClock;
import dev.groundwork.rag.llm.pool.VirtualClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A provider in virtual time: keeps its limits of requests and tokens over every sliding 60 s exactly, answers after a
 * log-normal latency, and has outages, in which it answers 503, and storms, in which it refuses everybody.
 */
final class Provider {

    private static final long MINUTE = Duration.ofMinutes(1).toNanos();
    private static final Duration REFUSAL = Duration.ofMillis(30);
    /** What the way to the provider takes besides, at most. */
    private static final long WAY_NANOS = Duration.ofMillis(20).toNanos();

    /** What a provider is like. */
    record Profile(String name, int requestsPerMinute, int tokensPerMinute, Duration latency) {}

    /** A stretch of time, in seconds from the start. */
    record Span(double from, double to) {

        boolean holds(long nanos) {
            return nanos >= from * 1e9 && nanos < to * 1e9;
        }
    }

    /** How a request ended: served, or refused with a status and a time to wait, -1 for none. */
    record Outcome(int status, double retryAfterSeconds) {}

    /** Hears the outcome. */
    @FunctionalInterface
    interface Client {
        void ended(Outcome outcome);
    }

    private record Use(long at, int tokens) {}

    private final VirtualClock clock;
    private final Profile profile;
    private final SplittableRandom random;
    private final List<Span> outages = new ArrayList<>();
    private final List<Span> storms = new ArrayList<>();
    private final Deque<Use> window = new ArrayDeque<>();
    private int tokens;

    int attempts;
    int served;
    int breaches;

    Provider(VirtualClock clock, Profile profile, long seed) {
        this.clock = clock;
        this.profile = profile;
        this.random = new SplittableRandom(seed);
    }

    Profile profile() {
        return profile;
    }

    void outage(double from, double to) {
        outages.add(new Span(from, to));
    }

    void storm(double from, double to) {
        storms.add(new Span(from, to));
    }

    private void after(long nanos, Runnable run) {
        PoolClock.Timer unused = clock.schedule(nanos, run);
    }

    /** Returns whether it would serve so much right now; who may know that is no real router. */
    boolean wouldServe(int tokensNeeded) {
        long now = clock.nanoTime();
        forget(now);
        return outages.stream().noneMatch(span -> span.holds(now))
                && storms.stream().noneMatch(span -> span.holds(now))
                && window.size() < profile.requestsPerMinute()
                && tokens + tokensNeeded <= profile.tokensPerMinute();
    }

    /** Asks without a way to it. */
    void askAtOnce(int tokensNeeded, Client client) {
        attempts++;
        arrived(tokensNeeded, client);
    }

    private void forget(long now) {
        for (Use oldest = window.peek(); oldest != null && now - oldest.at() >= MINUTE; oldest = window.peek()) {
            tokens -= oldest.tokens();
            window.remove();
        }
    }

    void ask(int tokensNeeded, Client client) {
        attempts++;
        after(random.nextLong(WAY_NANOS), () -> arrived(tokensNeeded, client));
    }

    private void arrived(int tokensNeeded, Client client) {
        long now = clock.nanoTime();
        forget(now);
        if (outages.stream().anyMatch(span -> span.holds(now))) {
            after(REFUSAL.toNanos(), () -> client.ended(new Outcome(503, -1)));
            return;
        }
        for (Span storm : storms) {
            if (storm.holds(now)) {
                double left = Math.min(5, storm.to() - now / 1e9);
                after(REFUSAL.toNanos(), () -> client.ended(new Outcome(429, Math.ceil(left))));
                return;
            }
        }
        if (window.size() >= profile.requestsPerMinute() || tokens + tokensNeeded > profile.tokensPerMinute()) {
            breaches++;
            Use oldest = window.peek();
            double wait = oldest == null ? 1 : (MINUTE - (now - oldest.at())) / 1e9;
            after(REFUSAL.toNanos(), () -> client.ended(new Outcome(429, Math.ceil(wait))));
            return;
        }
        window.add(new Use(now, tokensNeeded));
        tokens += tokensNeeded;
        double factor = Math.exp(0.4 * gaussian());
        after((long) (profile.latency().toNanos() * factor), () -> {
            served++;
            client.ended(new Outcome(200, -1));
        });
    }

    private double gaussian() {
        double u = 1 - random.nextDouble();
        return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * random.nextDouble());
    }
}
