package dev.groundwork.rag.llm.pool;

import dev.groundwork.rag.CancelledException;
import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.LlmAttempt;
import dev.groundwork.rag.LlmPool.LlmStream;
import dev.groundwork.rag.LlmReply;
import dev.groundwork.rag.OverloadedException;
import dev.groundwork.rag.RagException;
import dev.groundwork.rag.llm.pool.Lease.Usage;
import dev.langchain4j.model.chat.ChatRequestOptions;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call over all its attempts. Everything that happens to it, a member's turn, a piece, an end, a limit, is posted to
 * its mailbox, so that its state needs no lock, the handler's calls come one at a time, and no thread waits for any of it.
 */
final class CallRun extends Mailbox implements LlmStream, Ticket.Waiter {

    private static final Logger LOG = LoggerFactory.getLogger(CallRun.class);

    private static final long NONE = Long.MAX_VALUE;
    /** An alarm that rings so much too late tells of a process that stood still; what it was to watch gets some time. */
    private static final long LATE_NANOS = 250_000_000;

    private static final long MOST_GRACE_NANOS = 2_000_000_000;

    private final PoolCore core;
    private final ChatRequest request;
    private final ChatRequestOptions options;
    private final Deadline deadline;
    private final StreamSink sink;
    private final boolean stream;
    private final @Nullable CallerLoop loop;
    private final Consumer<CallRun> ended;
    private final Ticket ticket;
    private final Retrying retrying;
    private final CallLog log = new CallLog();
    private final Spoken spoken = new Spoken();

    private volatile @Nullable Attempt primary;
    private volatile @Nullable Attempt second;
    private volatile boolean done;

    // The mailbox's own.
    private long waitingSince = NONE;
    private long waited;
    /** The handler has something that was not taken back. */
    private boolean handedOn;

    private boolean restartPending;
    private long lastPieceAt;
    private long resumeAt = NONE;
    private long hedgeAt = NONE;
    private long alarmAt = NONE;
    private PoolClock.@Nullable Timer alarm;

    CallRun(
            PoolCore core,
            ChatRequest request,
            ChatRequestOptions options,
            Priority priority,
            Deadline deadline,
            StreamSink sink,
            boolean stream,
            Consumer<CallRun> ended) {
        this.core = core;
        this.request = request;
        this.options = options;
        this.deadline = deadline;
        this.sink = sink;
        this.stream = stream;
        this.loop = sink instanceof CallerLoop caller ? caller : null;
        this.ended = ended;
        this.ticket = new Ticket(Need.of(request, core.counter()), priority, deadline, this);
        this.retrying = new Retrying(core, ticket);
    }

    boolean streams() {
        return stream;
    }

    boolean onCallersThread() {
        return loop != null;
    }

    void start() {
        post(() -> {
            core.retries().call();
            core.hedges().call();
            ask();
        });
    }

    @Override
    public void cancel() {
        if (!done) {
            killAll();
            post(this::stopCancelled);
        }
    }

    /** The caller's thread was interrupted inside of a model. */
    void interrupted() {
        CallerLoop caller = loop;
        if (caller != null) {
            caller.interrupted();
        }
        post(this::stopCancelled);
    }

    @Override
    void failed(Throwable thrown) {
        LOG.warn("a call ended by {}", thrown.getClass().getName());
        if (!done) {
            killAll();
            stopCancelled();
        }
    }

    private void killAll() {
        Attempt one = primary;
        Attempt two = second;
        if (one != null) {
            one.kill();
        }
        if (two != null) {
            two.kill();
        }
    }

    // --- Getting a member ---

    private void ask() {
        if (done) {
            return;
        }
        if (deadline.expired()) {
            timeUp();
            return;
        }
        Object answer = core.dispatcher().acquire(ticket);
        switch (answer) {
            case Lease lease -> launch(lease, false);
            case Ticket.Refusal refusal -> refuse(refusal);
            case null, default -> {
                waitingSince = core.clock().nanoTime();
                arm();
            }
        }
    }

    @Override
    public void granted(Lease lease) {
        post(() -> {
            if (waitingSince != NONE) {
                waited += core.clock().nanoTime() - waitingSince;
                waitingSince = NONE;
            }
            if (done) {
                lease.unsent();
                lease.end();
            } else {
                launch(lease, false);
            }
        });
    }

