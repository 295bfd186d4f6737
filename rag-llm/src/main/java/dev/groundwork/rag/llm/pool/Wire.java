package dev.groundwork.rag.llm.pool;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an attempt learns from, and does to, the HTTP exchange under it, where its model uses {@link PoolHttpClient}: the
 * response's headers, how many requests were sent, and a way to end it. Found by the client through its thread.
 */
final class Wire {

    private static final ThreadLocal<@Nullable Wire> CURRENT = new ThreadLocal<>();

    // Guarded by this.
    private int requests;
    private boolean aborted;
    private @Nullable Runnable abort;

    private volatile Map<String, List<String>> headers = Map.of();

    static @Nullable Wire current() {
        return CURRENT.get();
    }

    /** Lets the client find it while the call runs on this thread. */
    void during(Runnable call) {
        Wire outer = CURRENT.get();
        CURRENT.set(this);
        try {
            call.run();
        } finally {
            if (outer == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(outer);
            }
        }
    }

    /** A request is sent. Until its response begins, an interrupt of the thread ends it. */
    synchronized void sending() {
        requests++;
        abort = null;
    }

    /** From now on this ends the exchange: its body is being read. */
    void body(Runnable ends) {
        boolean late;
        synchronized (this) {
            abort = ends;
            late = aborted;
        }
        if (late) {
            ends.run();
        }
    }

    void answered(Map<String, List<String>> given) {
        headers = given;
    }

    /** Ends the exchange, now or as soon as it begins. */
    void abort() {
        Runnable ends;
        synchronized (this) {
            aborted = true;
            ends = abort;
        }
        if (ends != null) {
            ends.run();
        }
    }

    /** Returns how many requests were sent; 0 where the model does not use the client. */
    synchronized int requests() {
        return requests;
    }

    Map<String, List<String>> headers() {
        return headers;
    }
}
