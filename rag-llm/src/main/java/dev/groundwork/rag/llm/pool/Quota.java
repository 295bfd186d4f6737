package dev.groundwork.rag.llm.pool;

import java.time.Duration;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One quota with a provider: a member's own, or one that a group shares. Keeps the limits that were set and those that
 * the provider tells, and rests after a refusal. Guarded by the pool's lock.
 */
final class Quota {

    /** It can't be said when: a call under way has to end first. */
    static final long UNTIL_RELEASE = Long.MAX_VALUE - 1;

    static final long NEVER = Long.MAX_VALUE;

    /** The first rest after a refusal that names no time; each further one is twice as long. */
    static final Duration FIRST_COOL_DOWN = Duration.ofSeconds(1);
    /** The longest rest after a refusal that names no time. */
    static final Duration LONGEST_COOL_DOWN = Duration.ofMinutes(1);
    /** The first rest after money ran out; each further one is twice as long, at most an hour. */
    static final Duration USED_UP_REST = Duration.ofMinutes(5);

    /** Rests are lengthened by up to this part, so that not all callers come back at once; never shortened. */
    static final double JITTER = 0.1;

    private static final Duration MOST_JITTER = Duration.ofSeconds(2);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    /** What callers of low priority leave to the others. */
    private static final double RESERVED = 0.2;
    /** The margin for answers that are longer than expected, in standard deviations of their sum. */
    private static final double DEVIATIONS = 3;

    private final Limits limits;
    private final @Nullable SlidingWindow requests;
    private final @Nullable SlidingWindow tokens;
    private final @Nullable SlidingWindow money;
    private final @Nullable ConcurrencyLimit concurrency;
    private final ServerBucket serverRequests = new ServerBucket();
    private final ServerBucket serverTokens = new ServerBucket();

    private int inFlight;
    private long tokensInFlight;
    /** Of what is expected of all calls under way. */
    private double tokenVariance;

    private double costVariance;
    private boolean cooling;
    private long coolUntil;
    private String reason = "";
    private int refusals;
    private long lastRefusalSent;
    /** After a rest, how many may be under way; doubles with each answer; 0 where it does not matter. */
    private int ramp;

    Quota(Limits limits) {
        this.limits = limits;
        this.requests = limits.requestsPerMinute() == 0 ? null : new SlidingWindow(limits.requestsPerMinute(), MINUTE);
        this.tokens = limits.tokensPerMinute() == 0 ? null : new SlidingWindow(limits.tokensPerMinute(), MINUTE);
        Duration window = limits.budgetWindow();
        this.money = window == null ? null : new SlidingWindow(Math.max(1, (long) (limits.budget() * 1e6)), window);
        this.concurrency = limits.concurrency() == 0
                ? null
                : limits.leastConcurrency() == limits.concurrency()
                        ? ConcurrencyLimit.fixed(limits.concurrency())
                        : ConcurrencyLimit.adaptive(limits.leastConcurrency(), limits.concurrency());
    }

    /** What a call took of this quota. */
    static final class Share {
        private final long sent;
        private final double deviation;
        private final double costDeviation;
        private long tokens;
        private long micros;
        private long requestSlot = -1;
        private long tokenSlot = -1;
        private long moneySlot = -1;

        private Share(long sent, Ask ask) {
            this.sent = sent;
            this.tokens = ask.tokens;
            this.micros = ask.micros;
            this.deviation = ask.deviation;
            this.costDeviation = ask.costDeviation;
        }
    }

    /**
     * What a call is expected to take. Answers differ, so of all that are under way together a margin is kept that grows
     * with the square root of their number.
     *
     * @param tokens prompt and answer together
     * @param deviation the standard deviation of that
     * @param micros their cost in millionths
     * @param costDeviation the standard deviation of that
     */
    record Ask(long tokens, double deviation, long micros, double costDeviation) {}