    @Override
    public void refused(Ticket.Refusal refusal) {
        post(() -> {
            if (!done) {
                refuse(refusal);
            }
        });
    }

    private void refuse(Ticket.Refusal refusal) {
        boolean nothingTried = log.attempts().isEmpty();
        if (handedOn) {
            stop(log.partial(spoken.text()));
        } else if (refusal.reason() == Ticket.Reason.QUEUE_FULL && nothingTried) {
            stop(new OverloadedException(core.settings().maxWaiting));
        } else if (retrying.tooLongForAll()) {
            stop(log.rejected());
        } else {
            long nanos =
                    refusal.nanos() >= 0 ? refusal.nanos() : core.dispatcher().retryNanos();
            stop(log.unavailable(core.statuses(), nanos));
        }
    }

    private void launch(Lease lease, boolean hedge) {
        ChatRequest sent = spoken.continuing() ? spoken.continuation(request) : request;
        Attempt attempt = new Attempt(this, core, lease, sent, options, hedge);
        long now = core.clock().nanoTime();
        attempt.startNanos = now;
        long left = deadline.remainingNanos();
        long own = ownLimit(lease, left);
        attempt.limitNanos = Math.min(own, left);
        attempt.limitAt = own >= left ? NONE : now + own;
        if (hedge) {
            second = attempt;
        } else {
            primary = attempt;
            hedgeAt = hedgeTime(lease, now);
        }
        arm();
        CallerLoop caller = loop;
        Executor executor = caller != null && !hedge && lease.member().obeysInterruption() ? caller : core.models();
        afterwards(() -> attempt.start(executor));
    }

    /** Returns how long an attempt may take until its answer, or a stream's first piece: half of what is left while another member could be asked after it, and up to three quarters where it usually takes so long. */
    private long ownLimit(Lease lease, long left) {
        Duration set = stream && core.settings().firstTokenTimeout != null
                ? core.settings().firstTokenTimeout
                : core.settings().attemptTimeout;
        if (set != null) {
            return set.toNanos();
        }
        return lease.othersCould() ? Math.max(left / 2, Math.min(lease.usualNanos(), left / 4 * 3)) : NONE;
    }

    private long hedgeTime(Lease lease, long now) {
        if (core.settings().hedgeShare == 0 || !log.attempts().isEmpty() || spoken.continuing()) {
            return NONE;
        }
        long p95 = core.dispatcher().p95(lease.state(), stream);
        return p95 < 0 ? NONE : now + p95;
    }

    private void hedge() {
        hedgeAt = NONE;
        Attempt one = primary;
        if (one == null || second != null || one.begun || core.dispatcher().anyCools()) {
            return;
        }
        Lease lease = core.dispatcher().tryAcquireBeside(ticket, one.lease().state());
        if (lease == null) {
            return;
        }
        if (core.hedges().take(core.clock().nanoTime())) {
            launch(lease, true);
        } else {
            lease.unsent();
            lease.end();
        }
    }

    // --- What attempts tell ---

    void piece(Attempt attempt, StreamEvent event) {
        if (done || !current(attempt)) {
            return;
        }
        if (!(event instanceof StreamEvent.Raw)) {
            alone(attempt);
        }
        try {
            if (!(event instanceof StreamEvent.Raw)) {
                takeBack();
            }
            StreamEvent shown = spoken.take(event);
            if (shown != null) {
                handedOn |= sink.piece(shown, this);
            }
        } catch (RuntimeException e) {
            stopThrown(e);
            return;
        }
        if (!(event instanceof StreamEvent.Raw)) {
            lastPieceAt = core.clock().nanoTime();
            if (!attempt.begun) {
                attempt.begun = true;
                arm();
            }
        }
        if (deadline.expired()) {
            timeUp();
        }
    }

    /** The handler throws away what it has, now that there is something to put in its place. */
    private void takeBack() {
        if (restartPending) {
            restartPending = false;
            handedOn = false;
            spoken.forget();
            sink.restart();
        }
    }

    private boolean current(Attempt attempt) {
        return attempt == primary || attempt == second;
    }

