package dev.groundwork.rag;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
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
            try {
                listener.onEvent(event);
            } catch (RuntimeException | LinkageError | StackOverflowError e) {
                // Once is enough: a listener that fails at all fails at every event. The message may hold text.
                if (warned.compareAndSet(false, true)) {
                    LOG.warn(
                            "a listener failed and will not be reported again: {} threw {}",
                            listener.getClass().getName(),
                            e.getClass().getName());
                }
            }
        }
    }
}
