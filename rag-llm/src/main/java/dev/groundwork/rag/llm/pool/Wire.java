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
    private volatile int status;

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

    /** A request is sent, and this ends it; it is ended at once where the attempt was given up already. */
    void sending(Runnable ends) {
        boolean late;
        synchronized (this) {
            requests++;
            abort = ends;
            late = aborted;
        }
        if (late) {
            ends.run();
        }
    }

    void answered(int code, Map<String, List<String>> given) {
        status = code;
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

    synchronized boolean aborted() {
        return aborted;
    }

    /** Returns how many requests were sent; 0 where the model does not use the client. */
    synchronized int requests() {
        return requests;
    }

    Map<String, List<String>> headers() {
        return headers;
    }

    int status() {
        return status;
    }
}
