package dev.groundwork.rag.llm.pool;

import dev.groundwork.rag.LlmAttempt;
import dev.groundwork.rag.MemberStatus;
import dev.langchain4j.model.TokenCountEstimator;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all calls of a pool share. Thread-safe. */
final class PoolCore implements Dispatcher.Observer {

    private static final Logger LOG = LoggerFactory.getLogger(ChatModelPool.class);

    /** Retries pay for themselves: one for so many calls, with a reserve for the first ones and for rare calls. */
    static final double RETRY_SHARE = 0.09;

    private static final double MOST_RETRIES_KEPT = 500;
    private static final double RETRY_RESERVE = 10;
    private static final double RETRIES_PER_SECOND = 1;
    private static final double MOST_HEDGES_KEPT = 10;
    private static final long KEY_CHECK_NANOS = Duration.ofSeconds(5).toNanos();

    private final PoolSettings settings;
    private final PoolClock clock;
    private final Executor models;
    private final Executor control;
    private final RandomGenerator random;
    private final Dispatcher dispatcher;
    private final ShareBudget retries =
            new ShareBudget(RETRY_SHARE, MOST_RETRIES_KEPT, RETRY_RESERVE, RETRIES_PER_SECOND);
    private final ShareBudget hedges;
    private final Set<String> ownRetriesTold = ConcurrentHashMap.newKeySet();
    private final Set<MemberState> watched = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean listenerWarned = new AtomicBoolean();
    private volatile boolean countsTokens;

    PoolCore(
            PoolSettings settings,
            PoolClock clock,
            Executor models,
            Executor control,
            RandomGenerator random,
            RandomGenerator choices) {
        this.settings = settings;
        this.clock = clock;
        this.models = models;
        this.control = control;
        this.random = random;
        this.hedges = new ShareBudget(settings.hedgeShare, MOST_HEDGES_KEPT, 0, 0);
        this.dispatcher = new Dispatcher(
                clock, choices, settings.choice, settings.maxConcurrentCalls, settings.maxWaiting, control, this);
    }

    PoolSettings settings() {
        return settings;
    }

    PoolClock clock() {
        return clock;
    }

    Executor models() {
        return models;
    }

    Executor control() {
        return control;
    }

    Dispatcher dispatcher() {
        return dispatcher;
    }

    ShareBudget retries() {
        return retries;
    }

    ShareBudget hedges() {
        return hedges;
    }

    /** Returns a time that is longer than this one by up to half of it. */
    long jittered(long nanos) {
        synchronized (random) {
            return nanos + (long) (nanos * 0.5 * random.nextDouble());
        }
    }

    void countsTokens(boolean value) {
        countsTokens = value;
    }

    /** Returns what counts tokens where a limit needs it; {@code null} where a coarse estimate is enough. */
    @Nullable
    TokenCountEstimator counter() {
        return countsTokens ? settings.tokenCounter : null;
    }

    // --- Events ---

    void publish(PoolEvent event) {
        for (PoolListener listener : settings.listeners) {
            try {
                listener.onEvent(event);
            } catch (RuntimeException | LinkageError | StackOverflowError e) {
                // Once is enough: a listener that fails at all fails at every event. The message may hold text.
                if (listenerWarned.compareAndSet(false, true)) {
                    LOG.warn(
                            "a pool's listener failed and will not be reported again: {} threw {}",
                            listener.getClass().getName(),
                            e.getClass().getName());
                }
            }
        }
    }

    void ownRetries(PoolMember member, int requests) {
        if (ownRetriesTold.add(member.name())) {
            LOG.warn(
                    "member {} sent {} requests for one call: build its model with maxRetries(0)",
                    member.name(),
                    requests);
            publish(new PoolEvent.OwnRetriesDetected(member.name(), requests));
        }
    }

    @Override
    public void changed(MemberState member, MemberStatus status) {
        publish(new PoolEvent.MemberChanged(status.name(), status.state(), status.reason(), status.retryIn()));
    }

    /** Where a member's key was refused, its supplier is asked now and then for another one. */
    void watchKey(MemberState state) {
        ApiKey key = state.member().apiKey();
        if (key != null && watched.add(state)) {
            checkLater(state, key);
        }
    }

    private void checkLater(MemberState state, ApiKey key) {
        PoolClock.Timer unused = clock.schedule(KEY_CHECK_NANOS, () -> control.execute(() -> checkKey(state, key)));
    }

    private void checkKey(MemberState state, ApiKey key) {
        boolean over = state.draining() || !dispatcher.rests(state);
        if (!over && !key.rotated()) {
            checkLater(state, key);
            return;
        }
        watched.remove(state);
        if (!over) {
            dispatcher.wake(state);
        }
    }

    /** Tells of an attempt's end. */
    LlmAttempt told(Attempt attempt, LlmAttempt.Outcome outcome, String errorType, boolean stream) {
        PoolMember member = attempt.lease().member();
        Duration took =
                Duration.ofNanos(Math.max(0, clock.nanoTime() - attempt.lease().sent()));
        if (!settings.listeners.isEmpty()) {
            Lease.Usage usage = attempt.lease().counted();
            Price price = member.price();
            publish(new PoolEvent.AttemptEnded(
                    member.name(),
                    outcome,
                    errorType,
                    took,
                    stream,
                    attempt.hedge(),
                    attempt.lease().probe(),
                    usage.inputTokens(),
                    usage.outputTokens(),
                    price == null ? 0 : price.of(usage.inputTokens(), usage.outputTokens())));
        }
        return new LlmAttempt(
                member.name(), took, outcome, errorType, member.provider(), member.modelName(), attempt.firstToken());
    }

    List<MemberStatus> statuses() {
        return dispatcher.statuses();
    }
}
