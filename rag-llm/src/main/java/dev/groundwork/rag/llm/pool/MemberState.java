package dev.groundwork.rag.llm.pool;

import dev.groundwork.rag.MemberStatus;
import dev.groundwork.rag.MemberStatus.State;
import dev.langchain4j.model.chat.Capability;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A member in a pool: its quotas, its health, and what it has done. Guarded by the pool's lock. */
final class MemberState implements MemberChoice.Candidate {

    /** What an answer is taken to cost before any was seen. */
    private static final double FIRST_OUTPUT = 256;

    private static final double FIRST_DEVIATION = 128;
    /** What is known of answers is an average over about so many. */
    private static final int ANSWERS = 50;
    /** Few calls take longer than this many times what 19 of 20 take. */
    private static final double ENOUGH = 1.5;
    /** A token count is right within about so much for other models than the counter's. */
    private static final double COUNT_ERROR = 1.2;

    private final PoolMember member;
    private final int tier;
    private final Quota own;
    private final @Nullable Quota group;
    private final MemberHealth health = new MemberHealth();
    private final LatencyWindow firstTokens = new LatencyWindow();
    private final LatencyWindow answers = new LatencyWindow();
    private final boolean declaresSchema;

    private int inFlight;
    private boolean draining;
    private double output = FIRST_OUTPUT;
    /** By how much the provider counts more than was estimated, of prompts. */
    private double promptError;
    /** Of prompt and answer together, around what is expected. */
    private double totalVariance = FIRST_DEVIATION * FIRST_DEVIATION;

    private int answered;
    private long calls;
    private long served;
    private long tokensIn;
    private long tokensOut;
    private long micros;

    /** The last round of the queue in which somebody before waits for it. */
    long claimed = -1;

    /** The state that was last told to listeners. */
    State told = State.UP;

    MemberState(PoolMember member, int tier, @Nullable Quota group) {
        this.member = member;
        this.tier = tier;
        this.own = new Quota(member.limits());
        this.group = group;
        this.declaresSchema = member.capabilities().contains(Capability.RESPONSE_FORMAT_JSON_SCHEMA);
    }

    PoolMember member() {
        return member;
    }

    int tier() {
        return tier;
    }

    MemberHealth health() {
        return health;
    }

    Quota own() {
        return own;
    }

    @Nullable
    Quota group() {
        return group;
    }

    /** Returns the quota that a refusal speaks of. */
    Quota refusing() {
        return group == null ? own : group;
    }

    boolean declaresSchema() {
        return declaresSchema;
    }

    boolean draining() {
        return draining;
    }

    void drain() {
        draining = true;
    }

    /** Returns whether it can do what the request needs. */
    boolean suits(Need need, boolean schemaIsDeclaredBySome) {
        if (!member.features().containsAll(need.features())) {
            return false;
        }
        if (schemaIsDeclaredBySome && !declaresSchema && need.features().contains(PoolMember.Feature.JSON_SCHEMA)) {
            return false;
        }
        return member.contextTokens() == 0 || need.inputTokens() <= member.contextTokens() * COUNT_ERROR;
    }

    private long outputTokens(Need need) {
        long usual = (long) Math.ceil(output);
        return need.maxOutputTokens() == 0 ? usual : Math.min(need.maxOutputTokens(), usual);
    }

    private Quota.Ask ask(Need need) {
        long out = outputTokens(need);
        double deviation = Math.sqrt(totalVariance);
        if (need.maxOutputTokens() > 0) {
            deviation = Math.min(deviation, (double) need.maxOutputTokens() - out);
        }
        Price price = member.price();
        long in = Math.max(0, need.inputTokens() + (long) Math.ceil(promptError));
        return new Quota.Ask(
                in + out,
                deviation,
                price == null ? 0 : price.micros(in, out),
                price == null ? 0 : price.micros(0, Math.round(deviation)));
    }

    /** Returns how long a call has to wait for it: 0, nanoseconds, {@link Quota#UNTIL_RELEASE} or {@link Quota#NEVER}. */
    long nanosUntilFits(long now, Need need, Priority priority, boolean somebodyWaits) {
        if (draining) {
            return Quota.NEVER;
        }
        long wait = health.nanosUntilFits(now, inFlight, somebodyWaits);
        if (wait == 0 && member.healthCheck() != null && health.toBeProbed(now)) {
            wait = Quota.UNTIL_RELEASE;
        }
        Quota.Ask ask = ask(need);
        wait = Math.max(wait, own.nanosUntilFits(now, ask, priority));
        return group == null ? wait : Math.max(wait, group.nanosUntilFits(now, ask, priority));
    }

    Lease take(Dispatcher dispatcher, long now, Need need, boolean othersCould) {
        Quota.Ask ask = ask(need);
        boolean probe = health.take(now);
        inFlight++;
        calls++;
        return new Lease(
                dispatcher,
                this,
                now,
                need,
                outputTokens(need),
                probe,
                othersCould,
                own.take(now, ask),
                group == null ? null : group.take(now, ask));
    }

