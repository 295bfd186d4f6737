package dev.groundwork.rag.llm.pool;

import dev.groundwork.rag.LlmPool.LlmStreamHandler;
import dev.groundwork.rag.LlmReply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Records a stream, and that its calls come one at a time with a single end. */
final class RecordingHandler implements LlmStreamHandler {

    final List<String> partials = new ArrayList<>();
    final AtomicInteger terminals = new AtomicInteger();
    final CountDownLatch first = new CountDownLatch(1);
    private final CountDownLatch done = new CountDownLatch(1);
    private final AtomicBoolean inside = new AtomicBoolean();
    volatile boolean overlapped;
    volatile boolean calledAfterEnd;
    volatile @Nullable LlmReply reply;
    volatile @Nullable Throwable error;
    private final Runnable onPartial;
    volatile boolean restartable;
    final AtomicInteger restarts = new AtomicInteger();

    RecordingHandler() {
        this(() -> {});
    }

    RecordingHandler(Runnable onPartial) {
        this.onPartial = onPartial;
    }

    @Override
    public void onPartial(String text) {
        enter();
        try {
            partials.add(text);
            first.countDown();
            onPartial.run();
        } finally {
            inside.set(false);
        }
    }

    @Override
    public boolean canRestart() {
        return restartable;
    }

    @Override
    public void onRestart() {
        enter();
        restarts.incrementAndGet();
        partials.clear();
        inside.set(false);
    }

    @Override
    public void onComplete(LlmReply whole) {
        enter();
        reply = whole;
        terminals.incrementAndGet();
        inside.set(false);
        done.countDown();
    }

    @Override
    public void onError(Throwable failure) {
        enter();
        error = failure;
        terminals.incrementAndGet();
        inside.set(false);
        done.countDown();
    }

    private void enter() {
        overlapped |= !inside.compareAndSet(false, true);
        calledAfterEnd |= terminals.get() > 0;
    }

    RecordingHandler await() throws InterruptedException {
        if (!done.await(15, TimeUnit.SECONDS)) {
            throw new AssertionError("the stream has no end");
        }
        return this;
    }

    RecordingHandler restartable() {
        restartable = true;
        return this;
    }

    boolean done() {
        return terminals.get() > 0;
    }

    String text() {
        return String.join("", partials);
    }
}
