package dev.groundwork.rag.llm.pool;

import dev.groundwork.rag.CancelledException;
import dev.groundwork.rag.Hop;
import dev.groundwork.rag.LlmPool.LlmStream;
import dev.groundwork.rag.LlmReply;
import dev.groundwork.rag.RagException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A caller that waits for its answer, and lends its thread meanwhile to calls of members that can be interrupted: so the
 * usual call needs no other thread at all.
 */
final class CallerLoop implements Executor, StreamSink {

    private final Thread owner = Thread.currentThread();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private volatile boolean interrupted;
    private volatile boolean done;
    private @Nullable LlmReply reply;
    private @Nullable RagException error;

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        if (Thread.currentThread() != owner) {
            LockSupport.unpark(owner);
        }
    }

    /** The thread was interrupted inside of a model, by whoever it belongs to. */
    void interrupted() {
        interrupted = true;
        boolean unused = Thread.interrupted();
    }

    /** Works and waits until the call has ended; returns its reply or throws its failure. */
    LlmReply await(CallRun run) {
        while (!done) {
            Runnable task = tasks.poll();
            if (task != null) {
                task.run();
            } else if (Thread.interrupted()) {
                interrupted = true;
                run.cancel();
            } else {
                LockSupport.park(this);
            }
        }
        for (Runnable left = tasks.poll(); left != null; left = tasks.poll()) {
            left.run(); // Given up before it began: it only gives back what was set aside.
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
            if (reply == null) {
                throw error instanceof CancelledException cancelled ? cancelled : new CancelledException(Hop.CHAT);
            }
        }
        if (reply != null) {
            return reply;
        }
        throw error == null ? new CancelledException(Hop.CHAT) : error;
    }

    private void end() {
        done = true;
        if (Thread.currentThread() != owner) {
            LockSupport.unpark(owner);
        }
    }

    @Override
    public boolean piece(StreamEvent event, LlmStream stream) {
        return false;
    }

    @Override
    public boolean canRestart() {
        return false;
    }

    @Override
    public void restart() {
        // Nothing was handed on.
    }

    @Override
    public void complete(LlmReply whole) {
        reply = whole;
        end();
    }

    @Override
    public void error(RagException failure) {
        error = failure;
        end();
    }
}