    /** This one answers: another one that runs beside it is ended. */
    private void alone(Attempt attempt) {
        Attempt other = attempt == primary ? second : primary;
        if (other != null) {
            giveUp(other);
        }
        primary = attempt;
        second = null;
        hedgeAt = NONE;
    }

    private void giveUp(Attempt attempt) {
        attempt.kill();
        attempt.lease().cancelled(attempt.outputSoFar());
        if (attempt.sent()) {
            log.add(core.told(attempt, LlmAttempt.Outcome.CANCELLED, "", stream), null);
        }
    }

    void ended(Attempt attempt, @Nullable ChatResponse response, @Nullable MemberFault fault) {
        if (done || !current(attempt)) {
            return;
        }
        if (fault == null && response != null) {
            alone(attempt);
            serve(attempt, response);
        } else if (fault != null) {
            fail(attempt, fault);
        }
    }

    private void serve(Attempt attempt, ChatResponse response) {
        log.add(core.told(attempt, LlmAttempt.Outcome.SERVED, "", stream), null);
        Usage usage = attempt.lease().counted();
        Price price = attempt.lease().member().price();
        try {
            takeBack();
            StreamEvent rest = spoken.rest();
            if (rest != null) {
                handedOn |= sink.piece(rest, this);
            }
        } catch (RuntimeException e) {
            primary = null;
            stopThrown(e);
            return;
        }
        primary = null;
        LlmReply reply = new LlmReply(
                spoken.continuing() ? spoken.whole(response) : response,
                attempt.lease().member().name(),
                log.attempts(),
                Duration.ofNanos(waited),
                price == null ? 0 : price.of(usage.inputTokens(), usage.outputTokens()));
        finish(reply, null);
    }

    private void fail(Attempt attempt, MemberFault fault) {
        log.add(core.told(attempt, CallLog.outcome(fault.kind()), fault.errorType(), stream), fault.trace());
        Attempt other = attempt == primary ? second : primary;
        primary = other;
        second = null;
        if (other != null) {
            retrying.failedBeside(attempt, fault);
            return;
        }
        hedgeAt = NONE;
        if (fault.kind() == MemberFault.Kind.TIMED_OUT && deadline.expired()) {
            stop(log.timedOut(deadline));
            return;
        }
        if (handedOn && !restartPending && !recoverable()) {
            stop(log.partial(spoken.text()));
            return;
        }
        switch (retrying.after(attempt, fault)) {
            case Retrying.Now n -> ask();
            case Retrying.Later later -> {
                resumeAt = core.clock().nanoTime() + later.nanos();
                arm();
            }
            case Retrying.Reject r -> stop(handedOn ? log.partial(spoken.text()) : log.rejected());
            case Retrying.GiveUp g ->
                stop(
                        handedOn
                                ? log.partial(spoken.text())
                                : log.unavailable(
                                        core.statuses(), core.dispatcher().retryNanos()));
        }
    }

    /** What was handed on can't be taken back unless the handler can, or goes on unless it is plain text. */
    private boolean recoverable() {
        StreamRecovery how = core.settings().recovery;
        if (how == StreamRecovery.CONTINUE && spoken.canContinue(request)) {
            spoken.goOn();
            return true;
        }
        if (how == StreamRecovery.RESTART && sink.canRestart()) {
            restartPending = true;
            return true;
        }
        return false;
    }

    // --- Time ---

    private void arm() {
        long next = Math.min(resumeAt, hedgeAt);
        Attempt one = primary;
        Attempt two = second;
        long now = core.clock().nanoTime();
        if (one != null) {
            next = Math.min(next, one.begun ? idleAt() : one.limitAt);
        }
        if (two != null) {
            next = Math.min(next, two.limitAt);
        }
        long end = now + deadline.remainingNanos();
        next = next == NONE || end - next < 0 ? end : next;
        if (alarm != null) {
            if (alarmAt - next <= 0) {
                return; // Rings early, and is set anew then.
            }
            alarm.cancel();
        }
        long at = next;
        alarmAt = at;
        alarm = core.clock().schedule(at - now, () -> core.control().execute(() -> rang(at)));
    }

    private long idleAt() {
        return lastPieceAt + core.settings().streamIdleTimeout.toNanos();
    }

    private void rang(long at) {
        if (!done && deadline.expired()) {
            killAll(); // Also where a handler blocks the mailbox.
        }
        long late = core.clock().nanoTime() - at;
        post(() -> onAlarm(late));
    }

