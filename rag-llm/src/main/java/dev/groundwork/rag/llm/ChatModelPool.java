package dev.groundwork.rag.llm;

import dev.groundwork.rag.CancelledException;
import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.DeadlineExceededException;
import dev.groundwork.rag.Hop;
import dev.groundwork.rag.LlmPool;
import dev.groundwork.rag.LlmReply;
import dev.groundwork.rag.MemberStatus;
import dev.groundwork.rag.OverloadedException;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Several chat models behind one, in an order of preference: a call goes to the first member that is well, and to the
 * next one where that fails.
 *
 * <pre>{@code
 * try (ChatModelPool pool = ChatModelPool.of(primary, fallback)) {
 *     LlmReply reply = pool.chat(request, Deadline.after(Duration.ofSeconds(20)));
 * }
 * }</pre>
 *
 * <p>What an error does:
 *
 * <table>
 * <caption>errors</caption>
 * <tr><th>error</th><th>this call</th><th>the member</th></tr>
 * <tr><td>429</td><td>next member at once</td><td>rests for as long as its message asks, else 1 s, doubling to 1 min</td></tr>
 * <tr><td>5xx, connection, unknown exception, empty answer</td><td>next member</td><td>rests after 3 in a row: 10 s,
 * doubling to 5 min, then one probe at a time</td></tr>
 * <tr><td>time-out</td><td>next member</td><td>the same, where it had a second or more</td></tr>
 * <tr><td>401, 402, 403, 404, used-up quota</td><td>next member</td><td>rests for 5 min, then one probe</td></tr>
 * <tr><td>400, 413, 422, content filter</td><td>fails: the request is at fault</td><td>nothing</td></tr>
 * <tr><td>cancelled by the caller</td><td>fails</td><td>nothing</td></tr>
 * </table>
 *
 * <p>A member that rests is skipped without a call. While another member could still be asked, an attempt gets half of
 * what is left of the deadline (or {@link Builder#attemptTimeout}), so that one that hangs leaves time for the next;
 * the last one gets all of it. Retries and fail-over are the pool's, so members should not retry by themselves: build them
 * with {@code maxRetries(0)}.
 *
 * <p>Members are called on daemon threads of the pool's own, which are interrupted when the deadline passes or the
 * caller gives up; the caller returns then, whether or not the member obeys. Context in thread locals does not reach
 * the member.
 *
 * <p>Failures carry neither prompts nor what a provider said, as that may quote prompts or keys: the cause of an
 * {@link dev.groundwork.rag.LlmUnavailableException} has the classes and the stack trace of the original only.
 *
 * <p>Thread-safe. {@link #close()} cancels calls under way; it does not close the models, which belong to whoever made
 * them.
 */
public final class ChatModelPool implements LlmPool {

    /** How long a call may take where the caller can't say: {@link ChatModel#chat(ChatRequest)},
     * and streams of {@link #streaming()}. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);

    /** How long a stream that has begun may be silent. */
    public static final Duration DEFAULT_STREAM_IDLE_TIMEOUT = Duration.ofSeconds(30);

    /** How many calls may be under way at once; as many as {@code rag.concurrency.max-hops} allows by default. */
    public static final int DEFAULT_MAX_CONCURRENT_CALLS = 512;

    private final List<PoolMember> members;
    private final @Nullable Duration attemptTimeout;
    private final Duration streamIdleTimeout;
    private final Duration defaultTimeout;
    private final int maxConcurrentCalls;
    private final LongSupplier nanoTime;
    private final CallThreads threads;
    private final CallThreads supervisors;
    private final Set<StreamCall> streams = ConcurrentHashMap.newKeySet();
    private final StreamingChatModel streaming = new PoolStreamingModel(this);
    private volatile boolean closed;

    private ChatModelPool(Builder builder) {
        if (builder.members.isEmpty()) {
            throw new IllegalArgumentException("members is empty, a pool has at least one");
        }
        this.attemptTimeout = builder.attemptTimeout;
        this.streamIdleTimeout = builder.streamIdleTimeout;
        this.defaultTimeout = builder.defaultTimeout;
        this.maxConcurrentCalls = builder.maxConcurrentCalls;
        this.nanoTime = builder.nanoTime;
        List<PoolMember> made = new ArrayList<>();
        builder.members.forEach((name, m) -> made.add(new PoolMember(name, m.model(), m.streaming(), nanoTime)));
        this.members = List.copyOf(made);
        this.threads = new CallThreads("rag-llm-call", maxConcurrentCalls);
        this.supervisors = new CallThreads("rag-llm-stream", maxConcurrentCalls);
    }

    /**
     * Returns a pool of these models, the preferred one first. A member is named after provider and model. Streams are
     * served by the same models where they stream too, else as one piece.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static ChatModelPool of(ChatModel... models) {
        Builder builder = builder();
        for (ChatModel model : models) {
            builder.member(model);
        }
        return builder.build();
    }

    /** Returns a builder without members. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if the pool is closed
     */
    @Override
    public LlmReply chat(ChatRequest request, Deadline deadline) {
        Objects.requireNonNull(request, "request");
        requireOpen();
        CallLog log = new CallLog(nanoTime);
        for (int i = 0; i < members.size(); i++) {
            if (Thread.currentThread().isInterrupted()) {
                throw new CancelledException(Hop.CHAT);
            }
            deadline.check(Hop.CHAT);
            PoolMember member = members.get(i);
            PoolMember.Leave leave = member.tryAcquire();
            if (leave == null) {
                log.skipped(member);
                continue;
            }
            LlmReply reply = attempt(request, deadline, member, leave, attemptNanos(i, deadline), log);
            if (reply != null) {
                return reply;
            }
        }
        throw log.unavailable(members);
    }

    /** Returns the reply, or {@code null} where the next member is to be tried. */
    private @Nullable LlmReply attempt(
            ChatRequest request,
            Deadline deadline,
            PoolMember member,
            PoolMember.Leave leave,
            long nanos,
            CallLog log) {
        FutureTask<ChatResponse> call;
        try {
            call = start(request, deadline, member, leave);
        } catch (RuntimeException | Error e) {
            leave.withoutVerdict();
            throw e;
        }
        long start = nanoTime.getAsLong();
        MemberFault fault;
        try {
            ChatResponse response = call.get(Math.min(nanos, deadline.remainingNanos()), TimeUnit.NANOSECONDS);
            if (Responses.saysSomething(response)) {
                leave.succeeded();
                return log.served(member, start, response);
            }
            fault = MemberFault.EMPTY_ANSWER;
        } catch (InterruptedException e) {
            leave.withoutVerdict();
            call.cancel(true);
            Thread.currentThread().interrupt();
            throw new CancelledException(Hop.CHAT);
        } catch (CancellationException e) {
            leave.withoutVerdict();
            throw new CancelledException(Hop.CHAT);
        } catch (TimeoutException e) {
            call.cancel(true);
            fault = MemberFault.TIME_LIMIT;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof VirtualMachineError error) {
                leave.withoutVerdict();
                throw error;
            }
            fault = MemberFault.of(e);
        }
        leave.failed(fault, Duration.ofNanos(nanos));
        log.failed(member, start, fault);
        if (fault.kind() == MemberFault.Kind.REJECTED) {
            throw log.unavailable(members);
        }
        deadline.check(Hop.CHAT);
        return null;
    }

    private FutureTask<ChatResponse> start(
            ChatRequest request, Deadline deadline, PoolMember member, PoolMember.Leave leave) {
        boolean slot = false;
        try {
            slot = threads.acquire(deadline.remainingNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException(Hop.CHAT);
        } finally {
            if (!slot) {
                leave.end();
            }
        }
        if (!slot) {
            throw new DeadlineExceededException(Hop.CHAT, deadline.timeout());
        }
        try {
            FutureTask<ChatResponse> call = threads.start(() -> member.model().chat(request), leave::end);
            if (closed) {
                call.cancel(true);
            }
            return call;
        } catch (java.util.concurrent.RejectedExecutionException e) {
            throw new CancelledException(Hop.CHAT); // Closed meanwhile.
        }
    }

    /** Returns how long an attempt may take: part of what is left while another member could be asked after it. */
    long attemptNanos(int index, Deadline deadline) {
        long left = deadline.remainingNanos();
        if (attemptTimeout != null) {
            return Math.min(left, attemptTimeout.toNanos());
        }
        boolean another = members.stream().skip(index + 1L).anyMatch(PoolMember::usable);
        return another ? left / 2 : left;
    }

    /**
     * {@inheritDoc}
     *
     * <p>Before a provider's first token there is no way to tell it to stop: such a stream is left alone when it is
     * cancelled, and ended at its first token, none of which is handed on. A stream that ends without saying why
     * ({@code finishReason}) counts as cut where its model names a provider, as LangChain4j's own models do.
     *
     * <p>A handler that throws cancels its stream; {@link LlmPool.LlmStreamHandler#onError} then gets a
     * {@link CancelledException} with what it threw as suppressed.
     *
     * @throws IllegalStateException if the pool is closed
     */
    @Override
    public LlmStream stream(ChatRequest request, Deadline deadline, LlmStreamHandler handler) {
        Objects.requireNonNull(handler, "handler");
        return stream(request, deadline, new StreamSink.ToLlmHandler(handler));
    }

    LlmStream stream(ChatRequest request, Deadline deadline, StreamSink sink) {
        Objects.requireNonNull(request, "request");
        Objects.requireNonNull(deadline, "deadline");
        requireOpen();
        StreamCall call = new StreamCall(this, request, deadline, sink);
        if (!supervisors.tryAcquire()) {
            sink.error(new OverloadedException(maxConcurrentCalls));
            return call;
        }
        streams.add(call);
        try {
            supervisors.run(call::run, () -> streams.remove(call));
        } catch (java.util.concurrent.RejectedExecutionException e) {
            throw new IllegalStateException("the pool is closed", e);
        }
        if (closed) {
            call.cancel();
        }
        return call;
    }

    @Override
    public StreamingChatModel streaming() {
        return streaming;
    }

    /** Serves LangChain4j's callers, who hand in no deadline: it is the builder's default time-out. */
    @Override
    public ChatResponse doChat(ChatRequest request) {
        return chat(request, Deadline.after(defaultTimeout)).response();
    }

    /** Returns what all members can do. */
    @Override
    public Set<Capability> supportedCapabilities() {
        Set<Capability> all = null;
        for (PoolMember member : members) {
            Set<Capability> own = Objects.requireNonNullElse(member.model().supportedCapabilities(), Set.of());
            if (all == null) {
                all = new LinkedHashSet<>(own);
            } else {
                all.retainAll(own);
            }
        }
        return all == null ? Set.of() : Set.copyOf(all);
    }

    @Override
    public List<MemberStatus> members() {
        return members.stream().map(PoolMember::status).toList();
    }

    @Override
    public void close() {
        closed = true;
        threads.close();
        streams.forEach(StreamCall::cancel);
        supervisors.closeWithoutInterrupt();
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the pool is closed");
        }
    }

    List<PoolMember> poolMembers() {
        return members;
    }

    CallThreads threads() {
        return threads;
    }

    LongSupplier nanoTime() {
        return nanoTime;
    }

    Duration streamIdleTimeout() {
        return streamIdleTimeout;
    }

    Duration defaultTimeout() {
        return defaultTimeout;
    }

    /** Collects members and limits; not thread-safe. */
    public static final class Builder {

        private record Models(ChatModel model, @Nullable StreamingChatModel streaming) {}

        private final Map<String, Models> members = new LinkedHashMap<>();
        private @Nullable Duration attemptTimeout;
        private Duration streamIdleTimeout = DEFAULT_STREAM_IDLE_TIMEOUT;
        private Duration defaultTimeout = DEFAULT_TIMEOUT;
        private int maxConcurrentCalls = DEFAULT_MAX_CONCURRENT_CALLS;
        private LongSupplier nanoTime = System::nanoTime;

        private Builder() {}

        /**
         * Adds a member, less preferred than those before it, named after provider and model, with a number where that
         * is taken already.
         *
         * @param model serves streams too where it is a {@link StreamingChatModel} as well, else as one piece
         */
        public Builder member(ChatModel model) {
            Objects.requireNonNull(model, "model");
            String base = nameOf(model);
            String name = base;
            for (int n = 2; members.containsKey(name); n++) {
                name = base + "-" + n;
            }
            return member(name, model, model instanceof StreamingChatModel both ? both : null);
        }

        /**
         * Adds a member, less preferred than those before it.
         *
         * @param name how it is called in replies, errors and states; unique
         * @param streaming serves streams; where {@code null}, {@code model} does, as one piece
         * @throws IllegalArgumentException if the name is blank or taken
         */
        public Builder member(String name, ChatModel model, @Nullable StreamingChatModel streaming) {
            if (name.isBlank()) {
                throw new IllegalArgumentException("name is blank, must hold text");
            }
            if (members.containsKey(name)) {
                throw new IllegalArgumentException("name is '" + name + "', which another member has");
            }
            members.put(name, new Models(Objects.requireNonNull(model, "model"), streaming));
            return this;
        }

        /** Sets the longest time of one attempt; without it half of what is left, all of it for the last member. */
        public Builder attemptTimeout(Duration value) {
            attemptTimeout = positive("attemptTimeout", value);
            return this;
        }

        /** Sets how long a stream that has begun may be silent; {@link #DEFAULT_STREAM_IDLE_TIMEOUT} by default. */
        public Builder streamIdleTimeout(Duration value) {
            streamIdleTimeout = positive("streamIdleTimeout", value);
            return this;
        }

        /** Sets how long calls without a deadline may take; {@link #DEFAULT_TIMEOUT} by default. */
        public Builder defaultTimeout(Duration value) {
            defaultTimeout = positive("defaultTimeout", value);
            return this;
        }

        /**
         * Sets how many calls may be under way at once; {@link #DEFAULT_MAX_CONCURRENT_CALLS} by default. One more call
         * waits within its deadline; one more stream fails with an {@link OverloadedException}.
         */
        public Builder maxConcurrentCalls(int value) {
            if (value < 1) {
                throw new IllegalArgumentException("maxConcurrentCalls is " + value + ", must be at least 1");
            }
            maxConcurrentCalls = value;
            return this;
        }

        /** Sets the clock that rests are measured with. */
        Builder nanoTime(LongSupplier value) {
            nanoTime = value;
            return this;
        }

        /**
         * Returns the pool.
         *
         * @throws IllegalArgumentException if it has no member
         */
        public ChatModelPool build() {
            return new ChatModelPool(this);
        }

        private static Duration positive(String name, Duration value) {
            if (value.isNegative() || value.isZero() || value.compareTo(Deadline.MAX_TIMEOUT) > 0) {
                throw new IllegalArgumentException(
                        name + " is " + value + ", must be above zero and at most " + Deadline.MAX_TIMEOUT);
            }
            return value;
        }

        /** Models of others may answer {@code null} to anything. */
        @SuppressWarnings("ConstantValue")
        private static String nameOf(ChatModel model) {
            Object provider = model.provider();
            String base = provider == null ? "other" : provider.toString().toLowerCase(Locale.ROOT);
            var parameters = model.defaultRequestParameters();
            String modelName = parameters == null ? null : parameters.modelName();
            return modelName == null || modelName.isBlank() ? base : base + "/" + modelName;
        }
    }
}
