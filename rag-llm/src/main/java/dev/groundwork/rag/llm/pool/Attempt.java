package dev.groundwork.rag.llm.pool;

import dev.groundwork.rag.llm.pool.Lease.Usage;
import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.ChatRequestOptions;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.PartialThinkingContext;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.model.chat.response.PartialToolCallContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One call of one member. Gives the member its verdict as soon as it is known, tells its {@link CallRun} what comes, and
 * ends the provider's work when it is killed: by interrupting the thread, but only while that is inside of the model, by
 * ending the HTTP exchange where it knows it, and by the stream's own handle.
 */
final class Attempt implements StreamingChatResponseHandler {

    private enum Place {
        NEW,
        IN_MODEL,
        OUTSIDE,
        LEFT
    }

    private static final int CHARS_PER_TOKEN = 4;

    private final CallRun run;
    private final PoolCore core;
    private final Lease lease;
    private final ChatRequest request;
    private final ChatRequestOptions options;
    private final boolean hedge;
    private final @Nullable StreamingChatModel streaming;
    private final Wire wire = new Wire();

    // Guarded by this.
    private Place place = Place.NEW;
    private @Nullable Thread thread;
    private boolean interrupted;
    private boolean killed;
    private boolean ended;
    private boolean sent;

    private volatile @Nullable StreamingHandle handle;
    private volatile long firstTokenNanos = -1;
    private final AtomicLong charsOut = new AtomicLong();

    // Its call's own.
    long startNanos;
    long limitAt;
    long limitNanos;
    boolean grace;
    boolean begun;

    Attempt(CallRun run, PoolCore core, Lease lease, ChatRequest request, ChatRequestOptions options, boolean hedge) {
        this.run = run;
        this.core = core;
        this.lease = lease;
        this.request = request;
        this.options = options;
        this.hedge = hedge;
        this.streaming = run.streams() ? lease.member().streaming() : null;
    }

    Lease lease() {
        return lease;
    }

    boolean hedge() {
        return hedge;
    }

    /** Returns tokens of what came so far, estimated. */
    long outputSoFar() {
        return charsOut.get() / CHARS_PER_TOKEN;
    }

    void start(Executor executor) {
        try {
            executor.execute(this::call);
        } catch (RejectedExecutionException e) {
            kill(); // Closed meanwhile.
            release();
        }
    }

    /** Returns whether the model was called. */
    synchronized boolean sent() {
        return sent;
    }

    // --- The thread ---

    private void call() {
        if (!enter()) {
            lease.unsent();
            release();
            return;
        }
        Throwable thrown = null;
        Responder responder = new Responder();
        try {
            wire.during(responder);
        } catch (Throwable e) {
            thrown = e;
        } finally {
            leave();
        }
        if (thrown != null) {
            threw(thrown);
        } else if (streaming == null) {
            whole(responder.response);
        }
        release();
    }

    /** Calls the model; a class of its own for what it returns. */
    private final class Responder implements Runnable {

        private @Nullable ChatResponse response;

        @Override
        public void run() {
            StreamingChatModel model = streaming;
            if (model != null) {
                model.chat(request, options, Attempt.this);
            } else {
                response = lease.member().model().chat(request, options);
            }
        }
    }

    private synchronized boolean enter() {
        if (killed) {
            place = Place.LEFT;
            return false;
        }
        thread = Thread.currentThread();
        place = Place.IN_MODEL;
        sent = true;
        return true;
    }

    private synchronized void leave() {
        place = Place.LEFT;
        thread = null;
        clearOwnInterrupt();
    }

    private void clearOwnInterrupt() {
        if (interrupted) {
            interrupted = false;
            boolean unused = Thread.interrupted();
        }
    }

    /** A stream's handler is called on the model's thread: that is not to be interrupted meanwhile. */
    private synchronized boolean stepOut() {
        if (place == Place.IN_MODEL && thread == Thread.currentThread()) {
            place = Place.OUTSIDE;
            clearOwnInterrupt();
            return true;
        }
        return false;
    }

