package dev.groundwork.rag.observability;

import dev.groundwork.rag.RagEvent;
import dev.groundwork.rag.RagListener;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells listeners of what a monitor saw. One that throws keeps nothing from the others; each such failure is logged. */
final class Announcer {

    private static final Logger LOG = LoggerFactory.getLogger(Announcer.class);

    private final List<RagListener> listeners;

    Announcer(List<RagListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    void tell(List<? extends RagEvent> events) {
        for (RagEvent event : events) {
            for (RagListener listener : listeners) {
                try {
                    listener.onEvent(event);
                } catch (RuntimeException | LinkageError | StackOverflowError e) {
                    LOG.warn(
                            "{} was told of a {} and failed: {}",
                            listener.getClass().getName(),
                            event.getClass().getSimpleName(),
                            e.getClass().getName());
                }
            }
        }
    }
}
