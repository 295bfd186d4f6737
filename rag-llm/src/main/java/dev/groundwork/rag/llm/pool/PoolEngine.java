package dev.groundwork.rag.llm.pool;

import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.LlmPool.LlmStream;
import dev.groundwork.rag.LlmReply;
import dev.groundwork.rag.MemberStatus;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatRequestOptions;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import java.util.random.RandomGenerator.SplittableGenerator;
import org.jspecify.annotations.Nullable;

/** A pool's members, threads and life. Thread-safe. */
final class PoolEngine {

    private static final AtomicLong THREADS = new AtomicLong();
    /** After calls were cancelled, they are given this long to tell their handlers. */
    private static final Duration CANCELLING = Duration.ofSeconds(1);

    private final PoolSettings settings;
    private final PoolClock clock;
    private final PoolCore core;
    private final @Nullable TimerThread ownTimer;
    private final List<ExecutorService> ownExecutors = new ArrayList<>();
    private final Set<CallRun> calls = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition callEnded = lock.newCondition();

    // Guarded by lock.
    private final Map<String, Quota> groups = new LinkedHashMap<>();
    private final Map<String, MemberState> members = new LinkedHashMap<>();

    PoolEngine(
            PoolSettings settings,
            @Nullable PoolClock clock,
            @Nullable Executor executor,
            RandomGenerator random,
            Map<String, Limits> groups,
            Collection<PoolMember> members) {
        this.settings = settings;
        this.ownTimer = clock == null ? new TimerThread() : null;
        this.clock = clock == null ? Objects.requireNonNull(ownTimer) : clock;
        Executor models = executor == null ? threads("rag-llm-call") : executor;
        Executor control = executor == null ? threads("rag-llm-control") : executor;
        RandomGenerator other = random instanceof SplittableGenerator splittable ? splittable.split() : random;
        this.core = new PoolCore(settings, this.clock, models, control, random, other);
        groups.forEach((name, limits) -> this.groups.put(name, new Quota(limits)));
        try {
            for (PoolMember member : members) {
                this.members.put(member.name(), stateOf(member));
            }
        } catch (IllegalArgumentException e) {
            ownExecutors.forEach(ExecutorService::shutdown);
            throw e;
        }
        publishMembers();
    }

    private Executor threads(String name) {
        // No bound of its own: what is under way is bounded by the dispatcher.
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), runnable -> {
                    Thread thread = new Thread(runnable, name + "-" + THREADS.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        ownExecutors.add(pool);
        return pool;
    }

    private MemberState stateOf(PoolMember member) {
        String name = member.quotaGroup();
        Quota group = name == null ? null : groups.computeIfAbsent(name, unset -> new Quota(Limits.none()));
        Integer tier = member.tier();
        int after = members.values().stream().mapToInt(MemberState::tier).max().orElse(-1) + 1;
        return new MemberState(member, tier == null ? after : tier, group);
    }

    private void publishMembers() {
        core.countsTokens(members.values().stream()
                .anyMatch(m -> m.own().countsTokens()
                        || m.refusing().countsTokens()
                        || m.member().contextTokens() > 0));
        core.dispatcher().setMembers(List.copyOf(members.values()));
    }

    // --- Calls ---

    Deadline defaultDeadline() {
        return Deadline.after(settings.defaultTimeout, clock::nanoTime);
    }

    LlmReply chat(ChatRequest request, ChatRequestOptions options, Priority priority, Deadline deadline) {
        CallerLoop loop = new CallerLoop();
        CallRun call = begin(request, options, priority, deadline, loop, false);
        call.start();
        return loop.await(call);
    }

    LlmStream stream(
            ChatRequest request, ChatRequestOptions options, Priority priority, Deadline deadline, StreamSink sink) {
        CallRun call = begin(request, options, priority, deadline, sink, true);
        call.start();
        return call;
    }

    private CallRun begin(
            ChatRequest request,
            ChatRequestOptions options,
            Priority priority,
            Deadline deadline,
            StreamSink sink,
            boolean stream) {
        Objects.requireNonNull(request, "request");
        Objects.requireNonNull(deadline, "deadline");
        requireOpen();
        CallRun call = new CallRun(core, request, options, priority, deadline, sink, stream, this::ended);
        calls.add(call);
        if (closed) {
            calls.remove(call);
            requireOpen();
        }
        return call;
    }

    private void ended(CallRun call) {
        calls.remove(call);
        if (closed) {
            lock.lock();
            try {
                callEnded.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the pool is closed");
        }
    }

    // --- Members ---

    ChatRequestParameters parameters() {
        return settings.parameters;
    }

    List<MemberStatus> statuses() {
        return core.statuses();
    }

    int waiting() {
        return core.dispatcher().waiting();
    }

    int inFlight() {
        return core.dispatcher().inFlight();
    }

    boolean isQuiet() {
        return core.dispatcher().isQuiet();
    }

    int callsUnderWay() {
        return calls.size();
    }

    Set<Capability> capabilities() {
        lock.lock();
        try {
            Set<Capability> all = null;
            for (MemberState state : members.values()) {
                Set<Capability> own = state.member().capabilities();
                if (all == null) {
                    all = new LinkedHashSet<>(own);
                } else {
                    all.retainAll(own);
                }
            }
            return all == null ? Set.of() : Set.copyOf(all);
        } finally {
            lock.unlock();
        }
    }

    void add(PoolMember member) {
        requireOpen();
        lock.lock();
        try {
            if (members.containsKey(member.name())) {
                throw new IllegalArgumentException("name is '" + member.name() + "', which another member has");
            }
            members.put(member.name(), stateOf(member));
            publishMembers();
        } finally {
            lock.unlock();
        }
    }

    @Nullable
    MemberState remove(String name) {
        MemberState state;
        lock.lock();
        try {
            state = members.remove(name);
            if (state != null) {
                core.dispatcher().drain(state);
                publishMembers();
            }
        } finally {
            lock.unlock();
        }
        return state;
    }

    boolean drain(String name, Duration limit) throws InterruptedException {
        Checks.duration("limit", limit, Duration.ZERO, Deadline.MAX_TIMEOUT);
        MemberState state = remove(name);
        return state == null || core.dispatcher().awaitQuiet(state, limit.toNanos());
    }

    void replace(PoolMember member) {
        requireOpen();
        lock.lock();
        try {
            MemberState before = members.get(member.name());
            if (before == null) {
                throw new IllegalArgumentException("name is '" + member.name() + "', which no member has");
            }
            PoolMember placed = member.tier() == null
                    ? member.toBuilder().tier(before.tier()).build()
                    : member;
            members.put(member.name(), stateOf(placed));
            core.dispatcher().drain(before);
            publishMembers();
        } finally {
            lock.unlock();
        }
    }

    // --- The end ---

    void close() {
        closed = true;
        if (!awaitCalls(settings.closeTimeout)) {
            calls.forEach(CallRun::cancel);
            boolean unused = awaitCalls(CANCELLING);
        }
        core.dispatcher().close();
        ownExecutors.forEach(ExecutorService::shutdown);
        TimerThread timer = ownTimer;
        if (timer != null) {
            timer.close();
        }
    }

    /** Waits until no call is under way; returns whether that is so. An interrupt ends the wait. */
    private boolean awaitCalls(Duration limit) {
        long left = limit.toNanos();
        lock.lock();
        try {
            while (!calls.isEmpty()) {
                if (left <= 0) {
                    return false;
                }
                left = callEnded.awaitNanos(left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }
}