    /** Returns how long a call has to wait: 0, nanoseconds, {@link #UNTIL_RELEASE} or {@link #NEVER}. */
    long nanosUntilFits(long now, Ask ask, Priority priority) {
        double reserve = priority == Priority.LOW ? RESERVED : 0;
        long wait = coolLeft(now);
        wait = Math.max(wait, wait(requests, now, 1, 0, reserve));
        wait = Math.max(wait, wait(tokens, now, ask.tokens, margin(tokenVariance, ask.deviation), reserve));
        wait = Math.max(wait, wait(money, now, ask.micros, margin(costVariance, ask.costDeviation), reserve));
        if (wait == NEVER) {
            return NEVER;
        }
        wait = Math.max(wait, serverRequests.nanosUntilFits(now, 1));
        wait = Math.max(wait, serverTokens.nanosUntilFits(now, (double) ask.tokens));
        if (wait == 0) {
            int most = concurrency == null ? Integer.MAX_VALUE : concurrency.limit();
            int kept = concurrency != null && reserve > 0 && most > 1 ? Math.max(1, (int) (most * reserve)) : 0;
            int allowed = Math.min(most - kept, ramp == 0 ? Integer.MAX_VALUE : ramp);
            return inFlight < allowed ? 0 : UNTIL_RELEASE;
        }
        return wait;
    }

    private static double margin(double varianceInFlight, double deviation) {
        return deviation == 0 ? 0 : DEVIATIONS * Math.sqrt(varianceInFlight + deviation * deviation);
    }

    private static long wait(@Nullable SlidingWindow window, long now, long amount, double margin, double reserve) {
        if (window == null) {
            return 0;
        }
        if (amount > window.limit()) {
            return NEVER;
        }
        long kept = (long) (window.limit() * reserve + margin);
        return window.nanosUntilFits(now, Math.min(window.limit(), amount + kept));
    }

    Share take(long now, Ask ask) {
        Share share = new Share(now, ask);
        if (requests != null) {
            share.requestSlot = requests.use(now, 1);
        }
        if (tokens != null) {
            share.tokenSlot = tokens.use(now, ask.tokens);
        }
        if (money != null) {
            share.moneySlot = money.use(now, ask.micros);
        }
        serverRequests.use(now, 1);
        serverTokens.use(now, (double) ask.tokens);
        inFlight++;
        tokensInFlight += ask.tokens;
        tokenVariance += ask.deviation * ask.deviation;
        costVariance += ask.costDeviation * ask.costDeviation;
        return share;
    }

    /** The call's thread or stream is done. */
    void end(Share share) {
        inFlight--;
        tokensInFlight -= share.tokens;
        // Rounding does not add up.
        tokenVariance = inFlight == 0 ? 0 : tokenVariance - share.deviation * share.deviation;
        costVariance = inFlight == 0 ? 0 : costVariance - share.costDeviation * share.costDeviation;
    }

    /** What was used is known now. */
    void settle(long now, Share share, long tokensUsed, long micros) {
        if (tokens != null) {
            tokens.adjust(now, share.tokenSlot, tokensUsed - share.tokens);
        }
        if (money != null) {
            money.adjust(now, share.moneySlot, micros - share.micros);
        }
        serverTokens.use(now, (double) tokensUsed - share.tokens);
        tokensInFlight += tokensUsed - share.tokens;
        share.tokens = tokensUsed;
        share.micros = micros;
    }

    /** The request was never sent. */
    void unsent(long now, Share share) {
        if (requests != null) {
            requests.adjust(now, share.requestSlot, -1);
        }
        serverRequests.giveBack(1);
        settle(now, share, 0, 0);
    }

    /** Takes in what a response's headers say. */
    void observed(long now, Share share, @Nullable RateHeaders ofRequests, @Nullable RateHeaders ofTokens) {
        if (ofRequests != null) {
            serverRequests.observed(
                    now,
                    share.sent,
                    ofRequests.limit(),
                    ofRequests.remaining(),
                    ofRequests.reset().toNanos(),
                    inFlight - 1.0);
        }
        if (ofTokens != null) {
            serverTokens.observed(
                    now,
                    share.sent,
                    ofTokens.limit(),
                    ofTokens.remaining(),
                    ofTokens.reset().toNanos(),
                    (double) tokensInFlight - share.tokens);
        }
    }

