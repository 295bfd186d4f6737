package dev.groundwork.rag.llm.pool;

import dev.groundwork.rag.MemberStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Who serves whom, and when. Everything that is limited is decided here under one lock, which is never held while
 * anybody waits or is called: calls ask for a {@link Lease}; who can't have one waits in a bounded queue, the important
 * first and the others in their order, and is told when it is its turn.
 *
 * <p>Nobody overtakes: where a call waits for a member, a later one does not get that member before it. Of eight turns
 * one goes to whoever waits with lower priority.
 */
final class Dispatcher {

    /** An attempt that was given less than this says nothing about the member when it times out. */
    static final Duration TELLING_TIME = Duration.ofSeconds(1);

    private static final int LOOKED_AT = 64;

    /** Hears of changes, outside of the lock. */
    interface Observer {

        /** A member is used otherwise than before. */
        void changed(MemberState member, MemberStatus status);
    }

    private final PoolClock clock;
    private final RandomGenerator random;
    private final MemberChoice choice;
    private final int maxInFlight;
    private final int maxWaiting;
    private final Executor executor;
    private final Observer observer;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition quiet = lock.newCondition();

    // Guarded by lock.
    private List<MemberState> members = new ArrayList<>();
    private final WaitingLine line = new WaitingLine();
    private final List<MemberState> candidates = new ArrayList<>();
    private int inFlight;
    private long round;
    private boolean schemaDeclared;
    private boolean closed;
    private PoolClock.@Nullable Timer wakeUp;
    private long wakeUpAt;

    Dispatcher(
            PoolClock clock,
            RandomGenerator random,
            MemberChoice choice,
            int maxInFlight,
            int maxWaiting,
            Executor executor,
            Observer observer) {
        this.clock = clock;
        this.random = random;
        this.choice = choice;
        this.maxInFlight = maxInFlight;
        this.maxWaiting = maxWaiting;
        this.executor = executor;
        this.observer = observer;
    }

    // --- Asking ---

    /**
     * Asks for a member.
     *
     * @return leave to call one; a refusal; or {@code null} where the ticket waits now and its waiter will be told
     */
    @Nullable
    Object acquire(Ticket ticket) {
        News news = new News();
        Object result;
        lock.lock();
        try {
            long now = clock.nanoTime();
            Lease lease = line.size() == 0 ? tryGrant(now, ticket, -1) : null;
            if (lease != null) {
                return lease;
            }
            if (line.size() == 0) {
                Ticket.Refusal refusal = refusal(ticket);
                if (refusal != null) {
                    return refusal;
                }
            }
            if (line.size() >= maxWaiting) {
                result = new Ticket.Refusal(Ticket.Reason.QUEUE_FULL, soonest(now, ticket));
            } else {
                line.add(ticket);
                dispatch(now, news);
                result = null;
            }
        } finally {
            lock.unlock();
        }
        news.deliver();
        return result;
    }

    /** Asks for a member that can be called right now; {@code null} where there is none, or somebody waits. */
    @Nullable
    Lease tryAcquire(Ticket ticket) {
        lock.lock();
        try {
            return line.size() > 0 ? null : tryGrant(clock.nanoTime(), ticket, -1);
        } finally {
            lock.unlock();
        }
    }

