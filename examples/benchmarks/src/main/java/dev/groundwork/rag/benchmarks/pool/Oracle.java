package dev.groundwork.rag.benchmarks.pool;

import dev.groundwork.rag.llm.pool.PoolClock;
import dev.groundwork.rag.llm.pool.VirtualClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What the limits allow: a router that sees into the providers, sends only what will be served, at once, and lets the rest
 * wait in order until its time is up. It is no peer but the yardstick.
 */
final class Oracle implements Router {

    private static final long LOOK_NANOS = Duration.ofMillis(50).toNanos();
    /** A request that begins later than this before its deadline would be answered too late. */
    private static final long LAST_START_NANOS = Duration.ofSeconds(2).toNanos();

    private record Waiting(int tokens, long until, Done done) {}

    private final VirtualClock clock;
    private final List<Provider> providers;
    private final long deadlineNanos;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private boolean looking;

    Oracle(VirtualClock clock, List<Provider> providers, Duration deadline) {
        this.clock = clock;
        this.providers = providers;
        this.deadlineNanos = deadline.toNanos();
    }

    @Override
    public String name() {
        return "what the limits allow";
    }

    @Override
    public void send(int tokens, Done done) {
        waiting.add(new Waiting(tokens, clock.nanoTime() + deadlineNanos - LAST_START_NANOS, done));
        look();
    }

    private void look() {
        for (Waiting first = waiting.peek(); first != null; first = waiting.peek()) {
            if (clock.nanoTime() > first.until()) {
                waiting.poll();
                first.done().ended(false, 0);
            } else if (!start(first)) {
                break;
            } else {
                waiting.poll();
            }
        }
        if (!waiting.isEmpty() && !looking) {
            looking = true;
            PoolClock.Timer unused = clock.schedule(LOOK_NANOS, () -> {
                looking = false;
                look();
            });
        }
    }

    private boolean start(Waiting request) {
        long sent = clock.nanoTime();
        for (Provider provider : providers) {
            if (provider.wouldServe(request.tokens())) {
                provider.askAtOnce(
                        request.tokens(),
                        outcome -> request.done().ended(outcome.status() == 200, clock.nanoTime() - sent));
                return true;
            }
        }
        return false;
    }
}
