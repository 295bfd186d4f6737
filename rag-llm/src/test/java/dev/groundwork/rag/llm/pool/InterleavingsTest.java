package dev.groundwork.rag.llm.pool;

import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.MemberStatus;
import dev.langchain4j.model.chat.ChatModel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Test;

/**
 * What threads can do to permits, buckets and budgets at once, in all orders that Lincheck finds: each must come out as if the
 * calls had been made one after the other. For a longer search than a build has time for, there are the system properties
 * {@code rag.interleavings.scenarios} and {@code rag.interleavings.orders}.
 */
class InterleavingsTest {

    private static final Duration HOUR = Duration.ofHours(1);

    private static ModelCheckingOptions options() {
        return new ModelCheckingOptions()
                .iterations(Integer.getInteger("rag.interleavings.scenarios", 12))
                .invocationsPerIteration(Integer.getInteger("rag.interleavings.orders", 30))
                .threads(2)
                .actorsPerThread(2)
                .actorsBefore(1)
                .actorsAfter(1);
    }

    /** Time does not pass, so that only the order of calls matters. */
    private static final class Still implements PoolClock {
        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public Instant now() {
            return Instant.EPOCH;
        }

        @Override
        public Timer schedule(long nanos, Runnable task) {
            return () -> {};
        }
    }

    /** A member with a few permits and requests, and a group that it shares with another one. */
    @Param(name = "thread", gen = ThreadIdGen.class)
    public static final class Permits {

        private static final int THREADS = 5;

        private final PoolClock clock = new Still();
        private final Dispatcher dispatcher = new Dispatcher(
                clock,
                new SplittableRandom(1),
                MemberChoice.leastInFlight(),
                3,
                0,
                Runnable::run,
                (member, status) -> {});
        private final List<Deque<Lease>> taken = new ArrayList<>();

        public Permits() {
            Quota group = new Quota(Limits.none().tokensPerMinute(1_000));
            dispatcher.setMembers(List.of(
                    member("a", Limits.none().concurrency(2).requestsPerMinute(4), group),
                    member("b", Limits.none().concurrency(1), group)));
            for (int i = 0; i < THREADS; i++) {
                taken.add(new ArrayDeque<>());
            }
        }

        private static MemberState member(String name, Limits limits, Quota group) {
            return new MemberState(
                    PoolMember.of(name, new ChatModel() {}).limits(limits).build(), 0, group);
        }

        @Operation
        public String take(@Param(name = "thread") int thread) {
            Ticket ticket = new Ticket(
                    new Need(10, 90, EnumSet.noneOf(PoolMember.Feature.class)),
                    Priority.NORMAL,
                    Deadline.after(HOUR, clock::nanoTime),
                    new Ticket.Waiter() {
                        @Override
                        public void granted(Lease lease) {
                            throw new IllegalStateException("nobody waits");
                        }

                        @Override
                        public void refused(Ticket.Refusal refusal) {
                            throw new IllegalStateException("nobody waits");
                        }
                    });
            Object answer = dispatcher.acquire(ticket);
            if (answer instanceof Lease lease) {
                taken.get(thread).add(lease);
                return lease.member().name();
            }
            return ((Ticket.Refusal) Objects.requireNonNull(answer)).reason().name();
        }

        @Operation
        public int served(@Param(name = "thread") int thread) {
            Lease lease = taken.get(thread).peekLast();
            if (lease == null) {
                return -1;
            }
            lease.served(new Lease.Usage(10, 20), -1, Map.of());
            return 1;
        }

        @Operation
        public int unsent(@Param(name = "thread") int thread) {
            Lease lease = taken.get(thread).peekLast();
            if (lease == null) {
                return -1;
            }
            lease.unsent();
            return 1;
        }

        @Operation
        public int end(@Param(name = "thread") int thread) {
            Lease lease = taken.get(thread).pollLast();
            if (lease == null) {
                return -1;
            }
            lease.end();
            return 1;
        }

        @Operation
        public double left() {
            MemberStatus first = dispatcher.statuses().getFirst();
            return first.inFlight()
                    + 10 * left(first, "concurrency")
                    + 100 * left(first, "requests")
                    + 1_000 * left(first, "tokens");
        }

        private static double left(MemberStatus member, String limit) {
            return member.limitsLeft().getOrDefault(limit, Double.NaN);
        }
    }

    /** The budget of retries and hedges. */
    public static final class Shares {

        private final ShareBudget budget = new ShareBudget(0.5, 2, 1, 0);

        @Operation
        public void call() {
            budget.call();
        }

        @Operation
        public boolean take() {
            return budget.take(0);
        }
    }

    @Test
    void permitsAndBucketsAreTakenAndGivenBackAsIfOneAfterTheOther() {
        options().check(Permits.class);
    }

    @Test
    void shareBudgetsArePaidAndUsedAsIfOneAfterTheOther() {
        options().check(Shares.class);
    }
}