    void served(long now, Share share) {
        if (concurrency != null) {
            concurrency.served(now, now - share.sent, inFlight);
        }
        if (!cooling || share.sent - coolUntil >= 0) {
            refusals = 0;
        }
        if (ramp > 0) {
            ramp = ramp >= 1 << 20 ? 0 : Math.min(ramp * 2, 1 << 20);
        }
    }

    void dropped(long now, Share share) {
        if (concurrency != null) {
            concurrency.dropped(now, share.sent);
        }
    }

    /**
     * Rests after a refusal. The later end wins, and jitter only lengthens.
     *
     * @param asked how long the provider wants; {@code null} where it does not say
     * @return the end of the rest, on the pool's clock
     */
    long refused(long now, Share share, @Nullable Duration asked, boolean usedUp, String why, RandomGenerator random) {
        dropped(now, share);
        // Calls that were under way together count as one refusal.
        boolean same = refusals > 0 && share.sent - lastRefusalSent < 0;
        if (!same) {
            refusals++;
            lastRefusalSent = now;
        }
        Duration rest;
        if (usedUp) {
            Duration grown = grown(USED_UP_REST, refusals - 1, Duration.ofHours(1));
            rest = asked != null && asked.compareTo(grown) > 0 ? asked : grown;
        } else {
            rest = asked != null ? asked : grown(FIRST_COOL_DOWN, refusals - 1, LONGEST_COOL_DOWN);
        }
        coolFor(now, rest, why, random);
        // Comes back with half of what was too much, and one at a time where it was refused again and again.
        int under = Math.max(1, refusals > 1 ? 1 : inFlight / 2);
        ramp = ramp == 0 ? under : Math.min(ramp, under);
        return coolUntil;
    }

    /** Rests for at least this long. */
    void coolFor(long now, Duration rest, String why, RandomGenerator random) {
        double most = Math.min(rest.toNanos() * JITTER, (double) MOST_JITTER.toNanos());
        long until = now + rest.toNanos() + (long) (most * random.nextDouble());
        if (coolLeft(now) == 0 || until - coolUntil > 0) {
            coolUntil = until;
            reason = why;
        }
        cooling = true;
    }

    long coolLeft(long now) {
        if (!cooling) {
            return 0;
        }
        long left = coolUntil - now;
        if (left <= 0) {
            cooling = false;
            return 0;
        }
        return left;
    }

    /** Ends a rest: the reason for it is gone. */
    void warm() {
        cooling = false;
        refusals = 0;
        ramp = 0;
    }

    String reason() {
        return reason;
    }

    /** Returns whether no call has anything of it. */
    boolean isQuiet() {
        return inFlight == 0 && tokensInFlight == 0;
    }

    boolean countsTokens() {
        return limits.countsTokens();
    }

    /** Adds what is left of each limit, by its name. */
    void left(long now, Map<String, Double> into) {
        put(into, "requests", requests == null ? Double.NaN : (double) requests.left(now));
        put(into, "tokens", tokens == null ? Double.NaN : (double) tokens.left(now));
        put(into, "budget", money == null ? Double.NaN : money.left(now) / 1e6);
        put(into, "concurrency", concurrency == null ? Double.NaN : Math.max(0, concurrency.limit() - inFlight));
        put(into, "requests", serverRequests.left(now));
        put(into, "tokens", serverTokens.left(now));
    }

    private static void put(Map<String, Double> into, String name, double value) {
        if (!Double.isNaN(value)) {
            into.merge(name, value, Math::min);
        }
    }

    private static Duration grown(Duration first, int times, Duration longest) {
        Duration time = first.multipliedBy(1L << Math.clamp(times, 0, 20));
        return time.compareTo(longest) < 0 ? time : longest;
    }
}