    /** Asks for a second member beside this one, right now; {@code null} where there is none, or somebody waits. */
    @Nullable
    Lease tryAcquireBeside(Ticket ticket, MemberState but) {
        lock.lock();
        try {
            return line.size() > 0 ? null : tryGrant(clock.nanoTime(), ticket.beside(but), -1);
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether a member could be called right now that has not failed in this call. */
    boolean untriedCould(Ticket ticket) {
        lock.lock();
        try {
            long now = clock.nanoTime();
            for (MemberState member : members) {
                if (!ticket.wasTried(member)
                        && eligible(ticket, member)
                        && member.nanosUntilFits(now, ticket.need(), ticket.priority(), line.size() > 0) == 0) {
                    return true;
                }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Leaves the queue. Returns whether it was in it; if not, its waiter was or will be told. */
    boolean leave(Ticket ticket) {
        News news = new News();
        boolean was;
        lock.lock();
        try {
            was = ticket.queued;
            if (was) {
                line.remove(ticket);
                dispatch(clock.nanoTime(), news);
            }
        } finally {
            lock.unlock();
        }
        news.deliver();
        return was;
    }

    private @Nullable Lease tryGrant(long now, Ticket ticket, long claims) {
        return tryGrant(now, ticket, ticket.priority(), claims);
    }

    private @Nullable Lease tryGrant(long now, Ticket ticket, Priority priority, long claims) {
        if (inFlight >= maxInFlight) {
            ticket.wait = Quota.UNTIL_RELEASE;
            return null;
        }
        long soonest = Quota.NEVER;
        candidates.clear();
        for (int pass = 0; pass < 2 && candidates.isEmpty(); pass++) {
            int tier = 0;
            for (MemberState member : members) {
                if (!candidates.isEmpty() && member.tier() != tier) {
                    break;
                }
                if (ticket.wasTried(member) != (pass == 1) || !eligible(ticket, member)) {
                    continue;
                }
                long wait = claims >= 0 && member.claimed == claims
                        ? Quota.UNTIL_RELEASE
                        : member.nanosUntilFits(now, ticket.need(), priority, line.size() > 0);
                if (tooLateFor(ticket, member)) {
                    continue;
                }
                if (wait == 0) {
                    tier = member.tier();
                    candidates.add(member);
                }
                soonest = Math.min(soonest, wait);
            }
        }
        ticket.wait = soonest;
        if (candidates.isEmpty()) {
            return null;
        }
        MemberState chosen = chosen();
        Lease lease = chosen.take(this, now, ticket.need(), othersCould(now, ticket, chosen));
        inFlight++;
        return lease;
    }

    private boolean othersCould(long now, Ticket ticket, MemberState but) {
        for (MemberState member : members) {
            if (member != but
                    && eligible(ticket, member)
                    && member.nanosUntilFits(now, ticket.need(), ticket.priority(), false) == 0) {
                return true;
            }
        }
        return false;
    }

    /** It has waited so long that the member's answer would come too late: better that somebody else has the place. */
    private static boolean tooLateFor(Ticket ticket, MemberState member) {
        return ticket.queued && ticket.deadline().remainingNanos() < member.enoughNanos();
    }

    private MemberState chosen() {
        int index = 0;
        if (candidates.size() > 1) {
            try {
                index = choice.choose(candidates, random);
            } catch (RuntimeException e) {
                index = 0;
            }
        }
        return candidates.get(index >= 0 && index < candidates.size() ? index : 0);
    }

    private boolean eligible(Ticket ticket, MemberState member) {
        return !member.draining() && ticket.allows(member) && member.suits(ticket.need(), schemaDeclared);
    }

    private long soonest(long now, Ticket ticket) {
        long soonest = Quota.NEVER;
        for (MemberState member : members) {
            if (eligible(ticket, member)) {
                soonest = Math.min(
                        soonest, member.nanosUntilFits(now, ticket.need(), ticket.priority(), line.size() > 0));
            }
        }
        return soonest >= Quota.UNTIL_RELEASE ? -1 : soonest;
    }

    private static Ticket.@Nullable Refusal refusal(Ticket ticket) {
        if (ticket.wait == Quota.NEVER) {
            return new Ticket.Refusal(Ticket.Reason.NOBODY, -1);
        }
        if (ticket.wait < Quota.UNTIL_RELEASE && ticket.wait > ticket.deadline().remainingNanos()) {
            return new Ticket.Refusal(Ticket.Reason.TOO_LATE, ticket.wait);
        }
        return null;
    }

    // --- The queue ---

    /** Gives members to whoever waits, as far as it goes. */
    private void dispatch(long now, News news) {
        if (line.size() == 0) {
            return;
        }
        round++;
        long soonest = Quota.NEVER;
        Ticket lowest = line.whoseTurnItIs();
        if (lowest != null) {
            // What low priority usually leaves to the others is not kept from it on its turn.
            Lease lease = tryGrant(now, lowest, Priority.NORMAL, -1);
            if (lease != null) {
                line.served(lowest, true);
                grant(lowest, lease, news);
            }
        }
        int open = members.size();
        for (int rank = 0; rank < WaitingLine.RANKS && open > 0; rank++) {
            int looked = 0;
            Iterator<Ticket> tickets = line.ofRank(rank).iterator();
            while (tickets.hasNext() && open > 0 && looked++ < LOOKED_AT) {
                Ticket ticket = tickets.next();
                Lease lease = tryGrant(now, ticket, round);
                if (lease != null) {
                    tickets.remove();
                    line.left(ticket);
                    line.served(ticket, false);
                    grant(ticket, lease, news);
                    continue;
                }
                Ticket.Refusal refusal = refusal(ticket);
                if (refusal != null) {
                    tickets.remove();
                    line.left(ticket);
                    news.add(() -> ticket.waiter().refused(refusal));
                    continue;
                }
                soonest = Math.min(soonest, ticket.wait);
                open -= claim(ticket);
            }
        }
        wakeAt(now, soonest);
    }

    private static void grant(Ticket ticket, Lease lease, News news) {
        news.add(() -> ticket.waiter().granted(lease));
    }

    /** Marks the members that a ticket waits for; returns how many nobody had marked before it. */
    private int claim(Ticket ticket) {
        int fresh = 0;
        for (MemberState member : members) {
            if (member.claimed != round && eligible(ticket, member) && !tooLateFor(ticket, member)) {
                member.claimed = round;
                fresh++;
            }
        }
        return fresh;
    }

    private void wakeAt(long now, long wait) {
        PoolClock.Timer timer = wakeUp;
        if (wait >= Quota.UNTIL_RELEASE || line.size() == 0) {
            return; // A wake-up that is set may come in vain.
        }
        long at = now + wait;
        if (timer != null) {
            if (wakeUpAt - at <= 0 && wakeUpAt - now > 0) {
                return;
            }
            timer.cancel();
        }
        wakeUpAt = at;
        wakeUp = clock.schedule(wait, () -> executor.execute(this::wake));
    }

    private void wake() {
        News news = new News();
        lock.lock();
        try {
            wakeUp = null;
            long now = clock.nanoTime();
            tellChanges(now, news);
            dispatch(now, news);
        } finally {
            lock.unlock();
        }
        news.deliver();
    }

    // --- Verdicts ---

    /** Gives a verdict, unless there is one. */
    void judge(Lease lease, LongConsumer verdict, Map<String, List<String>> headers) {
        Instant day = headers.isEmpty() ? Instant.EPOCH : clock.now();
        RateHeaders ofRequests = headers.isEmpty() ? null : RateHeaders.of(headers, "requests", day);
        RateHeaders ofTokens = headers.isEmpty() ? null : RateHeaders.of(headers, "tokens", day);
        News news = new News();
        lock.lock();
        try {
            if (lease.judged) {
                return;
            }
            lease.judged = true;
            long now = clock.nanoTime();
            verdict.accept(now);
            Verdicts.observed(now, lease, ofRequests, ofTokens);
            if (lease.probe()) {
                lease.state().health().endProbe();
            }
            tellChanges(now, news);
            dispatch(now, news);
        } finally {
            lock.unlock();
        }
        news.deliver();
    }

    /** What a failure says of a member. Under the lock, as part of its verdict. */
    void failed(long now, Lease lease, MemberFault fault, boolean telling) {
        if (Verdicts.failed(now, lease, fault, telling, members, random)) {
            checkAfterRest(now, lease.state());
        }
    }

    /** The call's thread or stream is done. */
    void end(Lease lease) {
        News news = new News();
        lock.lock();
        try {
            if (lease.ended) {
                return;
            }
            lease.ended = true;
            lease.state().end(lease);
            inFlight--;
            if (inFlight == 0 || lease.state().draining()) {
                quiet.signalAll();
            }
            dispatch(clock.nanoTime(), news);
        } finally {
            lock.unlock();
        }
        news.deliver();
    }

    // --- Health checks ---

    private void checkAfterRest(long now, MemberState state) {
        PoolMember.HealthCheck check = state.member().healthCheck();
        if (check != null) {
            PoolClock.Timer unused =
                    clock.schedule(state.health().restLeft(now), () -> executor.execute(() -> check(state, check)));
        }
    }

    private void check(MemberState state, PoolMember.HealthCheck check) {
        boolean well;
        try {
            check.check();
            well = true;
        } catch (Exception e) {
            well = false;
        }
        News news = new News();
        lock.lock();
        try {
            long now = clock.nanoTime();
            if (closed || state.draining() || !state.health().toBeProbed(now)) {
                return;
            }
            if (well) {
                boolean unused = state.health().take(now);
                state.health().served(now, true);
                state.health().endProbe();
            } else {
                state.health().rest(now, "HealthCheck", random);
                checkAfterRest(now, state);
            }
            tellChanges(now, news);
            dispatch(now, news);
        } finally {
            lock.unlock();
        }
        news.deliver();
    }

    /** Lets a member be probed now: what was wrong with it has been mended. */
    void wake(MemberState state) {
        News news = new News();
        lock.lock();
        try {
            long now = clock.nanoTime();
            state.health().wake(now);
            checkAfterRest(now, state);
            tellChanges(now, news);
            dispatch(now, news);
        } finally {
            lock.unlock();
        }
        news.deliver();
    }

    // --- Members ---

    void setMembers(List<MemberState> next) {
        News news = new News();
        lock.lock();
        try {
            List<MemberState> sorted = new ArrayList<>(next);
            sorted.sort(java.util.Comparator.comparingInt(MemberState::tier));
            members = sorted;
            schemaDeclared = sorted.stream().anyMatch(MemberState::declaresSchema);
            long now = clock.nanoTime();
            tellChanges(now, news);
            dispatch(now, news);
        } finally {
            lock.unlock();
        }
        news.deliver();
    }

    /** Lets a member have no more calls. */
    void drain(MemberState state) {
        News news = new News();
        lock.lock();
        try {
            state.drain();
            long now = clock.nanoTime();
            tellChanges(now, news);
            dispatch(now, news);
        } finally {
            lock.unlock();
        }
        news.deliver();
    }

    /** Waits until a member, or where there is none the whole pool, has nothing under way; returns whether it has not. */
    boolean awaitQuiet(@Nullable MemberState state, long nanos) throws InterruptedException {
        long left = nanos;
        lock.lock();
        try {
            while (state == null ? inFlight > 0 || line.size() > 0 : state.inFlight() > 0) {
                if (left <= 0) {
                    return false;
                }
                left = quiet.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            PoolClock.Timer timer = wakeUp;
            if (timer != null) {
                timer.cancel();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether a member rests because of its health. */
    boolean rests(MemberState state) {
        lock.lock();
        try {
            return state.health().resting(clock.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    /** Returns how long until any member may be back, of those that rest; -1 where none rests or one does not. */
    long retryNanos() {
        lock.lock();
        try {
            long now = clock.nanoTime();
            long soonest = -1;
            for (MemberState member : members) {
                long left = member.restLeft(now);
                soonest = left > 0 && (soonest < 0 || left < soonest) ? left : soonest;
            }
            return soonest;
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether any member rests because it was asked too often. */
    boolean anyCools() {
        lock.lock();
        try {
            long now = clock.nanoTime();
            for (MemberState member : members) {
                if (member.own().coolLeft(now) > 0 || member.refusing().coolLeft(now) > 0) {
                    return true;
                }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the 95th percentile of a member's latency; -1 where too little is known. */
    long p95(MemberState member, boolean stream) {
        lock.lock();
        try {
            return member.p95(stream);
        } finally {
            lock.unlock();
        }
    }

    List<MemberStatus> statuses() {
        lock.lock();
        try {
            long now = clock.nanoTime();
            return members.stream().map(member -> member.status(now)).toList();
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether no call has anything of any member. */
    boolean isQuiet() {
        lock.lock();
        try {
            return inFlight == 0 && line.size() == 0 && members.stream().allMatch(MemberState::isQuiet);
        } finally {
            lock.unlock();
        }
    }

    int inFlight() {
        lock.lock();
        try {
            return inFlight;
        } finally {
            lock.unlock();
        }
    }

    int waiting() {
        lock.lock();
        try {
            return line.size();
        } finally {
            lock.unlock();
        }
    }

    // --- Telling ---

    private void tellChanges(long now, News news) {
        for (MemberState member : members) {
            MemberStatus.State state = member.state(now);
            if (state != member.told) {
                member.told = state;
                MemberStatus status = member.status(now);
                news.add(() -> observer.changed(member, status));
            }
        }
    }
}
