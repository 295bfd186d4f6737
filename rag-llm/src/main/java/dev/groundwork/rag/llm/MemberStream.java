package dev.groundwork.rag.llm;

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
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Takes one member's stream in on the provider's threads and hands it out to the one thread that supervises it. Holds
 * at most {@link #CAPACITY} events: a provider that is faster than the handler waits.
 */
final class MemberStream implements StreamingChatResponseHandler {

    static final int CAPACITY = 256;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by lock.
    private final Deque<StreamEvent> events = new ArrayDeque<>();
    private @Nullable StreamingHandle handle;
    private boolean ended;
    private boolean abandoned;
    private boolean woken;

    /** Waits for the next event; returns {@code null} when time is up or it was woken. */
    @Nullable
    StreamEvent next(long nanos) throws InterruptedException {
        long left = nanos;
        lock.lock();
        try {
            while (events.isEmpty() && !woken && left > 0) {
                left = changed.awaitNanos(left);
            }
            if (woken) {
                return null;
            }
            StreamEvent event = events.poll();
            changed.signalAll();
            return event;
        } finally {
            lock.unlock();
        }
    }

    /** Ends {@link #next} at once. */
    void wake() {
        lock.lock();
        try {
            woken = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Takes no more, and ends the provider's stream now, or at its next sign of life where there is no handle yet. */
    void abandon() {
        StreamingHandle known;
        lock.lock();
        try {
            abandoned = true;
            events.clear();
            changed.signalAll();
            known = handle;
        } finally {
            lock.unlock();
        }
        cancel(known);
    }

    private void put(StreamEvent event, @Nullable StreamingHandle given) {
        boolean end = event instanceof StreamEvent.Completed || event instanceof StreamEvent.Failed;
        boolean late;
        lock.lock();
        try {
            if (given != null) {
                handle = given;
            }
            while (!end && events.size() >= CAPACITY && !abandoned) {
                changed.awaitUninterruptibly();
            }
            late = abandoned;
            if (!abandoned && !ended) {
                ended = end;
                events.add(event);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (late) {
            cancel(given);
        }
    }

    private static void cancel(@Nullable StreamingHandle handle) {
        if (handle != null) {
            try {
                handle.cancel();
            } catch (RuntimeException e) {
                // Some handles can't; the stream's events are ignored from now on all the same.
            }
        }
    }

    @Override
    public void onPartialResponse(String text) {
        put(new StreamEvent.Text(new PartialResponse(text)), null);
    }

    @Override
    public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
        put(new StreamEvent.Text(partial), context.streamingHandle());
    }

    @Override
    public void onPartialThinking(PartialThinking partial) {
        put(new StreamEvent.Thinking(partial), null);
    }

    @Override
    public void onPartialThinking(PartialThinking partial, PartialThinkingContext context) {
        put(new StreamEvent.Thinking(partial), context.streamingHandle());
    }

    @Override
    public void onPartialToolCall(PartialToolCall partial) {
        put(new StreamEvent.ToolCallPart(partial), null);
    }

    @Override
    public void onPartialToolCall(PartialToolCall partial, PartialToolCallContext context) {
        put(new StreamEvent.ToolCallPart(partial), context.streamingHandle());
    }

    @Override
    public void onCompleteToolCall(CompleteToolCall call) {
        put(new StreamEvent.ToolCall(call), null);
    }

    @Override
    public void onUnmappedRawEvent(Object event) {
        put(new StreamEvent.Raw(event), null);
    }

    @Override
    public void onCompleteResponse(ChatResponse response) {
        put(new StreamEvent.Completed(response), null);
    }

    @Override
    public void onError(Throwable error) {
        put(new StreamEvent.Failed(error), null);
    }
}
