package dev.groundwork.rag.llm;

import dev.groundwork.rag.CancelledException;
import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.DeadlineExceededException;
import dev.groundwork.rag.Hop;
import dev.groundwork.rag.LlmPool.LlmStream;
import dev.groundwork.rag.LlmReply;
import dev.groundwork.rag.RagException;
import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream over all its attempts. A thread of its own takes the members' events, keeps the time limits and calls the
 * handler, so that calls come one at a time and no limit depends on a provider's threads.
 */
final class StreamCall implements LlmStream {

    private static final Logger LOG = LoggerFactory.getLogger(StreamCall.class);

    private final ChatModelPool pool;
    private final ChatRequest request;
    private final Deadline deadline;
    private final StreamSink sink;
    private volatile boolean cancelled;
    private volatile @Nullable MemberStream current;

    StreamCall(ChatModelPool pool, ChatRequest request, Deadline deadline, StreamSink sink) {
        this.pool = pool;
        this.request = request;
        this.deadline = deadline;
        this.sink = sink;
    }

    @Override
    public void cancel() {
        cancelled = true;
        MemberStream stream = current;
        if (stream != null) {
            stream.wake();
        }
    }

    /** Runs the stream to its end; makes exactly one terminal call. */
    void run() {
        LlmReply reply = null;
        RagException error = null;
        try {
            reply = overMembers();
        } catch (RagException e) {
            error = e;
        } catch (InterruptedException e) {
            error = new CancelledException(Hop.CHAT);
        } catch (RuntimeException | Error e) {
            LOG.warn("stream ended by {}", e.getClass().getName());
            error = new CancelledException(Hop.CHAT);
        }
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

    private LlmReply overMembers() throws InterruptedException {
        CallLog log = new CallLog(pool.nanoTime());
        List<PoolMember> members = pool.poolMembers();
        for (int i = 0; i < members.size(); i++) {
            checkCancelled();
            deadline.check(Hop.CHAT);
            PoolMember member = members.get(i);
            PoolMember.Leave leave = member.tryAcquire();
            if (leave == null) {
                log.skipped(member);
                continue;
            }
            LlmReply reply;
            try {
                reply = new Attempt(member, leave, log, pool.attemptNanos(i, deadline)).run();
            } finally {
                leave.withoutVerdict();
                leave.end();
            }
            if (reply != null) {
                return reply;
            }
        }
        throw log.unavailable(members);
    }

    private void checkCancelled() {
        if (cancelled) {
            throw new CancelledException(Hop.CHAT);
        }
    }

    /** One member's try. */
    private final class Attempt {

        private final PoolMember member;
        private final PoolMember.Leave leave;
        private final CallLog log;
        private final long nanos;
        private final MemberStream stream = new MemberStream();
        private final long startNanos = pool.nanoTime().getAsLong();
        private final long realStart = System.nanoTime();
        private boolean seen;

        Attempt(PoolMember member, PoolMember.Leave leave, CallLog log, long nanos) {
            this.member = member;
            this.leave = leave;
            this.log = log;
            this.nanos = nanos;
        }

        /** Returns the reply, or {@code null} where the next member is to be tried. */
        @Nullable
        LlmReply run() throws InterruptedException {
            FutureTask<?> start = start();
            boolean whole = false;
            current = stream;
            try {
                while (true) {
                    checkCancelled();
                    StreamEvent event = stream.next(limit());
                    checkCancelled();
                    switch (event) {
                        case null -> {
                            return failed(MemberFault.TIME_LIMIT);
                        }
                        case StreamEvent.Failed(var error) -> {
                            return failed(MemberFault.of(error));
                        }
                        case StreamEvent.Completed(var response) -> {
                            if (response == null || !Responses.saysSomething(response)) {
                                return failed(MemberFault.EMPTY_ANSWER);
                            }
                            if (wasCut(response)) {
                                return failed(MemberFault.CUT_STREAM);
                            }
                            whole = true;
                            leave.succeeded();
                            return log.served(member, startNanos, response);
                        }
                        default -> handOn(event);
                    }
                }
            } catch (CancelledException e) {
                log.cancelled(member, startNanos);
                throw e;
            } finally {
                current = null;
                if (!whole) {
                    stream.abandon();
                    start.cancel(true);
                }
            }
        }

        private FutureTask<?> start() throws InterruptedException {
            if (!pool.threads().acquire(deadline.remainingNanos())) {
                throw new DeadlineExceededException(Hop.CHAT, deadline.timeout());
            }
            try {
                return pool.threads().start(this::callMember, () -> {});
            } catch (RejectedExecutionException e) {
                throw new CancelledException(Hop.CHAT); // Closed meanwhile.
            }
        }

        private Boolean callMember() {
            try {
                StreamingChatModel streaming = member.streaming();
                if (streaming != null) {
                    streaming.chat(request, stream);
                } else {
                    ChatResponse response = member.model().chat(request);
                    String text = response == null || response.aiMessage() == null
                            ? null
                            : response.aiMessage().text();
                    if (text != null && !text.isEmpty()) {
                        stream.onPartialResponse(text);
                    }
                    stream.onCompleteResponse(response);
                }
            } catch (Throwable e) {
                stream.onError(e);
            }
            return true;
        }

        /** Until the first token the attempt's time, then silence; never more than the deadline. */
        private long limit() {
            long own = seen ? pool.streamIdleTimeout().toNanos() : Math.max(0, nanos - (System.nanoTime() - realStart));
            return Math.min(own, deadline.remainingNanos());
        }

        private void handOn(StreamEvent event) {
            deadline.check(Hop.CHAT);
            try {
                seen |= sink.piece(event, StreamCall.this);
            } catch (RuntimeException e) {
                CancelledException cancelledByHandler = new CancelledException(Hop.CHAT);
                cancelledByHandler.addSuppressed(e);
                throw cancelledByHandler;
            }
        }

        private @Nullable LlmReply failed(MemberFault fault) {
            leave.failed(fault, seen ? pool.streamIdleTimeout() : Duration.ofNanos(nanos));
            log.failed(member, startNanos, fault);
            if (fault.kind() == MemberFault.Kind.TIMED_OUT) {
                deadline.check(Hop.CHAT);
            }
            if (seen || fault.kind() == MemberFault.Kind.REJECTED) {
                throw log.unavailable(pool.poolMembers());
            }
            return null;
        }

        /** A connection that closes early looks like an end, but says no reason. Unknown models may never say one. */
        private boolean wasCut(ChatResponse response) {
            StreamingChatModel streaming = member.streaming();
            return streaming != null
                    && response.finishReason() == null
                    && streaming.provider() != null
                    && streaming.provider() != ModelProvider.OTHER;
        }
    }
}