    void end(Lease lease) {
        inFlight--;
        own.end(lease.ownShare());
        Quota.Share share = lease.groupShare();
        if (group != null && share != null) {
            group.end(share);
        }
    }

    /** The call was given up: what was set aside for it stays used, as the provider may have counted it. */
    void abandoned(Lease.Usage used) {
        count(used);
    }

    private void count(Lease.Usage used) {
        tokensIn += used.inputTokens();
        tokensOut += used.outputTokens();
        micros += used.micros(member.price());
    }

    /** What the call used is known. */
    void settle(long now, Lease lease, Lease.Usage used) {
        long cost = used.micros(member.price());
        own.settle(now, lease.ownShare(), used.total(), cost);
        Quota.Share share = lease.groupShare();
        if (group != null && share != null) {
            group.settle(now, share, used.total(), cost);
        }
        count(used);
    }

    void unsent(long now, Lease lease) {
        calls--;
        own.unsent(now, lease.ownShare());
        Quota.Share share = lease.groupShare();
        if (group != null && share != null) {
            group.unsent(now, share);
        }
    }

    void served(long now, Lease lease, Lease.Usage used, long firstTokenNanos) {
        long took = now - lease.sent();
        health.served(now, lease.probe());
        own.served(now, lease.ownShare());
        Quota.Share share = lease.groupShare();
        if (group != null && share != null) {
            group.served(now, share);
        }
        served++;
        answers.add(took);
        if (firstTokenNanos >= 0) {
            firstTokens.add(firstTokenNanos);
        }
        learn(lease.need(), used);
        settle(now, lease, used);
    }

    private void learn(Need need, Lease.Usage used) {
        double prompt = (double) used.inputTokens() - need.inputTokens() - promptError;
        double answer = used.outputTokens() - output;
        answered = Math.min(ANSWERS, answered + 1);
        double part = 1.0 / answered;
        promptError += part * prompt;
        output += part * answer;
        double off = prompt + answer;
        totalVariance = answered == 1 ? output * output / 4 : (1 - part) * (totalVariance + part * off * off);
    }

    /** It took at least so long; leaving that out would make a slow member look quick. */
    void timedOut(long now, Lease lease) {
        answers.add(now - lease.sent());
    }

    /** Returns how long a call has to be given so that it is not in vain; 0 while too little is known. */
    long enoughNanos() {
        long p95 = answers.p95();
        return p95 < 0 ? 0 : (long) (p95 * ENOUGH);
    }

    /** Returns the 95th percentile of its latency; -1 where too little is known. */
    long p95(boolean stream) {
        return stream && firstTokens.p95() >= 0 ? firstTokens.p95() : stream ? -1 : answers.p95();
    }

    long restLeft(long now) {
        long left = Math.max(health.restLeft(now), own.coolLeft(now));
        return group == null ? left : Math.max(left, group.coolLeft(now));
    }

    private String reason(long now) {
        long rest = health.restLeft(now);
        long cool = own.coolLeft(now);
        long shared = group == null ? 0 : group.coolLeft(now);
        if (group != null && shared >= rest && shared >= cool) {
            return group.reason();
        }
        return cool >= rest ? own.reason() : health.reason();
    }

    State state(long now) {
        if (draining) {
            return State.DRAINING;
        }
        if (restLeft(now) > 0) {
            return State.RESTING;
        }
        return health.toBeProbed(now) ? State.PROBING : State.UP;
    }

    MemberStatus status(long now) {
        State state = state(now);
        Map<String, Double> left = new LinkedHashMap<>();
        own.left(now, left);
        if (group != null) {
            group.left(now, left);
        }
        String reason = switch (state) {
            case UP -> "";
            case PROBING -> health.reason();
            case RESTING -> reason(now);
            case DRAINING -> "draining";
        };
        return new MemberStatus(
                member.name(),
                state,
                reason,
                Duration.ofNanos(state == State.RESTING ? restLeft(now) : 0),
                inFlight,
                left,
                duration(firstTokens.average()),
                duration(answers.average()),
                calls,
                served,
                tokensIn,
                tokensOut,
                micros / 1e6);
    }

    private static @Nullable Duration duration(double nanos) {
        return Double.isNaN(nanos) ? null : Duration.ofNanos((long) nanos);
    }

    /** Returns whether nothing of it, nor of its group, is taken by a call. */
    boolean isQuiet() {
        return inFlight == 0 && own.isQuiet() && (group == null || group.isQuiet());
    }

    @Override
    public String name() {
        return member.name();
    }

    @Override
    public double weight() {
        return member.weight() * health.readiness();
    }

    @Override
    public int inFlight() {
        return inFlight;
    }

    @Override
    public double latencyNanos() {
        return Double.isNaN(firstTokens.average()) ? answers.average() : firstTokens.average();
    }

    @Override
    public double cost() {
        Price price = member.price();
        return price == null ? 0 : price.of(1_000_000, 250_000);
    }
}