    private synchronized void stepIn(boolean wasIn) {
        if (wasIn) {
            place = Place.IN_MODEL;
            if (killed) {
                interrupted = true;
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Ends the provider's work, and takes in no more of it. */
    void kill() {
        synchronized (this) {
            if (killed) {
                return;
            }
            killed = true;
            Thread inside = thread;
            if (place == Place.IN_MODEL && inside != null && inside != Thread.currentThread()) {
                interrupted = true;
                inside.interrupt();
            } else if (place == Place.NEW) {
                // Nobody will hear of it: it is not begun any more.
                place = Place.LEFT;
                ended = true;
            }
        }
        wire.abort();
        cancel(handle);
        release();
    }

    private synchronized boolean killed() {
        return killed;
    }

    private static void cancel(@Nullable StreamingHandle known) {
        if (known != null) {
            try {
                known.cancel();
            } catch (RuntimeException e) {
                // Some handles can't; what comes is ignored from now on all the same.
            }
        }
    }

    /** Gives the place under way back when both the thread is done and the stream has ended or is left alone. */
    private void release() {
        boolean unsent;
        synchronized (this) {
            if (place != Place.LEFT || !(ended || killed)) {
                return;
            }
            unsent = !sent;
        }
        if (unsent) {
            lease.unsent();
        }
        lease.end();
    }

    // --- What comes ---

    private void whole(@Nullable ChatResponse response) {
        String text = response == null || response.aiMessage() == null
                ? null
                : response.aiMessage().text();
        if (run.streams() && text != null && !text.isEmpty()) {
            onPartialResponse(text);
        }
        onCompleteResponse(response);
    }

    private void threw(Throwable thrown) {
        if (!killed() && run.onCallersThread() && wasInterrupted(thrown)) {
            synchronized (this) {
                ended = true;
            }
            lease.cancelled(outputSoFar());
            run.interrupted();
            return;
        }
        onError(thrown);
    }

    /** The caller interrupted its own thread, which the model runs on. */
    private static boolean wasInterrupted(Throwable thrown) {
        if (Thread.currentThread().isInterrupted()) {
            return true;
        }
        int depth = 0;
        for (Throwable e = thrown; e != null && depth < 20; e = e.getCause(), depth++) {
            if (e instanceof InterruptedException || e instanceof ClosedByInterruptException) {
                return true;
            }
        }
        return false;
    }

    private void piece(StreamEvent event, @Nullable StreamingHandle given, int chars) {
        if (given != null) {
            handle = given;
        }
        if (killed()) {
            cancel(given);
            return;
        }
        if (firstTokenNanos < 0 && !(event instanceof StreamEvent.Raw)) {
            firstTokenNanos = core.clock().nanoTime() - lease.sent();
        }
        long unused = charsOut.addAndGet(chars);
        boolean wasIn = stepOut();
        try {
            run.post(() -> run.piece(this, event));
        } finally {
            stepIn(wasIn);
        }
    }

    /** Returns how long the first token took; {@code null} where nothing was streamed, or none came. */
    @Nullable
    Duration firstToken() {
        long nanos = firstTokenNanos;
        return streaming == null || nanos < 0 ? null : Duration.ofNanos(nanos);
    }

    /** Returns whether this is the end, and one that is told: what comes after the call was given up tells nothing. */
    private boolean end() {
        synchronized (this) {
            if (ended) {
                return false;
            }
            ended = true;
            if (!killed) {
                return true;
            }
        }
        release();
        return false;
    }

    @Override
    public void onCompleteResponse(@Nullable ChatResponse response) {
        if (!end()) {
            return;
        }
        MemberFault fault = faultOf(response);
        Usage usage = usage(response);
        if (fault == null) {
            lease.served(usage, streaming == null ? -1 : firstTokenNanos, wire.headers());
        } else {
            lease.failed(fault, true, usage, wire.headers());
        }
        tell(() -> run.ended(this, response, fault));
    }

    @Override
    public void onError(Throwable error) {
        if (!end()) {
            return;
        }
        MemberFault fault = MemberFault.of(error, wire.headers(), core.clock().now());
        long took = core.clock().nanoTime() - lease.sent();
        boolean telling = fault.kind() != MemberFault.Kind.TIMED_OUT || took >= Dispatcher.TELLING_TIME.toNanos();
        boolean counted = charsOut.get() > 0 || !fault.kind().costsNothing();
        lease.failed(fault, telling, counted ? lease.estimate(outputSoFar()) : null, wire.headers());
        tell(() -> run.ended(this, null, fault));
    }

    private void tell(Runnable end) {
        int requests = wire.requests();
        if (requests > 1) {
            core.ownRetries(lease.member(), requests);
        }
        boolean wasIn = stepOut();
        try {
            release();
            run.post(end);
        } finally {
            stepIn(wasIn);
        }
    }

    private @Nullable MemberFault faultOf(@Nullable ChatResponse response) {
        FinishReason reason = response == null ? null : response.finishReason();
        boolean filtered = reason == FinishReason.CONTENT_FILTER;
        if (filtered
                && (!Responses.saysSomething(response) || (core.settings().filteredElsewhere && charsOut.get() == 0))) {
            return MemberFault.FILTERED_ANSWER;
        }
        if (response == null || !Responses.saysSomething(response)) {
            return MemberFault.EMPTY_ANSWER;
        }
        return wasCut(response) ? MemberFault.CUT_STREAM : null;
    }

    /** A connection that closes early looks like an end, but says no reason. Unknown models may never say one. */
    private boolean wasCut(ChatResponse response) {
        StreamingChatModel model = streaming;
        return model != null
                && response.finishReason() == null
                && model.provider() != null
                && model.provider() != ModelProvider.OTHER;
    }

    private Usage usage(@Nullable ChatResponse response) {
        TokenUsage told = response == null ? null : response.tokenUsage();
        Integer in = told == null ? null : told.inputTokenCount();
        Integer out = told == null ? null : told.outputTokenCount();
        String text = response == null || response.aiMessage() == null
                ? null
                : response.aiMessage().text();
        long chars = text == null ? charsOut.get() : text.length();
        Usage estimate = lease.estimate(chars / CHARS_PER_TOKEN);
        return new Usage(in == null ? estimate.inputTokens() : in, out == null ? estimate.outputTokens() : out);
    }

    @Override
    public void onPartialResponse(String text) {
        piece(new StreamEvent.Text(new PartialResponse(text)), null, text.length());
    }

    @Override
    public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
        piece(
                new StreamEvent.Text(partial),
                context.streamingHandle(),
                partial.text().length());
    }

    @Override
    public void onPartialThinking(PartialThinking partial) {
        piece(new StreamEvent.Thinking(partial), null, 0);
    }

    @Override
    public void onPartialThinking(PartialThinking partial, PartialThinkingContext context) {
        piece(new StreamEvent.Thinking(partial), context.streamingHandle(), 0);
    }

    @Override
    public void onPartialToolCall(PartialToolCall partial) {
        piece(new StreamEvent.ToolCallPart(partial), null, 0);
    }

    @Override
    public void onPartialToolCall(PartialToolCall partial, PartialToolCallContext context) {
        piece(new StreamEvent.ToolCallPart(partial), context.streamingHandle(), 0);
    }

    @Override
    public void onCompleteToolCall(CompleteToolCall call) {
        piece(new StreamEvent.ToolCall(call), null, 0);
    }

    @Override
    public void onUnmappedRawEvent(Object event) {
        piece(new StreamEvent.Raw(event), null, 0);
    }
}