    private void onAlarm(long late) {
        if (done) {
            return;
        }
        alarm = null;
        alarmAt = NONE;
        if (deadline.expired()) {
            timeUp();
            return;
        }
        long now = core.clock().nanoTime();
        if (resumeAt != NONE && resumeAt - now <= 0) {
            resumeAt = NONE;
            resume();
            if (done) {
                return;
            }
        }
        for (Attempt attempt : new Attempt[] {second, primary}) {
            if (attempt != null && !done && current(attempt)) {
                limits(attempt, now, late);
            }
        }
        if (!done && hedgeAt != NONE && hedgeAt - now <= 0) {
            hedge();
        }
        if (!done && alarm == null) {
            arm();
        }
    }

    private void limits(Attempt attempt, long now, long late) {
        boolean idle = attempt.begun && now - idleAt() >= 0;
        boolean slow = !attempt.begun && attempt.limitAt != NONE && now - attempt.limitAt >= 0;
        if (!idle && !slow) {
            return;
        }
        if (late > LATE_NANOS && !attempt.grace) {
            attempt.grace = true;
            long more = Math.min(late, MOST_GRACE_NANOS);
            attempt.limitAt = slow ? now + more : attempt.limitAt;
            lastPieceAt = idle ? now - core.settings().streamIdleTimeout.toNanos() + more : lastPieceAt;
            return;
        }
        limitPassed(attempt, idle);
    }

    private void limitPassed(Attempt attempt, boolean stalled) {
        MemberFault fault = stalled ? MemberFault.STALLED : MemberFault.TIME_LIMIT;
        attempt.kill();
        boolean telling = stalled || attempt.limitNanos >= Dispatcher.TELLING_TIME.toNanos();
        attempt.lease().failed(fault, telling, attempt.lease().estimate(attempt.outputSoFar()), Map.of());
        fail(attempt, fault);
    }

    private void resume() {
        MemberState again = retrying.sameAgain();
        if (again != null) {
            Lease lease = core.dispatcher().tryAcquire(ticket);
            retrying.anybody();
            if (lease != null) {
                launch(lease, false);
                return;
            }
        }
        ask();
    }

    private void timeUp() {
        for (Attempt attempt : new Attempt[] {primary, second}) {
            if (attempt != null) {
                attempt.kill();
                boolean telling = !attempt.begun && attempt.limitNanos >= Dispatcher.TELLING_TIME.toNanos();
                Usage usage = attempt.lease().estimate(attempt.outputSoFar());
                attempt.lease().failed(MemberFault.TIME_LIMIT, telling, usage, Map.of());
                if (attempt.sent()) {
                    log.add(
                            core.told(
                                    attempt, LlmAttempt.Outcome.TIMED_OUT, MemberFault.TIME_LIMIT.errorType(), stream),
                            null);
                }
            }
        }
        primary = null;
        second = null;
        stop(log.timedOut(deadline));
    }

    // --- The end ---

    private void stop(RagException error) {
        if (!done) {
            giveUpAll();
            finish(null, error);
        }
    }

    private void stopCancelled() {
        if (!done) {
            giveUpAll();
            finish(null, log.cancelled());
        }
    }

    /** The handler threw. */
    private void stopThrown(RuntimeException thrown) {
        if (!done) {
            giveUpAll();
            CancelledException error = log.cancelled();
            error.addSuppressed(thrown);
            finish(null, error);
        }
    }

    private void giveUpAll() {
        for (Attempt attempt : new Attempt[] {primary, second}) {
            if (attempt != null) {
                giveUp(attempt);
            }
        }
        primary = null;
        second = null;
    }

    private void finish(@Nullable LlmReply reply, @Nullable RagException error) {
        done = true;
        PoolClock.Timer timer = alarm;
        if (timer != null) {
            timer.cancel();
        }
        if (waitingSince != NONE) {
            boolean unused = core.dispatcher().leave(ticket);
        }
        ended.accept(this);
        try {
            if (reply != null) {
                sink.complete(reply);
            } else if (error != null) {
                sink.error(error);
            }
        } catch (RuntimeException e) {
            LOG.warn("stream handler threw {} at the end", e.getClass().getName());
        }
    }
}
