package dev.groundwork.rag;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Writes down one question's hops. Each hop that begins ends exactly once: by itself, or by being abandoned with the leg
 * that it belongs to. What a hop reports after it was abandoned is dropped. Thread-safe.
 */
final class Recorder {

    private final String pipeline;
    private final String requestId;
    private final Listeners listeners;
    private final QuestionWatch watch;
    private final Instant startedAt = Instant.now();
    private final long startNanos = System.nanoTime();
    private final List<OpenHop> open = new ArrayList<>();
    private final List<Hop> hops = new ArrayList<>();
    private final List<Degradation> degradations = new ArrayList<>();
    private Optional<Answerability> answerability = Optional.empty();
    private boolean partlySearched;
    private int begun;

    private Recorder(RagEvent.QuestionStarted started, Listeners listeners) {
        this.pipeline = started.pipeline();
        this.requestId = started.question().requestId();
        this.listeners = listeners;
        this.watch = listeners.start(started);
    }

    /** Tells the listeners that a question begins, on the thread of its caller. */
    static Recorder start(RagEvent.QuestionStarted started, Listeners listeners) {
        return new Recorder(started, listeners);
    }

    /**
     * Begins a hop.
     *
     * @param owner what {@link #abandon} names in order to end the hop from outside
     */
    OpenHop begin(Object owner, String name, int in) {
        long now = System.nanoTime();
        int sequence;
        synchronized (this) {
            sequence = ++begun;
        }
        OpenHop hop = new OpenHop(owner, name, in, now, sequence, watch.hop(sequence, name));
        synchronized (this) {
            open.add(hop);
        }
        return hop;
    }

    /** Calls the caller's own code within what listeners want it to find on its thread. */
    void within(Runnable call) {
        WatchScope scope = watch.enter();
        try {
            call.run();
        } finally {
            scope.close();
        }
    }

    /** Ends all hops of an owner that are still open. */
    @SuppressWarnings("ReferenceEquality") // the very leg, whatever its equals says
    void abandon(Object owner, Hop.Status status) {
        List<OpenHop> left;
        synchronized (this) {
            left = open.stream().filter(h -> h.owner == owner).toList();
        }
        left.forEach(h -> h.end(status, 0, List.of(), ""));
    }

    /** Ends all hops that are still open, as the question ends without them. */
    void abandonAll() {
        List<OpenHop> left;
        synchronized (this) {
            left = List.copyOf(open);
        }
        left.forEach(h -> h.end(Hop.Status.CANCELLED, 0, List.of(), ""));
    }

    /** Tells the listeners that the question is over. */
    void end(RagEvent event) {
        listeners.publish(event);
        watch.end(event);
    }

    void degraded(String hop, String reason, String detail) {
        synchronized (this) {
            degradations.add(new Degradation(hop, reason, detail));
        }
    }

    /** Notes that a leg of the search is missing, so that what was not found may be there all the same. */
    void legMissing(Degradation leg) {
        synchronized (this) {
            degradations.add(leg);
            partlySearched = true;
        }
    }

    /** Notes what the search says of whether the question is answered. */
    synchronized void answerability(Optional<Answerability> seen) {
        answerability = seen;
    }

    /** Returns what was noted of whether the question is answered. */
    synchronized Optional<Answerability> answerability() {
        return answerability;
    }

    /** Returns whether a leg of the search is missing. */
    synchronized boolean partlySearched() {
        return partlySearched;
    }

    synchronized Trace trace() {
        Duration duration = Duration.ofNanos(System.nanoTime() - startNanos);
        return new Trace(requestId, pipeline, startedAt, duration, hops, degradations, answerability);
    }

    /** What a hop does. */
    @FunctionalInterface
    interface Work<T, E extends Exception> {
        T run() throws E;
    }

    /** A hop that has begun. */
    final class OpenHop {

        private final Object owner;
        private final String name;
        private final int in;
        private final long beganNanos;
        private final int sequence;
        private final HopWatch hopWatch;
        private @Nullable String model;
        private @Nullable Integer tokensIn;
        private @Nullable Integer tokensOut;
        private List<LlmAttempt> attempts = List.of();
        private Duration queued = Duration.ZERO;

        private OpenHop(Object owner, String name, int in, long beganNanos, int sequence, HopWatch hopWatch) {
            this.owner = owner;
            this.name = name;
            this.in = in;
            this.beganNanos = beganNanos;
            this.sequence = sequence;
            this.hopWatch = hopWatch;
        }

        /** Does work of the hop on this thread, within what listeners want it to find there. */
        <T, E extends Exception> T work(Work<T, E> work) throws E {
            WatchScope scope = hopWatch.enter();
            try {
                return work.run();
            } finally {
                scope.close();
            }
        }

        /** Returns work of the hop, to be done on another thread, within what listeners want it to find there. */
        <T> Callable<T> within(Callable<T> work) {
            return () -> work(work::call);
        }

        OpenHop model(@Nullable String value) {
            model = value;
            return this;
        }

        OpenHop tokens(@Nullable Integer read, @Nullable Integer written) {
            tokensIn = read;
            tokensOut = written;
            return this;
        }

        OpenHop queued(Duration value) {
            queued = value;
            return this;
        }

        OpenHop attempts(List<LlmAttempt> value) {
            attempts = value;
            return this;
        }

        /** Ends the hop well, with the hits that came out. */
        void ok(List<Hit> hits) {
            List<Hop.Candidate> candidates = new ArrayList<>(hits.size());
            for (Hit hit : hits) {
                Score score = hit.score();
                candidates.add(new Hop.Candidate(hit.id(), score.value(), score.kind(), candidates.size() + 1));
            }
            end(Hop.Status.OK, hits.size(), candidates, "");
        }

        /** Ends the hop well, with so much that came out. */
        void ok(int out) {
            end(Hop.Status.OK, out, List.of(), "");
        }

        /** Ends the hop with what it threw. */
        void failed(Throwable error) {
            Hop.Status status = switch (error) {
                case DeadlineExceededException e -> Hop.Status.TIMED_OUT;
                case CancelledException e -> Hop.Status.CANCELLED;
                case InterruptedException e -> Hop.Status.CANCELLED;
                default -> Hop.Status.FAILED;
            };
            end(status, 0, List.of(), error.getClass().getSimpleName());
        }

        private void end(Hop.Status status, int out, List<Hop.Candidate> candidates, String errorType) {
            long now = System.nanoTime();
            Hop hop;
            synchronized (Recorder.this) {
                if (!open.remove(this)) {
                    return;
                }
                hop = new Hop(
                        name,
                        status,
                        Duration.ofNanos(beganNanos - startNanos),
                        Duration.ofNanos(now - beganNanos),
                        in,
                        out,
                        candidates,
                        model,
                        tokensIn,
                        tokensOut,
                        attempts,
                        errorType,
                        queued);
                hops.add(hop);
            }
            RagEvent.HopCompleted completed = new RagEvent.HopCompleted(pipeline, requestId, sequence, hop);
            listeners.publish(completed);
            hopWatch.end(completed);
        }
    }
}
