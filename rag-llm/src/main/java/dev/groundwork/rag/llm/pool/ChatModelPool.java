package dev.groundwork.rag.llm.pool;

import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.LlmPool;
import dev.groundwork.rag.LlmReply;
import dev.groundwork.rag.MemberStatus;
import dev.langchain4j.model.TokenCountEstimator;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.ChatRequestOptions;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Several chat models behind one: a call goes to a member that is well and has room, and to another one where that fails.
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
 * <tr><td>429</td><td>another member at once; where all rest, waits within its deadline</td><td>rests with its quota group
 * for as long as headers or message ask, else 1 s, doubling to 1 min</td></tr>
 * <tr><td>402, used-up quota</td><td>another member</td><td>rests with its quota group for 5 min, doubling to 1 h</td></tr>
 * <tr><td>401, 403, 404</td><td>another member</td><td>rests for 5 min or until its key is another one, then one
 * probe</td></tr>
 * <tr><td>500, 409</td><td>the same member once more, then another one</td><td rowspan="3">rests where it fails much more
 * than it serves and others are well, or fails five times in a row: 10 s, 20 s, 30 s ... 5 min, then one probe, then a slow
 * start</td></tr>
 * <tr><td>other 5xx, connection, unknown exception, empty answer, cut stream</td><td>another member</td></tr>
 * <tr><td>time-out, silent stream</td><td>another member, and not this one again</td></tr>
 * <tr><td>prompt too long</td><td>a member with a larger context</td><td>nothing</td></tr>
 * <tr><td>unsupported feature</td><td>another member</td><td>nothing</td></tr>
 * <tr><td>content filter</td><td>fails, or another member if allowed</td><td>nothing</td></tr>
 * <tr><td>other 4xx</td><td>fails: the request is at fault</td><td>nothing</td></tr>
 * <tr><td>cancelled by the caller</td><td>fails</td><td>nothing</td></tr>
 * </table>
 *
 * <p>Repetitions after illness, the three rows that share a rest, are limited to about a tenth of all calls, so that a bad
 * hour of all providers is not made worse.
 *
 * <p>While another member could still be asked, an attempt gets half of what is left of the deadline (or {@link
 * Builder#attemptTimeout}), so that one that hangs leaves time for the next; the last one gets all of it. The pool
 * retries, so members should not: build them with {@code maxRetries(0)}.
 *
 * <p>Members are called on daemon threads of the pool's own, or on the caller's where a member {@linkplain
 * PoolMember.Builder#obeysInterruption obeys interruption}; the thread is interrupted when the deadline passes or the
 * caller gives up. Otherwise the caller returns then whether or not the member obeys. Context in thread locals may not
 * reach the member.
 *
 * <p>Failures carry neither prompts nor what a provider said, as that may quote prompts or keys: the cause of an
 * {@link dev.groundwork.rag.LlmUnavailableException} has the classes and the stack trace of the original only.
 *
 * <p>Thread-safe, for virtual threads too. {@link #close()} lets calls under way end for a bounded time, then cancels
 * them; it does not close the models, which belong to whoever made them.
 */
public final class ChatModelPool implements LlmPool {

    /** How long a call may take where the caller can't say: {@link ChatModel#chat(ChatRequest)},
     * and streams of {@link #streaming()}. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);

    /** How long a stream that has begun may be silent. */
    public static final Duration DEFAULT_STREAM_IDLE_TIMEOUT = Duration.ofSeconds(30);

    /** How long {@link #close()} lets calls under way end. */
    public static final Duration DEFAULT_CLOSE_TIMEOUT = Duration.ofSeconds(5);

    /** How many calls may be under way at once; as many as {@code rag.concurrency.max-hops} allows by default. */
    public static final int DEFAULT_MAX_CONCURRENT_CALLS = 512;

    /** How many more may wait for a member. */
    public static final int DEFAULT_MAX_WAITING = 1_000;

    /** How many attempts one call makes at most, not counting refused keys and members that can't do what it needs. */
    public static final int DEFAULT_MAX_ATTEMPTS = 6;

    private final PoolEngine engine;
    private final StreamingChatModel streaming = new PoolStreamingModel(this);
    private final Priority priority;
    private final ChatListeners chatListeners;

    private ChatModelPool(PoolEngine engine, Priority priority, ChatListeners chatListeners) {
        this.engine = engine;
        this.priority = priority;
        this.chatListeners = chatListeners;
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
     * Returns the same pool for callers of this priority: members, limits and state are shared, and closing either closes
     * both.
     */
    public ChatModelPool withPriority(Priority value) {
        return new ChatModelPool(engine, Objects.requireNonNull(value, "priority"), chatListeners);
    }

    /**
     * {@inheritDoc}
     *
     * @throws dev.groundwork.rag.OverloadedException if as many wait as may
     * @throws IllegalStateException if the pool is closed
     */
    @Override
    public LlmReply chat(ChatRequest request, Deadline deadline) {
        return chat(request, ChatRequestOptions.EMPTY, deadline);
    }

    private LlmReply chat(ChatRequest asked, ChatRequestOptions options, Deadline deadline) {
        ChatRequest request = withDefaults(asked);
        return chatListeners.around(request, options, () -> engine.chat(request, options, priority, deadline));
    }

    private ChatRequest withDefaults(ChatRequest request) {
        ChatRequestParameters defaults = defaultRequestParameters();
        return defaults.equals(DefaultChatRequestParameters.EMPTY)
                ? request
                : ChatRequest.builder()
                        .messages(request.messages())
                        .parameters(defaults.overrideWith(request.parameters()))
                        .build();
    }

    /**
     * {@inheritDoc}
     *
     * <p>Of models that use {@link PoolHttpClient}, those of {@link OpenAiMembers} for instance, the provider's work ends
     * with the call at any time. Of others there is no way to tell it to stop before its first token: such a stream is left
     * alone when it is cancelled, and ended at its first token, none of which is handed on. A stream that ends without
     * saying why ({@code finishReason}) counts as cut where its model names a provider, as LangChain4j's own models do.
     *
     * <p>A handler of {@link #streaming()} that throws is told so by its {@code onError}, and its stream goes on, as with any
     * model of LangChain4j's. One of this method that throws cancels its stream; {@link LlmPool.LlmStreamHandler#onError} then gets a
     * {@link dev.groundwork.rag.CancelledException} with what it threw as suppressed. While a handler blocks, no further
     * call of it is made, not even the last one.
     *
     * @throws IllegalStateException if the pool is closed
     */
    @Override
    public LlmStream stream(ChatRequest request, Deadline deadline, LlmStreamHandler handler) {
        Objects.requireNonNull(handler, "handler");
        return stream(request, ChatRequestOptions.EMPTY, deadline, new StreamSink.ToLlmHandler(handler));
    }

    LlmStream stream(ChatRequest request, ChatRequestOptions options, StreamSink sink) {
        return stream(request, options, engine.defaultDeadline(), sink);
    }

    private LlmStream stream(ChatRequest asked, ChatRequestOptions options, Deadline deadline, StreamSink sink) {
        ChatRequest request = withDefaults(asked);
        return chatListeners.around(
                request, options, sink, told -> engine.stream(request, options, priority, deadline, told));
    }

    @Override
    public StreamingChatModel streaming() {
        return streaming;
    }

    /** Serves LangChain4j's callers, who hand in no deadline: it is the builder's default time-out. */
    @Override
    public ChatResponse chat(ChatRequest request) {
        return chat(request, ChatRequestOptions.EMPTY);
    }

    /** As {@link #chat(ChatRequest)}; the options go to the member as they are. */
    @Override
    public ChatResponse chat(ChatRequest request, ChatRequestOptions options) {
        return chat(request, Objects.requireNonNullElse(options, ChatRequestOptions.EMPTY), engine.defaultDeadline())
                .response();
    }

    @Override
    public ChatResponse doChat(ChatRequest request) {
        return chat(request);
    }

    /** Returns the pool's own listeners. Every call tells them already: callers of {@link #doChat} must not again. */
    @Override
    public List<ChatModelListener> listeners() {
        return chatListeners.all();
    }

    /** Returns what requests ask for where they say nothing else; a member's own defaults come after these. */
    @Override
    public ChatRequestParameters defaultRequestParameters() {
        return engine.parameters();
    }

    /** Returns what all members can do. */
    @Override
    public Set<Capability> supportedCapabilities() {
        return engine.capabilities();
    }

    @Override
    public List<MemberStatus> members() {
        return engine.statuses();
    }

    @Override
    public int waiting() {
        return engine.waiting();
    }

    /**
     * Adds a member while others serve.
     *
     * @throws IllegalArgumentException if its name is taken, or its quota group is not one of the builder's
     * @throws IllegalStateException if the pool is closed
     */
    public void add(PoolMember member) {
        engine.add(member);
    }

    /**
     * Takes a member out: it gets no more calls from now on, and those under way end undisturbed.
     *
     * @return whether there was one of that name
     */
    public boolean remove(String name) {
        return engine.remove(name) != null;
    }

    /**
     * Takes a member out and waits until it has nothing under way.
     *
     * @param limit how long to wait at most
     * @return whether it has nothing under way; true where there is none of that name
     * @throws InterruptedException if the thread was interrupted; the member stays out
     */
    public boolean drain(String name, Duration limit) throws InterruptedException {
        return engine.drain(name, limit);
    }

    /**
     * Puts a member in the place of the one that has its name: what is under way there ends undisturbed, all else goes to
     * the new one, whose limits and health start afresh unless it shares a quota group.
     *
     * @throws IllegalArgumentException if there is none of that name
     * @throws IllegalStateException if the pool is closed
     */
    public void replace(PoolMember member) {
        engine.replace(member);
    }

    /** Takes no more calls, lets those under way end for {@link Builder#closeTimeout}, then cancels them. */
    @Override
    public void close() {
        engine.close();
    }

    PoolEngine engine() {
        return engine;
    }

    /** Collects members and limits; not thread-safe. */
    public static final class Builder {

        private final Map<String, PoolMember> members = new LinkedHashMap<>();
        private final Map<String, Limits> groups = new LinkedHashMap<>();
        private final PoolSettings settings = new PoolSettings();
        private final List<ChatModelListener> chatListeners = new ArrayList<>();
        private @Nullable PoolClock clock;
        private @Nullable Executor executor;
        private RandomGenerator random = RandomGenerator.of("L64X128MixRandom");

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
            return member(PoolMember.of(name, model).build());
        }

        /**
         * Adds a member, less preferred than those before it.
         *
         * @param name how it is called in replies, errors and states; unique
         * @param streaming serves streams; where {@code null}, {@code model} does, as one piece
         * @throws IllegalArgumentException if the name is blank or taken
         */
        public Builder member(String name, ChatModel model, @Nullable StreamingChatModel streaming) {
            return member(PoolMember.of(name, model).streaming(streaming).build());
        }

        /**
         * Adds a member.
         *
         * @throws IllegalArgumentException if the name is taken
         */
        public Builder member(PoolMember member) {
            if (members.putIfAbsent(member.name(), member) != null) {
                throw new IllegalArgumentException("name is '" + member.name() + "', which another member has");
            }
            return this;
        }

        /** Sets what the members of a quota group may be asked for together; nothing is limited by default. */
        public Builder quotaGroup(String name, Limits limits) {
            groups.put(Checks.notBlank("name", name), Objects.requireNonNull(limits, "limits"));
            return this;
        }

        /** Sets who of a tier is asked; {@link MemberChoice#leastInFlight()} by default. */
        public Builder choice(MemberChoice value) {
            settings.choice = Objects.requireNonNull(value, "choice");
            return this;
        }

        /** Sets the longest time of one attempt; without it half of what is left, all of it for the last member. */
        public Builder attemptTimeout(Duration value) {
            settings.attemptTimeout = positive("attemptTimeout", value);
            return this;
        }

        /** Sets how long a stream's first token may take; as {@link #attemptTimeout} by default. */
        public Builder firstTokenTimeout(Duration value) {
            settings.firstTokenTimeout = positive("firstTokenTimeout", value);
            return this;
        }

        /** Sets how long a stream that has begun may be silent; {@link #DEFAULT_STREAM_IDLE_TIMEOUT} by default. */
        public Builder streamIdleTimeout(Duration value) {
            settings.streamIdleTimeout = positive("streamIdleTimeout", value);
            return this;
        }

        /** Sets how long calls without a deadline may take; {@link #DEFAULT_TIMEOUT} by default. */
        public Builder defaultTimeout(Duration value) {
            settings.defaultTimeout = positive("defaultTimeout", value);
            return this;
        }

        /** Sets how long {@link ChatModelPool#close()} lets calls end; {@link #DEFAULT_CLOSE_TIMEOUT} by default, zero for not at all. */
        public Builder closeTimeout(Duration value) {
            settings.closeTimeout = Checks.duration("closeTimeout", value, Duration.ZERO, Deadline.MAX_TIMEOUT);
            return this;
        }

        /** Sets how many calls may be under way at once, 1 or more; {@link #DEFAULT_MAX_CONCURRENT_CALLS} by default. */
        public Builder maxConcurrentCalls(int value) {
            settings.maxConcurrentCalls = (int) Checks.range("maxConcurrentCalls", value, 1, Integer.MAX_VALUE);
            return this;
        }

        /**
         * Sets how many calls may wait for a member, 0 or more; {@link #DEFAULT_MAX_WAITING} by default. One more fails
         * with an {@link dev.groundwork.rag.OverloadedException}.
         */
        public Builder maxWaiting(int value) {
            settings.maxWaiting = (int) Checks.range("maxWaiting", value, 0, Integer.MAX_VALUE);
            return this;
        }

        /** Sets how many attempts a call makes at most; 1 to 100. {@link #DEFAULT_MAX_ATTEMPTS} by default. */
        public Builder maxAttempts(int value) {
            settings.maxAttempts = (int) Checks.range("maxAttempts", value, 1, 100);
            return this;
        }

        /**
         * Asks a second member where the first one takes longer than 19 of 20 of its last calls did; the first to answer
         * wins and the other one is cancelled. Not while a member rests because of a rate limit.
         *
         * @param share which part of all calls may be asked twice; above 0, at most .2. A twentieth is usual
         */
        public Builder hedging(double share) {
            settings.hedgeShare = Checks.range("share", share, Double.MIN_VALUE, 0.2);
            return this;
        }

        /** Sets what becomes of a stream that breaks after its first piece; {@link StreamRecovery#RESTART} by default. */
        public Builder streamRecovery(StreamRecovery value) {
            settings.recovery = Objects.requireNonNull(value, "streamRecovery");
            return this;
        }

        /** Sets whether a request that one provider's content filter refused goes to another member. It does not by default. */
        public Builder filteredElsewhere(boolean value) {
            settings.filteredElsewhere = value;
            return this;
        }

        /**
         * Sets what counts a prompt's tokens where a limit needs it; {@link dev.groundwork.rag.llm.O200kTokenCounter} by
         * default.
         */
        public Builder tokenCounter(TokenCountEstimator value) {
            settings.tokenCounter = Objects.requireNonNull(value, "tokenCounter");
            return this;
        }

        /**
         * Sets what requests ask for where they say nothing else, whoever serves them: the longest answer or the temperature,
         * for instance. A member's own defaults come after these. Nothing by default.
         */
        public Builder defaultRequestParameters(ChatRequestParameters value) {
            settings.parameters = Objects.requireNonNull(value, "defaultRequestParameters");
            return this;
        }

        /** Adds who sees what happens. */
        public Builder listener(PoolListener value) {
            settings.listeners.add(Objects.requireNonNull(value, "listener"));
            return this;
        }

        /**
         * Adds a listener of LangChain4j's, for its tools of metrics and tracing: it is told of each call once, however many
         * attempts it takes, with failures as callers get them. One that is a member's is told of each attempt; the same
         * listener in both places sees calls twice.
         */
        public Builder chatListener(ChatModelListener value) {
            chatListeners.add(Objects.requireNonNull(value, "chatListener"));
            return this;
        }

        /** Sets where time comes from; the machine's by default. Whoever made it closes it. */
        public Builder clock(PoolClock value) {
            clock = Objects.requireNonNull(value, "clock");
            return this;
        }

        /**
         * Sets what runs calls of members and whatever timers bring about; daemon threads of the pool's own by default.
         * One that has fewer threads than calls under way makes calls wait.
         */
        public Builder executor(Executor value) {
            executor = Objects.requireNonNull(value, "executor");
            return this;
        }

        /** Sets what choices and jitter are made with, so that a run can be repeated. */
        public Builder random(RandomGenerator value) {
            random = Objects.requireNonNull(value, "random");
            return this;
        }

        /**
         * Returns the pool.
         *
         * @throws IllegalArgumentException if it has no member, or a member's quota group was not set
         */
        public ChatModelPool build() {
            if (members.isEmpty()) {
                throw new IllegalArgumentException("members is empty, a pool has at least one");
            }
            PoolEngine engine = new PoolEngine(settings.copy(), clock, executor, random, groups, members.values());
            return new ChatModelPool(engine, Priority.NORMAL, new ChatListeners(chatListeners));
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
