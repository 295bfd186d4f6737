package dev.groundwork.rag;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands events to listeners, none of which can break a question. */
final class Listeners {

    private static final Logger LOG = LoggerFactory.getLogger(Rag.class);

    private final List<RagListener> listeners;
    private final AtomicBoolean warned = new AtomicBoolean();

    Listeners(List<RagListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    void publish(RagEvent event) {
        for (RagListener listener : listeners) {
            guarded(listener, () -> listener.onEvent(event));
        }
    }

    /** Tells of a question that begins, and returns what follows it. */
    QuestionWatch start(RagEvent.QuestionStarted started) {
        publish(started);
        List<QuestionWatch> watches = new ArrayList<>(listeners.size());
        for (RagListener listener : listeners) {
            QuestionWatch watch = guarded(listener, QuestionWatch.NONE, () -> listener.watch(started));
            if (!watch.equals(QuestionWatch.NONE)) {
                watches.add(watch);
            }
        }
        return watches.isEmpty() ? QuestionWatch.NONE : new Watches(watches);
    }

    /** Several that follow the same question, none of which can break it. */
    private final class Watches implements QuestionWatch {

        private final List<QuestionWatch> watches;

        Watches(List<QuestionWatch> watches) {
            this.watches = watches;
        }

        @Override
        public WatchScope enter() {
            return all(watches, QuestionWatch::enter);
        }

        @Override
        public HopWatch hop(int sequence, String name) {
            List<HopWatch> hops = new ArrayList<>(watches.size());
            for (QuestionWatch watch : watches) {
                HopWatch hop = guarded(watch, HopWatch.NONE, () -> watch.hop(sequence, name));
                if (!hop.equals(HopWatch.NONE)) {
                    hops.add(hop);
                }
            }
            return hops.isEmpty() ? HopWatch.NONE : new HopWatches(hops);
        }

        @Override
        public void end(RagEvent event) {
            for (QuestionWatch watch : watches) {
                guarded(watch, () -> watch.end(event));
            }
        }
    }

    /** Several that follow the same hop. */
    private final class HopWatches implements HopWatch {

        private final List<HopWatch> hops;

        HopWatches(List<HopWatch> hops) {
            this.hops = hops;
        }

        @Override
        public WatchScope enter() {
            return all(hops, HopWatch::enter);
        }

        @Override
        public void end(RagEvent.HopCompleted event) {
            for (HopWatch hop : hops) {
                guarded(hop, () -> hop.end(event));
            }
        }
    }

    /** Enters the scopes of all; they are left the other way round. */
    private <W> WatchScope all(List<W> watches, Function<W, WatchScope> enter) {
        List<WatchScope> scopes = new ArrayList<>(watches.size());
        for (W watch : watches) {
            WatchScope scope = guarded(watch, WatchScope.NONE, () -> enter.apply(watch));
            if (!scope.equals(WatchScope.NONE)) {
                scopes.add(scope);
            }
        }
        return scopes.isEmpty()
                ? WatchScope.NONE
                : () -> scopes.reversed().forEach(scope -> guarded(scope, scope::close));
    }

    private void guarded(Object told, Runnable call) {
        guarded(told, Boolean.TRUE, () -> {
            call.run();
            return Boolean.TRUE;
        });
    }

    private <T> T guarded(Object told, T otherwise, Supplier<? extends @Nullable T> call) {
        try {
            return Objects.requireNonNullElse(call.get(), otherwise);
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            // Once is enough: a listener that fails at all fails at every event. The message may hold text.
            if (warned.compareAndSet(false, true)) {
                LOG.warn(
                        "a listener failed and will not be reported again: {} threw {}",
                        told.getClass().getName(),
                        e.getClass().getName());
            }
            return otherwise;
        }
    }
}
